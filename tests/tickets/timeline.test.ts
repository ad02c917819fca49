import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { encodeCursor } from '../../src/graphql/cursor.js';
import { newId } from '../../src/common/id.js';
import { succeed } from '../support/calls.js';
import { select } from '../support/database-state.js';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { sentStatements } from '../support/sent-statements.js';
import { startTestServer, type TestServer } from '../support/server.js';

const ITEM = `__typename
  ... on Comment { id content createdAt author { id } }
  ... on TicketEvent { id kind createdAt actor { id } changes { field from to } }`;
const TIMELINE = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { ticket(id: $id) {
  timeline(first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { ${ITEM} } } nodes { ${ITEM} }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`;

let server: TestServer;
let user: Person;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
  user = await buildPerson(server);
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterAll(async () => server.stop());

async function create(input: object = {}): Promise<string> {
  const texts = { title: 'A', description: 'B' };
  return (await succeed(user.client, 'createTicket', { ...texts, ...input }, 'ticket { id }')).ticket.id;
}

async function say({ client }: Person, ticketId: string, content: string, input: object = {}): Promise<string> {
  return (await succeed(client, 'createComment', { ticketId, content, ...input }, 'comment { id }')).comment.id;
}

interface Page {
  totalCount: number;
  edges: { cursor: string; node: { __typename: string; id: string } }[];
  nodes: { __typename: string; id: string; kind?: string; content?: string }[];
  pageInfo: { startCursor: string | null; endCursor: string | null; hasNextPage: boolean; hasPreviousPage: boolean };
}
async function timeline({ client }: Person, id: string, args: Record<string, unknown> = {}): Promise<Page> {
  return (await client.query(TIMELINE, { id, ...args })).ticket.timeline;
}
const told = ({ nodes }: Page) => nodes.map(({ kind, content }) => kind ?? content);

describe("a ticket's timeline", () => {
  test('lists comments and changes in the order in which they happened, and no COMMENTED events', async () => {
    const id = await create();
    server.clock.advance({ seconds: 1 });
    const comment = await say(user, id, 'It smokes.');
    server.clock.advance({ seconds: 1 });
    await succeed(admin.client, 'updateTicket', { id, status: 'DONE' });
    server.clock.advance({ seconds: 1 });
    await say(admin, id, 'Mended.');

    const page = await timeline(user, id);
    expect(told(page)).toEqual(['CREATED', 'It smokes.', 'CHANGED', 'Mended.']);
    expect(page.totalCount).toBe(4);
    expect(page.edges.map(({ node }) => node)).toEqual(page.nodes);
    expect(page.nodes[1]).toMatchObject({ __typename: 'Comment', id: comment, author: { id: user.id } });
    expect(page.nodes[2]).toMatchObject({
      __typename: 'TicketEvent',
      actor: { id: admin.id },
      changes: [{ field: 'status', from: 'OPEN', to: 'DONE' }],
    });
  });

  test('keeps internal comments from those who may not read them, in pages, counts and flags', async () => {
    const id = await create();
    server.clock.advance({ seconds: 1 });
    await say(admin, id, 'secret', { internal: true });
    const [seen, own] = [await timeline(admin, id), await timeline(user, id, { first: 1 })];
    expect([told(seen), seen.totalCount]).toEqual([['CREATED', 'secret'], 2]);
    expect([told(own), own.totalCount, own.pageInfo.hasNextPage]).toEqual([['CREATED'], 1, false]);
    // A cursor of the hidden comment gives a place, and nothing of the comment.
    const before = seen.edges[1]?.cursor;
    expect((await timeline(user, id, { last: 5, before })).pageInfo.hasNextPage).toBe(false);
  });

  test('leaves out deleted comments, and shows changed ones as they are', async () => {
    const id = await create();
    const [first, second] = [await say(user, id, 'one'), await say(user, id, 'two')];
    await succeed(user.client, 'deleteComment', { id: first });
    await succeed(user.client, 'updateComment', { id: second, content: 'three' });
    const page = await timeline(user, id);
    expect([told(page), page.totalCount]).toEqual([['CREATED', 'three'], 2]);
  });

  test('of a deleted ticket has its events, and no comments, for those who may see it; all come back with it', async () => {
    const id = await create();
    await say(user, id, 'hello');
    await succeed(user.client, 'deleteTicket', { id });
    const deleted = `{ tickets(filter: { deleted: true }) { nodes { timeline { totalCount nodes {
      ... on Comment { content } ... on TicketEvent { kind } } } } } }`;
    const [ticket] = (await admin.client.query(deleted)).tickets.nodes;
    expect(ticket.timeline).toEqual({ totalCount: 2, nodes: [{ kind: 'CREATED' }, { kind: 'DELETED' }] });
    await succeed(admin.client, 'restoreTicket', { id });
    expect(told(await timeline(user, id))).toEqual(expect.arrayContaining(['CREATED', 'hello', 'DELETED', 'RESTORED']));
  });

  test.each([
    ['first and last together', { first: 1, last: 1 }, 'Give first or last, not both.'],
    ['a page of none', { first: 0 }, 'first must be from 1 to 100, not 0.'],
    ['a page of 101', { last: 101 }, 'last must be from 1 to 100, not 101.'],
    ['no cursor', { after: 'x' }, expect.stringContaining('"after" is not a cursor of this list')],
  ])('refuses %s', async (_what, args, message) => {
    const { errors } = await user.client.send(TIMELINE, { id: await create(), ...args });
    expect(errors).toEqual([
      expect.objectContaining({ message, extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) }),
    ]);
  });

  test.each(['comments', 'history'])('refuses a cursor of %s, and is refused there', async (list) => {
    const id = await create();
    await say(user, id, 'hello');
    const query = `query ($id: ID!, $after: String) { ticket(id: $id) { ${list}(first: 1, after: $after) { pageInfo { endCursor } } } }`;
    const other = (await user.client.query(query, { id })).ticket[list].pageInfo.endCursor;
    const own = (await timeline(user, id, { first: 1 })).pageInfo.endCursor;
    for (const { errors } of [
      await user.client.send(TIMELINE, { id, after: other }),
      await user.client.send(query, { id, after: own }),
    ]) {
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    }
  });

  test('takes fragments on Node, and aliases that stand for another field in each type', async () => {
    const id = await create();
    await say(user, id, 'hello');
    const query = `query ($id: ID!) { ticket(id: $id) { timeline { nodes {
      ... on Node { id } ... on Comment { at: createdAt what: __typename } ... on TicketEvent { at: createdAt what: __typename } } } } }`;
    // The third time it is compiled.
    for (let times = 0; times < 3; times += 1) {
      const { nodes } = (await user.client.query(query, { id })).ticket.timeline;
      expect(nodes).toHaveLength(2);
      for (const node of nodes) {
        expect(node).toEqual({ id: expect.any(String), at: expect.any(String), what: expect.any(String) });
      }
    }
  });
});

type Kind = 'comment' | 'internal' | 'deleted' | 'event' | 'commented';
const KINDS: readonly Kind[] = ['comment', 'internal', 'deleted', 'event', 'commented'];
interface Made {
  readonly kind: Kind;
  /** Few of them, so that many happen at the same time. */
  readonly second: number;
}

const secondOfYear = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

/** A ticket with these comments and events, straight in the database. Gives what each viewer may see, by a plain sort. */
async function fill(made: readonly Made[]): Promise<{ id: string; visible: Record<'user' | 'admin', string[]> }> {
  const { id } = await buildTicket(server, { createdBy: user });
  const rows = made.map(({ kind, second }) => ({
    kind,
    id: newId(),
    other: newId(),
    at: secondOfYear(second),
  }));
  const given = JSON.stringify(rows);
  await select(
    server,
    sql`with made as materialized (select * from jsonb_to_recordset(${given}::jsonb) as made (kind text, id uuid, other uuid, at timestamptz)),
      comments as (
        insert into comment (id, content, internal, ticket_id, author_id, created_at, deleted_at)
        select case kind when 'commented' then other else id end, 'said', kind = 'internal', ${id}, ${user.id}, at,
          case when kind in ('deleted', 'commented') then now() end
        from made where kind <> 'event'
      )
      insert into ticket_event (id, kind, ticket_id, actor_id, comment_id, changes, created_at)
      select id, (case kind when 'commented' then 'COMMENTED' else 'CHANGED' end)::ticket_event_kind, ${id}, ${user.id},
        case kind when 'commented' then other end, '[]', at
      from made where kind in ('event', 'commented')`,
  );
  const sorted = (kinds: readonly Kind[]) =>
    rows
      .filter(({ kind }) => kinds.includes(kind))
      .toSorted((one, other) => one.at.localeCompare(other.at) || one.id.localeCompare(other.id))
      .map((row) => row.id);
  return { id, visible: { user: sorted(['comment', 'event']), admin: sorted(['comment', 'event', 'internal']) } };
}

test('pages of a timeline are those of a plain sort by createdAt and id, both ways, with exact counts and flags', async () => {
  const item = fc.record({ kind: fc.constantFrom(...KINDS), second: fc.nat({ max: 2 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom('user' as const, 'admin' as const),
      async (made, size, who) => {
        const { id, visible } = await fill(made);
        const expected = visible[who];
        const viewer = { user, admin }[who];
        for (const backwards of [false, true]) {
          const seen: string[] = [];
          let cursor: string | null = null;
          for (let more = true; more;) {
            const place: object = backwards ? { last: size, before: cursor } : { first: size, after: cursor };
            const { nodes, edges, totalCount, pageInfo } = await timeline(viewer, id, { ...place });
            const ids = nodes.map((node) => node.id);
            seen.splice(backwards ? 0 : seen.length, 0, ...ids);
            const isWhole = seen.length === expected.length;
            expect(totalCount).toBe(expected.length);
            expect(pageInfo).toEqual({
              startCursor: edges.at(0)?.cursor ?? null,
              endCursor: edges.at(-1)?.cursor ?? null,
              hasNextPage: backwards ? cursor !== null : !isWhole,
              hasPreviousPage: backwards ? !isWhole : cursor !== null,
            });
            more = backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
            cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
          }
          expect(seen).toEqual(expected);
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe('what a page of tickets costs with their timelines', () => {
  test('is one statement more, another for the counts, and another for each flag, however many tickets and items there are', async () => {
    const creator = await buildPerson(server);
    for (let made = 0; made < 50; made += 1) {
      const ticket = await buildTicket(server, { createdBy: creator });
      await buildComment(server, { ticket, author: user });
      await succeed(creator.client, 'updateTicket', { id: ticket.id, priority: 'HIGH' });
    }
    const ask = async (first: number, list: string) => {
      const sent = await sentStatements(async () =>
        creator.client.query(
          `query ($id: ID!, $first: Int!) { user(id: $id) { createdTickets(first: $first) { nodes { id ${list} } } } }`,
          { id: creator.id, first },
        ),
      );
      return sent.filter(({ text }) => /^select .*\b(ticket_event|comment)\b/s.test(text)).length;
    };
    const page = `edges { cursor node { ${ITEM} } }`;
    expect(await ask(50, '')).toBe(0);
    expect(await ask(50, `timeline(first: 10) { ${page} }`)).toBe(1);
    expect(await ask(50, `timeline(first: 10) { totalCount ${page} }`)).toBe(2);
    for (const list of ['timeline', 'history', 'comments']) {
      const cursor = `query ($id: ID!) { user(id: $id) { createdTickets(first: 1) { nodes {
        ${list}(first: 1) { pageInfo { endCursor } } } } } }`;
      const [ticket] = (await creator.client.query(cursor, { id: creator.id })).user.createdTickets.nodes;
      const after = JSON.stringify(ticket[list].pageInfo.endCursor);
      const flags = `${list}(first: 1, after: ${after}) { pageInfo { hasNextPage hasPreviousPage } }`;
      expect(await ask(50, flags)).toBe(2);
      expect(await ask(2, flags)).toBe(2);
    }
  });
});

test('timelines of a page of tickets are priced by both sizes', async () => {
  const query = `query ($tickets: Int, $first: Int) { tickets(first: $tickets) { nodes { timeline(first: $first) { nodes { ${ITEM} } } } } }`;
  expect((await user.client.send(query, { tickets: 10, first: 20 })).errors).toEqual([]);
  for (const [tickets, first] of [
    [10, 100],
    [100, 10],
  ] as const) {
    const { errors } = await user.client.send(query, { tickets, first });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['QUERY_TOO_COMPLEX']);
  }
});

describe('a page of a ticket with ten thousand comments and as many changes', () => {
  const MANY = 10_000;
  /** What one page may read of indexes: the items of the page from both lists, and each of them by its id. */
  const READ_AT_MOST = 400;
  let id: string;
  let database: Client;
  let prepared = 0;
  beforeAll(async () => {
    database = new Client({ connectionString: server.databaseUrl });
    await database.connect();
    // Statistics come when a test says so.
    for (const table of ['comment', 'ticket_event']) {
      await database.query(`alter table ${table} set (autovacuum_enabled = false)`);
    }
    ({ id } = await buildTicket(server, { createdBy: user }));
    const numbers = `select gen_random_uuid() as id, timestamptz '2026-01-01' + n / 2 * interval '1 second' as at
      from generate_series(1, ${MANY}) n`;
    await database.query(
      `with comments as (
         insert into comment (id, content, ticket_id, author_id, created_at) select id, 'said', $1, $2, at from (${numbers}) made
         returning id, created_at
       ),
       events as (select id, created_at from comments union all select null, at from (${numbers}) made)
       insert into ticket_event (id, kind, ticket_id, actor_id, comment_id, changes, created_at)
       select gen_random_uuid(), (case when id is null then 'CHANGED' else 'COMMENTED' end)::ticket_event_kind, $1, $2, id, '[]', created_at
       from events`,
      [id, user.id],
    );
  }, 60_000);
  afterAll(async () => database.end());

  /** Entries that this transaction has read from the tables' indexes, and scans of whole tables. */
  const reads = async () => {
    const { rows } = await database.query<{ entries: string; scans: string }>(
      `select sum(pg_stat_get_xact_tuples_returned(indexrelid)) as entries, sum(pg_stat_get_xact_numscans(indrelid)) as scans
       from pg_index where indrelid in ('comment'::regclass, 'ticket_event'::regclass)`,
    );
    return { entries: Number(rows[0]?.entries), scans: Number(rows[0]?.scans) };
  };

  test.each([
    ['without statistics', 'force_generic_plan', async () => {}],
    ['without statistics', 'force_custom_plan', async () => {}],
    ['with statistics', 'force_generic_plan', async () => database.query('vacuum analyze')],
    ['with statistics', 'force_custom_plan', async () => {}],
  ])('is read from the indexes, no further than the page goes: %s, %s', async (_what, mode, prepare) => {
    await prepare();
    const middle = encodeCursor('timeline.CREATED_AT:ASC', [secondOfYear(2500), newId()]);
    for (const viewer of [user, admin]) {
      for (const place of [{ first: 50 }, { first: 50, after: middle }, { last: 50 }, { last: 50, before: middle }]) {
        const query = TIMELINE.replace('totalCount', '');
        const ask = async () => viewer.client.query(query, { id, ...place });
        const sent = (await sentStatements(ask)).filter(({ text }) => text.includes('ticket_event'));
        expect(sent.length).toBeGreaterThan(0);
        await database.query(`set plan_cache_mode = ${mode}`);
        for (const { text, values } of sent) {
          await database.query('begin');
          const before = await reads();
          prepared += 1;
          await database.query({ name: `statement${prepared}`, text, values });
          const after = await reads();
          await database.query('rollback');
          expect(after.scans).toBe(before.scans);
          expect(after.entries - before.entries).toBeLessThanOrEqual(READ_AT_MOST);
        }
      }
    }
  });
});

describe('a payload', () => {
  const COMMENT = `mutation ($input: CreateCommentInput!) { createComment(input: $input) {
    comment { id } timelineEdge { cursor node { ${ITEM} } } userErrors { code } } }`;
  const UPDATE = `mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) {
    ticket { id } timelineEdge { cursor node { ${ITEM} } } userErrors { code } } }`;

  test('of createComment has the edge of the comment, also when it is sent again', async () => {
    const id = await create();
    server.clock.advance({ seconds: 1 });
    const input = { id: newId(), ticketId: id, content: 'hello' };
    const { createComment } = await user.client.query(COMMENT, { input });
    server.clock.advance({ seconds: 1 });
    await say(user, id, 'later');
    const { edges } = await timeline(user, id);
    expect(createComment.timelineEdge).toEqual(edges[1]);
    expect(told(await timeline(user, id, { after: createComment.timelineEdge.cursor }))).toEqual(['later']);
    expect((await user.client.query(COMMENT, { input })).createComment.timelineEdge).toEqual(edges[1]);
  });

  test.each([
    ['its own fields', () => ({ title: 'C' })],
    ['its assignee', () => ({ assignedTo: { id: user.id } })],
  ])('of updateTicket has the edge of the change of %s', async (_what, change) => {
    const id = await create();
    server.clock.advance({ seconds: 1 });
    const { updateTicket } = await admin.client.query(UPDATE, { input: { id, ...change() } });
    server.clock.advance({ seconds: 1 });
    await say(admin, id, 'later');
    const { edges } = await timeline(admin, id);
    expect(updateTicket.timelineEdge).toEqual(edges[1]);
    expect(told(await timeline(admin, id, { after: updateTicket.timelineEdge.cursor }))).toEqual(['later']);
  });

  test('of updateTicket has none when nothing changed, and when there are userErrors', async () => {
    const id = await create();
    for (const change of [
      { title: 'A' },
      { assignedTo: null },
      { title: '' },
      { title: 'C', expectedVersion: 7 },
      { assignedTo: { username: 'nobody' } },
    ]) {
      const { updateTicket } = await admin.client.query(UPDATE, { input: { id, ...change } });
      expect(updateTicket.timelineEdge).toBeNull();
    }
    expect((await timeline(user, id)).totalCount).toBe(1);
  });

  test('of updateTicket has the edge of the change by which the viewer lost sight of the ticket', async () => {
    const tech = await buildPerson(server, { role: { canAssignTickets: true, canManageTickets: true } });
    const id = await create({ assignedTo: { id: tech.id } });
    const { updateTicket } = await tech.client.query(UPDATE, { input: { id, assignedTo: null } });
    expect(updateTicket.timelineEdge.node.changes).toEqual([{ field: 'assignedTo', from: tech.id, to: null }]);
  });
});

describe('an event', () => {
  const HISTORY = `query ($id: ID!) { ticket(id: $id) { history { nodes { kind comment { id content internal }
    changes { field from to fromNode { __typename id ...Names } toNode { __typename id ...Names } } } } } }
    fragment Names on Node { ... on User { name } ... on Product { name } ... on Ticket { title } }`;
  const history = async ({ client }: Person, id: string) =>
    (await client.query(HISTORY, { id })).ticket.history.nodes as {
      kind: string;
      comment: { content: string } | null;
      changes: { field: string; from: string | null; to: string | null; fromNode: unknown; toNode: unknown }[];
    }[];

  test('COMMENTED has its comment as it is now, and none when it was deleted or the viewer may not read it', async () => {
    const id = await create();
    const said = [];
    for (const internal of [false, false, true]) {
      server.clock.advance({ seconds: 1 });
      said.push(await say(admin, id, 'old', { internal }));
    }
    await succeed(admin.client, 'deleteComment', { id: said[0] });
    await succeed(admin.client, 'updateComment', { id: said[1], content: 'new' });
    const comments = async (who: Person) => (await history(who, id)).map(({ comment }) => comment);
    const changed = { id: said[1], content: 'new', internal: false };
    expect(await comments(admin)).toEqual([null, null, changed, { id: said[2], content: 'old', internal: true }]);
    expect(await comments(user)).toEqual([null, null, changed]);
  });

  test('names the people and products that changed, deleted ones too, and the tickets that the viewer may see', async () => {
    const [old, product] = [await buildProduct(server, { name: 'Old' }), await buildProduct(server, { name: 'New' })];
    const leaver = await buildPerson(server, { firstName: 'Lea', lastName: 'Ver' });
    const own = await buildPerson(server, { role: {} });
    const original = await buildTicket(server, { createdBy: user, title: 'Original' });
    const input = { title: 'A', description: 'B', productId: old.id };
    const { id } = (await succeed(own.client, 'createTicket', input, 'ticket { id }')).ticket;
    await succeed(admin.client, 'updateTicket', {
      id,
      productId: product.id,
      assignedTo: { id: leaver.id },
      title: 'C',
    });
    server.clock.advance({ seconds: 1 });
    await succeed(admin.client, 'markDuplicate', { ticketId: id, duplicateOfId: original.id });
    await succeed(admin.client, 'deleteUser', { id: leaver.id });
    await succeed(admin.client, 'deleteProduct', { id: old.id });

    const changes = async (who: Person) =>
      new Map((await history(who, id)).flatMap((event) => event.changes).map((change) => [change.field, change]));
    for (const who of [admin, own]) {
      const seen = await changes(who);
      expect(seen.get('title')).toMatchObject({ fromNode: null, toNode: null });
      expect(seen.get('product')).toMatchObject({
        fromNode: { __typename: 'Product', id: old.id, name: 'Old' },
        toNode: { __typename: 'Product', id: product.id, name: 'New' },
      });
    }
    const assigned = (await history(own, id))[1]?.changes.find(({ field }) => field === 'assignedTo');
    expect(assigned).toMatchObject({ fromNode: null, toNode: { __typename: 'User', id: leaver.id, name: 'Lea Ver' } });
    expect((await changes(admin)).get('duplicateOf')).toMatchObject({
      fromNode: null,
      toNode: { __typename: 'Ticket', id: original.id, title: 'Original' },
    });
    expect((await changes(own)).get('duplicateOf')).toMatchObject({ to: null, toNode: null });
  });
});

const day = (date: number) => new Date(Date.UTC(2026, 4, date));

describe('comments by when they were written', () => {
  test('are those from an instant up to another, which does not count', async () => {
    const ticket = await buildTicket(server, { createdBy: user });
    const made = [];
    for (const date of [1, 2, 3]) made.push(await buildComment(server, { ticket, author: user, createdAt: day(date) }));
    const query = `query ($filter: CommentFilter) { comments(filter: $filter) { totalCount nodes { id } } }`;
    const found = async (createdAt: object) =>
      (await user.client.query(query, { filter: { ticketId: [ticket.id], createdAt } })).comments;
    expect(await found({ from: day(1), to: day(3) })).toEqual({ totalCount: 2, nodes: made.slice(0, 2) });
    expect(await found({ from: day(2) })).toEqual({ totalCount: 2, nodes: made.slice(1) });
    expect(await found({ to: day(1) })).toEqual({ totalCount: 0, nodes: [] });
    expect(await found({ from: day(3), to: day(1) })).toEqual({ totalCount: 0, nodes: [] });
    expect(await found({})).toMatchObject({ totalCount: 3 });
  });
});
