import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { select } from '../../support/database-state.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../../support/factories.js';
import { expectError, expectRefused } from '../../support/refusals.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const CREATE = `mutation ($input: CreateCommentInput!) {
  createComment(input: $input) {
    comment { id content internal createdAt updatedAt author { id } ticket { id title } viewerCanEdit viewerCanDelete }
    commentEdge { cursor node { id } }
    userErrors { code message field }
  }
}`;

let server: TestServer;
let author: Person;
let staff: Person;
let ticket: { id: string };
beforeAll(async () => {
  server = await startTestServer();
  author = await buildPerson(server);
  staff = await buildPerson(server, { role: { canViewAll: true, canManageTickets: true } });
  ticket = await buildTicket(server, { title: 'Printer on fire' });
});
afterAll(async () => server.stop());

const create = async (input: Record<string, unknown>, { client } = author) =>
  (await client.query(CREATE, { input: { ticketId: ticket.id, ...input } })).createComment;

describe('a new comment', () => {
  test("has its author, its ticket, and an event in the ticket's history", async () => {
    const payload = await create({ content: '  I smell it too. ' });
    expect(payload).toMatchObject({
      comment: {
        content: 'I smell it too.',
        internal: false,
        createdAt: server.clock.now().toISOString(),
        updatedAt: null,
        author: { id: author.id },
        ticket: { id: ticket.id, title: 'Printer on fire' },
        viewerCanEdit: true,
        viewerCanDelete: true,
      },
      commentEdge: { node: { id: payload.comment.id } },
      userErrors: [],
    });
    const events = await select(
      server,
      sql`select kind, actor_id as actor, ticket_id as ticket from ticket_event where comment_id = ${payload.comment.id}`,
    );
    expect(events).toEqual([{ kind: 'COMMENTED', actor: author.id, ticket: ticket.id }]);
  });

  test('is at the cursor of its edge in the list', async () => {
    const other = await buildTicket(server);
    const { commentEdge } = await create({ ticketId: other.id, content: 'first' });
    const second = await create({ ticketId: other.id, content: 'second' });
    const { comments } = await author.client.query(
      'query ($ticketId: ID!, $after: String) { comments(filter: { ticketId: [$ticketId] }, after: $after) { nodes { id } } }',
      { ticketId: other.id, after: commentEdge.cursor },
    );
    expect(comments.nodes).toEqual([{ id: second.comment.id }]);
  });

  test("does not raise the ticket's version", async () => {
    const { id } = await buildTicket(server);
    await create({ ticketId: id, content: 'x' });
    const { ticket: after } = await author.client.query('query ($id: ID!) { ticket(id: $id) { version updatedAt } }', {
      id,
    });
    expect(after).toEqual({ version: 1, updatedAt: null });
  });

  test.each([
    ['nothing', '', 'REQUIRED'],
    ['spaces', ' \n\t ', 'REQUIRED'],
    ['10,001 characters', 'x'.repeat(10_001), 'INVALID'],
    ['NUL', 'a\0b', 'INVALID'],
    ['a lone surrogate', '\ud83d', 'INVALID'],
  ])('of %s is refused', async (_name, content, code) => {
    const call = { mutation: CREATE, input: { ticketId: ticket.id, content } };
    const payload = await expectRefused(server, author.client, call, `${code} input.content`);
    expect(payload).toMatchObject({ comment: null, commentEdge: null });
  });

  test('of 10,000 emoji is taken', async () => {
    const content = '🔥'.repeat(10_000);
    expect((await create({ content })).comment.content).toBe(content);
  });

  test.each(['01890a5d-ac96-774b-bcce-b302099a8057', 'x', '', '\0'])(
    'on a ticket that is not there is refused (%#)',
    async (ticketId) => {
      const call = { mutation: CREATE, input: { ticketId, content: 'x' } };
      await expectRefused(server, author.client, call, 'NOT_FOUND input.ticketId');
    },
  );

  test('on a deleted ticket is refused', async () => {
    const { id } = await buildTicket(server, { deletedAt: server.clock.now() });
    const call = { mutation: CREATE, input: { ticketId: id, content: 'x' } };
    await expectRefused(server, author.client, call, 'NOT_FOUND input.ticketId');
  });

  test('of the wrong type is BAD_USER_INPUT', async () => {
    for (const fields of [{ content: 7 }, { content: null }, { content: undefined }, { internal: 'yes' }]) {
      const input = { ticketId: ticket.id, content: 'x', ...fields };
      await expectError(server, author.client, 'BAD_USER_INPUT', CREATE, { input });
    }
  });
});

describe('an internal comment', () => {
  test('is FORBIDDEN to write without canManageTickets', async () => {
    const input = { ticketId: ticket.id, content: 'x', internal: true };
    await expectError(server, author.client, 'FORBIDDEN', CREATE, { input });
  });

  test('is seen and counted by those who manage tickets, and by nobody else anywhere', async () => {
    const { id: ticketId } = await buildTicket(server, { createdBy: author });
    const open = (await create({ ticketId, content: 'open' }, staff)).comment;
    const secret = (await create({ ticketId, content: 'secret', internal: true }, staff)).comment;
    const READ = `query ($ticketId: ID!, $id: ID!) {
      comments(filter: { ticketId: [$ticketId] }) { nodes { id } totalCount }
      ticket(id: $ticketId) { comments { nodes { id } totalCount } }
      comment(id: $id) { id } node(id: $id) { id }
    }`;
    const variables = { ticketId, id: secret.id };
    const all = { nodes: [{ id: open.id }, { id: secret.id }], totalCount: 2 };
    expect(await staff.client.query(READ, variables)).toEqual({
      comments: all,
      ticket: { comments: all },
      comment: { id: secret.id },
      node: { id: secret.id },
    });
    const rest = { nodes: [{ id: open.id }], totalCount: 1 };
    expect(await author.client.query(READ, variables)).toEqual({
      comments: rest,
      ticket: { comments: rest },
      comment: null,
      node: null,
    });
  });
});

describe('a list of comments', () => {
  test('is in the order they were written, and its pages turn both ways', async () => {
    const { id } = await buildTicket(server);
    const written: string[] = [];
    for (let minute = 0; minute < 7; minute += 1) {
      // Two at each instant: their ids break the tie.
      const createdAt = new Date(Date.parse('2026-01-01T00:00:00Z') + Math.floor(minute / 2) * 60_000);
      written.push((await buildComment(server, { ticket: { id }, author, createdAt })).id);
    }
    for (const field of ['ticket', 'comments'] as const) {
      const list = (args: string) =>
        field === 'ticket'
          ? `ticket(id: $id) { comments(${args}) { nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`
          : `comments(filter: { ticketId: [$id] }, ${args}) { nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } }`;
      const page = async (args: string, cursor: string | null) => {
        const document = `query ($id: ID!, $cursor: String) { ${list(args)} }`;
        const { [field]: answer } = await author.client.query(document, { id, cursor });
        return field === 'ticket' ? answer.comments : answer;
      };
      const forwards: string[] = [];
      for (let cursor: string | null = null, more = true; more;) {
        const { nodes, pageInfo } = await page('first: 3, after: $cursor', cursor);
        forwards.push(...nodes.map((node: { id: string }) => node.id));
        [cursor, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
      }
      expect(forwards).toEqual(written);
      const backwards: string[] = [];
      for (let cursor: string | null = null, more = true; more;) {
        const { nodes, pageInfo } = await page('last: 3, before: $cursor', cursor);
        backwards.unshift(...nodes.map((node: { id: string }) => node.id));
        [cursor, more] = [pageInfo.startCursor, pageInfo.hasPreviousPage];
      }
      expect(backwards).toEqual(written);
    }
  });

  test('can be narrowed to an author', async () => {
    const writer = await buildPerson(server);
    const { id } = await buildComment(server, { ticket, author: writer });
    const { comments } = await author.client.query(
      'query ($id: ID!) { comments(filter: { authorId: [$id, "x"] }) { nodes { id } totalCount } }',
      { id: writer.id },
    );
    expect(comments).toEqual({ nodes: [{ id }], totalCount: 1 });
  });
});

test.each(['x', '', '\0', '01890a5d-ac96-774b-bcce-b302099a8057'])(
  'a comment that is not there is null (%#)',
  async (id) => {
    expect(await author.client.query('query ($id: ID!) { comment(id: $id) { id } }', { id })).toEqual({
      comment: null,
    });
  },
);
