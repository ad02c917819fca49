import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildComment, buildPerson, buildTicket, type Person } from '../support/factories.js';
import { expectRefused, expectError } from '../support/refusals.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let author: Person;
/** Without canViewAll: sees what they created or are assigned to. */
let narrow: Person;
let own: { id: string; number: number };
let assigned: { id: string; number: number };
let hidden: { id: string; number: number };
let hiddenComment: { id: string };
beforeAll(async () => {
  server = await startTestServer();
  author = await buildPerson(server);
  narrow = await buildPerson(server, { role: {} });
  own = await buildTicket(server, { createdBy: narrow });
  assigned = await buildTicket(server, { createdBy: author, assignedTo: narrow });
  hidden = await buildTicket(server, { createdBy: author, title: 'canary' });
  for (const ticket of [own, assigned]) await buildComment(server, { ticket, author });
  hiddenComment = await buildComment(server, { ticket: hidden, author, content: 'canary' });
});
afterAll(async () => server.stop());

const LISTS = `{
  tickets { nodes { id comments { totalCount } } totalCount }
  comments { nodes { content ticket { id } } totalCount }
}`;
const idsOf = (nodes: { id: string }[]) => nodes.map(({ id }) => id).toSorted();

describe('without canViewAll', () => {
  test('lists and counts hold what the viewer created or is assigned to, and their comments', async () => {
    const { tickets, comments } = await narrow.client.query(LISTS);
    expect(idsOf(tickets.nodes)).toEqual(idsOf([own, assigned]));
    expect(tickets.totalCount).toBe(2);
    expect(comments.nodes.map(({ ticket }: { ticket: { id: string } }) => ticket.id).toSorted()).toEqual(
      idsOf([own, assigned]),
    );
    expect(comments.totalCount).toBe(2);
  });

  test('pages come out full', async () => {
    for (let index = 0; index < 5; index += 1) await buildTicket(server, { createdBy: author });
    const { tickets } = await narrow.client.query('{ tickets(first: 2) { nodes { id } pageInfo { hasNextPage } } }');
    expect(tickets).toMatchObject({ nodes: [{}, {}], pageInfo: { hasNextPage: false } });
  });

  test('another ticket and its comments are nowhere, by id, number or node', async () => {
    const READ = `query ($id: ID!, $number: Int!, $commentId: ID!) {
      ticket(id: $id) { id } ticketByNumber(number: $number) { id } node(id: $id) { id }
      comment(id: $commentId) { id } commentNode: node(id: $commentId) { id }
      comments(filter: { ticketId: [$id] }) { nodes { id } totalCount }
      tickets(filter: { createdById: ["${author.id}"] }) { nodes { id } totalCount }
    }`;
    const variables = { id: hidden.id, number: hidden.number, commentId: hiddenComment.id };
    expect(await narrow.client.query(READ, variables)).toEqual({
      ticket: null,
      ticketByNumber: null,
      node: null,
      comment: null,
      commentNode: null,
      comments: { nodes: [], totalCount: 0 },
      tickets: { nodes: [{ id: assigned.id }], totalCount: 1 },
    });
    const seen = await author.client.query(READ, variables);
    expect(seen).toMatchObject({ ticket: { id: hidden.id }, comment: { id: hiddenComment.id } });
  });

  test('another ticket cannot be changed, deleted or commented on, as if it were not there', async () => {
    const { id } = hidden;
    for (const [mutation, input, fault] of [
      ['updateTicket(input: $input)', { id, status: 'DONE' }, 'NOT_FOUND input.id'],
      ['updateTicket(input: $input)', { id, title: 'x', expectedVersion: 7 }, 'NOT_FOUND input.id'],
      ['deleteTicket(input: $input)', { id }, 'NOT_FOUND input.id'],
      ['createComment(input: $input)', { ticketId: id, content: 'x' }, 'NOT_FOUND input.ticketId'],
    ] as const) {
      const name = mutation.replace(/\(.*/, '');
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
      const document = `mutation ($input: ${type}) { ${mutation} { userErrors { code message field } } }`;
      await expectRefused(server, narrow.client, { mutation: document, input }, fault);
    }
  });

  test('a ticket appears when it is assigned to the viewer, and is gone when it no longer is', async () => {
    const { id } = await buildTicket(server, { createdBy: author });
    const assign = async (assignedTo: { id: string } | null) =>
      author.client.query(
        'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }',
        {
          input: { id, assignedTo },
        },
      );
    const seen = async () => (await narrow.client.query('query ($id: ID!) { ticket(id: $id) { id } }', { id })).ticket;
    expect(await seen()).toBeNull();
    await assign({ id: narrow.id });
    expect(await seen()).toEqual({ id });
    await assign(null);
    expect(await seen()).toBeNull();
  });
});

describe('without the view permission', () => {
  test('there is no ticket and no comment, not even an own one', async () => {
    const blind = await buildPerson(server, { may: { view: false } });
    const { id, number } = await buildTicket(server, { createdBy: blind, assignedTo: blind });
    const { tickets, comments, ticket, ticketByNumber } = await blind.client.query(
      `query ($id: ID!, $number: Int!) {
        tickets { nodes { id } totalCount } comments { nodes { id } totalCount }
        ticket(id: $id) { id } ticketByNumber(number: $number) { id }
      }`,
      { id, number },
    );
    expect({ tickets, comments, ticket, ticketByNumber }).toEqual({
      tickets: { nodes: [], totalCount: 0 },
      comments: { nodes: [], totalCount: 0 },
      ticket: null,
      ticketByNumber: null,
    });
  });
});

describe('a ticket that the viewer may see but not change', () => {
  const UPDATE = 'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }';

  test.each([
    { title: 'x' },
    { status: 'DONE' },
    { assignedTo: null },
    { details: null },
    { status: 'DONE', title: 'x' },
  ])('is FORBIDDEN to a bystander, with %j', async (fields) => {
    const bystander = await buildPerson(server);
    await expectError(server, bystander.client, 'FORBIDDEN', UPDATE, { input: { id: hidden.id, ...fields } });
  });

  test('gives its assignee the status and nothing else, even together with the status', async () => {
    for (const fields of [{ title: 'x' }, { assignedTo: null }, { priority: 'LOW' }, { status: 'DONE', title: 'x' }]) {
      await expectError(server, narrow.client, 'FORBIDDEN', UPDATE, { input: { id: assigned.id, ...fields } });
    }
    const { updateTicket } = await narrow.client.query(UPDATE, { input: { id: assigned.id, status: 'IN_PROGRESS' } });
    expect(updateTicket.userErrors).toEqual([]);
  });

  test('is FORBIDDEN to delete', async () => {
    const bystander = await buildPerson(server);
    const DELETE = 'mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { userErrors { code } } }';
    await expectError(server, bystander.client, 'FORBIDDEN', DELETE, { input: { id: hidden.id } });
    await expectError(server, narrow.client, 'FORBIDDEN', DELETE, { input: { id: assigned.id } });
  });

  test('and no ticket can be made without the create permission', async () => {
    const { client } = await buildPerson(server, { may: { create: false } });
    const CREATE = 'mutation { createTicket(input: { title: "x", description: "x" }) { userErrors { code } } }';
    await expectError(server, client, 'FORBIDDEN', CREATE);
  });
});
