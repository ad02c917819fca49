import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildProduct, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CREATE = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }`;
const UPDATE = `mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }`;
const COMMENT = `mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } } }`;
const DELETE = `mutation ($id: ID!) { deleteTicket(input: { id: $id }) { ticket { deletedAt } } }`;
const RESTORE = `mutation ($id: ID!) {
  restoreTicket(input: { id: $id }) { ticket { deletedAt version product { id } } userErrors { code field } }
}`;
const HISTORY = `query ($id: ID!) {
  ticket(id: $id) {
    comments { totalCount }
    history { totalCount nodes { id kind actor { id } createdAt changes { field from to } } }
  }
}`;

let server: TestServer;
let user: Person;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer();
  user = await buildPerson(server);
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterAll(async () => server.stop());

async function create(input: object = {}): Promise<string> {
  const { createTicket } = await user.client.query(CREATE, { input: { title: 'A', description: 'B', ...input } });
  return createTicket.ticket.id;
}
const kinds = (ticket: { history: { nodes: { kind: string }[] } }) => ticket.history.nodes.map(({ kind }) => kind);

describe("a ticket's history", () => {
  test('tells who changed which field, from what, to what, and when', async () => {
    const id = await create();
    server.clock.advance({ minutes: 1 });
    await admin.client.query(UPDATE, { input: { id, status: 'DONE', title: 'C', details: { a: 1 } } });
    await admin.client.query(UPDATE, { input: { id, status: 'DONE' } });
    const { ticket } = await user.client.query(HISTORY, { id });
    expect(ticket.history.totalCount).toBe(2);
    expect(ticket.history.nodes).toEqual([
      expect.objectContaining({ kind: 'CREATED', actor: { id: user.id }, changes: [] }),
      {
        id: expect.any(String),
        kind: 'CHANGED',
        actor: { id: admin.id },
        createdAt: server.clock.now().toISOString(),
        changes: [
          { field: 'title', from: 'A', to: 'C' },
          { field: 'details', from: null, to: '{"a":1}' },
          { field: 'status', from: 'OPEN', to: 'DONE' },
        ],
      },
    ]);
  });

  test('pages both ways', async () => {
    const id = await create();
    for (const priority of ['LOW', 'HIGH', 'MEDIUM']) {
      server.clock.advance({ seconds: 1 });
      await user.client.query(UPDATE, { input: { id, priority } });
    }
    const query = `query ($id: ID!, $first: Int, $last: Int, $after: String) { ticket(id: $id) { history(first: $first, last: $last, after: $after) {
      pageInfo { endCursor hasNextPage hasPreviousPage } nodes { changes { to } } } } }`;
    const { ticket: first } = await user.client.query(query, { id, first: 2 });
    expect(first.history.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const { ticket: rest } = await user.client.query(query, { id, first: 2, after: first.history.pageInfo.endCursor });
    expect(rest.history).toMatchObject({
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
      nodes: [{ changes: [{ to: 'HIGH' }] }, { changes: [{ to: 'MEDIUM' }] }],
    });
    const { ticket: last } = await user.client.query(query, { id, last: 1 });
    expect(last.history.nodes).toEqual([{ changes: [{ to: 'MEDIUM' }] }]);
  });

  test('keeps internal comments from those who may not read them, and does not count them', async () => {
    const id = await create();
    await user.client.query(COMMENT, { input: { ticketId: id, content: 'open' } });
    await admin.client.query(COMMENT, { input: { ticketId: id, content: 'secret', internal: true } });
    const staff = (await admin.client.query(HISTORY, { id })).ticket;
    expect(kinds(staff)).toEqual(['CREATED', 'COMMENTED', 'COMMENTED']);
    const { ticket } = await user.client.query(HISTORY, { id });
    expect([kinds(ticket), ticket.history.totalCount]).toEqual([['CREATED', 'COMMENTED'], 2]);

    const internal = staff.history.nodes[2].id;
    const node = 'query ($id: ID!) { node(id: $id) { __typename id } }';
    expect((await user.client.query(node, { id: internal })).node).toBeNull();
    expect((await admin.client.query(node, { id: internal })).node).toEqual({
      __typename: 'TicketEvent',
      id: internal,
    });
  });
});

describe('restoring a ticket', () => {
  test('brings it and its comments back, and stands in the history', async () => {
    const id = await create();
    await user.client.query(COMMENT, { input: { ticketId: id, content: 'hello' } });
    await user.client.query(DELETE, { id });
    expect((await admin.client.query(HISTORY, { id })).ticket).toBeNull();
    const deleted = await admin.client.query(
      '{ tickets(filter: { deleted: true }) { nodes { id comments { totalCount nodes { id } } } } comments { totalCount } }',
    );
    expect(deleted.tickets.nodes[0]).toEqual({ id, comments: { totalCount: 0, nodes: [] } });

    const { restoreTicket } = await admin.client.query(RESTORE, { id });
    expect(restoreTicket).toMatchObject({ ticket: { deletedAt: null, version: 3 }, userErrors: [] });
    const { ticket } = await user.client.query(HISTORY, { id });
    expect(ticket.comments.totalCount).toBe(1);
    expect(kinds(ticket)).toEqual(['CREATED', 'COMMENTED', 'DELETED', 'RESTORED']);
  });

  test('needs canDeleteAll and the delete bit', async () => {
    const id = await create();
    await user.client.query(DELETE, { id });
    const tech = await buildPerson(server, { role: BuiltInRole.TECH });
    const bound = await buildPerson(server, { role: BuiltInRole.ADMIN, may: { delete: false } });
    for (const { client } of [user, tech, bound]) {
      const { errors } = await client.send(RESTORE, { id });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    }
  });

  test('takes out a product that was deleted meanwhile', async () => {
    const product = await buildProduct(server);
    const id = await create({ productId: product.id });
    await user.client.query(DELETE, { id });
    const { deleteProduct } = await admin.client.query(
      'mutation ($id: ID!) { deleteProduct(input: { id: $id }) { userErrors { code } } }',
      { id: product.id },
    );
    expect(deleteProduct.userErrors).toEqual([]);
    expect((await admin.client.query(RESTORE, { id })).restoreTicket.ticket.product).toBeNull();
    const { ticket } = await user.client.query(HISTORY, { id });
    expect(ticket.history.nodes.at(-1).changes).toEqual([{ field: 'product', from: product.id, to: null }]);
  });

  test('finds no ticket by an unknown id, and leaves a live one as it is', async () => {
    for (const id of ['7', '019ab000-0000-7000-8000-000000000000']) {
      const { restoreTicket } = await admin.client.query(RESTORE, { id });
      expect(restoreTicket).toEqual({ ticket: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'id'] }] });
    }
    const id = await create();
    expect((await admin.client.query(RESTORE, { id })).restoreTicket.ticket.version).toBe(1);
  });
});
