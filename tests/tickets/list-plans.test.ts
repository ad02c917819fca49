import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildProduct, type Person } from '../support/factories.js';
import { type SentStatement, sentStatements } from '../support/sent-statements.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** What PostgreSQL takes for small, and enough for an index to be worth it. */
const FEW = 200;
const MANY = 20_000;
/** No statement reads them from end to end, nor does a function in it. What waits to be learnt is short, and has no index. */
const TABLES = ['ticket', 'comment', 'ticket_search', 'ticket_stem', 'search_word'];
/** A plan for whatever values, as connections keep it, or one for those that are given. */
const PLAN_MODES = ['force_generic_plan', 'force_custom_plan'];

let server: TestServer;
let tech: Person;
let own: Person;
let product: { id: string };
let database: Client;
const people: string[] = [];
let prepared = 0;
beforeAll(async () => {
  server = await startTestServer();
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  own = await buildPerson(server, { role: {} });
  product = await buildProduct(server);
  for (let count = 0; count < 40; count += 1) people.push((await buildPerson(server)).id);
  database = new Client({ connectionString: server.databaseUrl });
  await database.connect();
  // Statistics come when a test says so.
  for (const table of TABLES) await database.query(`alter table ${table} set (autovacuum_enabled = false)`);
  await fill(1, FEW);
}, 120_000);
afterAll(async () => {
  await database.end();
  await server.stop();
});

async function fill(from: number, to: number): Promise<void> {
  await database.query(
    `insert into ticket (id, title, description, type, priority, status, product_id, created_by_id, assigned_to_id, created_at, deleted_at)
     select gen_random_uuid(), 'word' || n % 997 || ' and word' || n % 13, 'text' || n % 499,
       (enum_range(null::ticket_type))[1 + n % 3], (enum_range(null::ticket_priority))[1 + n % 4],
       (enum_range(null::ticket_status))[case when n % 10 = 0 then 1 + n / 10 % 4 else 5 + n % 2 end],
       case when n % 50 = 0 then $2::uuid end, ($1::uuid[])[1 + n % 40], case when n % 3 > 0 then ($1::uuid[])[1 + n % 39] end,
       timestamptz '2026-01-01' + n * interval '1 minute', case when n % 500 = 0 then timestamptz '2026-03-01' end
     from generate_series($3::int, $4::int) n`,
    [[...people, own.id].slice(-40), product.id, from, to],
  );
  await database.query(
    `insert into comment (id, content, ticket_id, author_id, created_at)
     select gen_random_uuid(), 'remark' || n % 997 || ' of part' || n % 13, t.id, ($1::uuid[])[1 + n % 40], t.created_at
     from generate_series(2 * $2::int, 2 * $3::int) n join ticket t on t.number = n / 2`,
    [people, from, to],
  );
}

/** The statements that read tickets and comments, and that the action sends to PostgreSQL. */
async function statementsOf(action: () => Promise<unknown>): Promise<SentStatement[]> {
  return (await sentStatements(action)).filter(
    ({ text }) => /^\s*(select|with)\b/.test(text) && /\b(ticket|comment|hits|search_\w+|unnest)\b/.test(text),
  );
}

/** Rows of a table that this transaction has fetched by an index. */
async function fetched(table: string): Promise<number> {
  const { rows } = await database.query<{ rows: string }>(
    'select idx_tup_fetch as rows from pg_stat_xact_user_tables where relname = $1',
    [table],
  );
  return Number(rows[0]?.rows);
}

/** How often this transaction has read each of the tables from end to end. Faster than the view pg_stat_xact_user_tables. */
const SCANS = `select array[${TABLES.map((table) => `pg_stat_get_xact_numscans('${table}'::regclass)`).join(', ')}]::int[] as scans`;

/** Prepares and runs statements as a new connection does, and tells which of the tables they read from end to end, functions included. */
async function scannedBy(statements: readonly SentStatement[], planMode: string): Promise<string[]> {
  const scans = async () => {
    const { rows } = await database.query<{ scans: number[] }>({ name: 'scans', text: SCANS });
    return rows[0]?.scans ?? [];
  };
  const scanned: string[] = [];
  await database.query(`begin; set local plan_cache_mode = ${planMode}`);
  try {
    let before = await scans();
    for (const { text, values } of statements) {
      prepared += 1;
      await database.query({ name: `statement${prepared}`, text, values });
      const after = await scans();
      scanned.push(...TABLES.filter((_, index) => after[index] !== before[index]).map((table) => `${table}: ${text}`));
      before = after;
    }
    return scanned;
  } finally {
    await database.query('rollback');
  }
}

const LIST = `query ($filter: TicketFilter, $orderBy: [TicketOrder!], $after: String) {
  tickets(first: 50, filter: $filter, orderBy: $orderBy, after: $after) {
    nodes { id title createdBy { name } assignedTo { name } product { name } } pageInfo { endCursor } } }`;
const COMMENT_LIST = `query ($filter: CommentFilter) { comments(first: 50, filter: $filter) { nodes { id author { name } } } }`;
const UNDER = `query ($id: ID!) { user(id: $id) {
  createdTickets(first: 20) { nodes { id } } assignedTickets(first: 20) { nodes { id } } comments(first: 20) { nodes { id } } } }`;
const TIMELINES =
  '{ tickets(first: 20) { nodes { timeline(first: 20) { totalCount nodes { __typename } pageInfo { hasNextPage } } } } }';
const COUNTED = LIST.replace('pageInfo', 'totalCount pageInfo');
const SEARCHED_UNDER = `query ($id: ID!) { user(id: $id) {
  createdTickets(first: 20, filter: { search: "and" }) { totalCount nodes { id } pageInfo { hasPreviousPage } } } }`;
const LIST_FLAGS = `query ($filter: TicketFilter) {
  tickets(first: 20, filter: $filter) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }`;
const FLAGS_UNDER = `query ($search: String!) { users(first: 50) { nodes {
  createdTickets(first: 20, filter: { search: $search }) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } } } }`;
const COMMENT_FLAGS = `query ($filter: CommentFilter) {
  comments(first: 20, filter: $filter) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }`;
const RANKED_UNDER = `query ($id: ID!) { user(id: $id) {
  createdTickets(first: 20, filter: { search: "and" }, orderBy: { field: RELEVANCE, direction: DESC }) { nodes { id } } } }`;
const COUNTS = `query ($filter: TicketFilter) {
  tickets(first: 1, filter: $filter) { totalCount counts { byStatus { status count } active unassigned } } }`;
const COUNTS_UNDER = `query ($id: ID!) { user(id: $id) { createdTickets(first: 1) { counts { active } } } }`;
const SAID = '{ tickets(first: 50) { nodes { commentCount lastActivityAt lastComment { content author { name } } } } }';
const SIMILAR = `query ($input: SimilarTicketsInput!) { similarTickets(input: $input) { score ticket { id title } } }`;
const SIMILAR_TO = '{ tickets(first: 3) { nodes { similar { score ticket { id } } } } }';
const INSIGHTS = `query ($input: TicketInsightsInput!) { ticketInsights(input: $input) {
  total active unassigned stale byStatus { count } byPriority { count } byType { count } byProduct { count }
  workload { active closedInRange } created { count } closed { count } medianSecondsToClose } }`;
const by = (field: string, direction: string) => ({ orderBy: { field, direction } });

const FIELDS = ['NUMBER', 'CREATED_AT', 'UPDATED_AT', 'PRIORITY', 'STATUS', 'LAST_ACTIVITY'];
const orders = FIELDS.flatMap((field) => ['ASC', 'DESC'].map((direction) => by(field, direction)));
/** Of several fields, in both directions: those that begin with few values are the hardest. */
const severalOrders = [
  ['PRIORITY DESC', 'CREATED_AT ASC'],
  ['PRIORITY ASC', 'LAST_ACTIVITY DESC'],
  ['STATUS ASC', 'PRIORITY DESC', 'LAST_ACTIVITY DESC'],
  ['STATUS DESC', 'UPDATED_AT ASC', 'NUMBER DESC'],
  ['LAST_ACTIVITY DESC', 'PRIORITY DESC'],
  ['CREATED_AT ASC', 'STATUS DESC', 'PRIORITY ASC'],
].map((fields) => ({
  orderBy: fields.map((text) => {
    const [field, direction] = text.split(' ');
    return { field, direction };
  }),
}));

const CASES: readonly (readonly [string, string, object | (() => object)])[] = [
  ...orders.map((order) => [JSON.stringify(order.orderBy), LIST, order] as const),
  ...orders.map(
    (order) => [`active, ${JSON.stringify(order.orderBy)}`, LIST, { ...order, filter: { active: true } }] as const,
  ),
  ...severalOrders.flatMap((order) => [
    [JSON.stringify(order.orderBy), LIST, order] as const,
    [`active, ${JSON.stringify(order.orderBy)}`, LIST, { ...order, filter: { active: true } }] as const,
  ]),
  ['of a common word, by several orders', LIST, { ...severalOrders[1], filter: { search: 'and' } }],
  ['of a common word, by relevance', LIST, { ...by('RELEVANCE', 'DESC'), filter: { search: 'and' } }],
  ['of rare words, by relevance', LIST, { ...by('RELEVANCE', 'DESC'), filter: { search: 'word500 text2' } }],
  ['under a user, by relevance', RANKED_UNDER, () => ({ id: own.id })],
  ['with counts', COUNTS, {}],
  ['with counts of active tickets', COUNTS, { filter: { active: true } }],
  ['with counts under a user', COUNTS_UNDER, () => ({ id: own.id })],
  ['with what was last said', SAID, {}],
  ['of the viewer', LIST, { filter: { assignedToMe: true } }],
  ['by the viewer', LIST, { filter: { createdByMe: true } }],
  ['of duplicates', LIST, { filter: { duplicate: true } }],
  [
    'of the last activity',
    LIST,
    { filter: { lastActivityAt: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' } } },
  ],
  ['of what was closed', LIST, { filter: { closedAt: { from: '2026-01-01T00:00:00Z' } } }],
  ['of a product, by priority', LIST, () => ({ ...by('PRIORITY', 'DESC'), filter: { productId: [product.id] } })],
  ['of those assigned to somebody', LIST, () => ({ filter: { assignedToId: [own.id] } })],
  [
    'with and, or and not',
    LIST,
    { filter: { or: [{ priority: ['HIGH'] }, { not: { type: ['BUG'] } }], active: true } },
  ],
  ['of a rare word', LIST, { filter: { search: 'word500' } }],
  ['of a common word', LIST, { filter: { search: 'and' } }],
  ['of a misspelt word, by status', LIST, { ...by('STATUS', 'ASC'), filter: { search: 'txet77 wrod5' } }],
  ['of a number', LIST, { filter: { search: '#77' } }],
  ['of comments', COMMENT_LIST, {}],
  ['of comments with a word', COMMENT_LIST, { filter: { search: 'remark77' } }],
  [
    'of comments of a day',
    COMMENT_LIST,
    { filter: { createdAt: { from: '2026-01-02T00:00:00Z', to: '2026-01-03T00:00:00Z' } } },
  ],
  ['of comments by somebody', COMMENT_LIST, () => ({ filter: { authorId: [own.id] } })],
  ['under a user', UNDER, () => ({ id: own.id })],
  ['of timelines', TIMELINES, {}],
  ['with a word, a status and totalCount', COUNTED, { filter: { search: 'word5', status: ['CLOSED'] } }],
  ['of words that nothing holds', COUNTED, { filter: { search: 'nowhere whatever' } }],
  // Without totalCount: what a `not` lets through is nearly all, and is counted by reading all.
  ['with a word, in or and not', LIST, { filter: { or: [{ search: 'word5' }, { not: { search: 'and' } }] } }],
  ['under a user, with a word', SEARCHED_UNDER, () => ({ id: own.id })],
  ['of similar tickets to a text', SIMILAR, { input: { title: 'word12 and text12', description: 'word5 text77' } }],
  ['of similar tickets to tickets', SIMILAR_TO, {}],
  ['of what is counted', INSIGHTS, { input: {} }],
  ['of what is counted of a product', INSIGHTS, () => ({ input: { productId: [product.id] } })],
];

describe.each([
  ['few tickets without statistics', async () => {}],
  ['many tickets without statistics', async () => fill(FEW + 1, MANY)],
  ['many tickets with statistics', async () => database.query('vacuum analyze')],
])('a list of %s', (_what, prepare) => {
  beforeAll(async () => {
    await prepare();
    // What the server remembers of statistics is read anew.
    const now = performance.now() + 120_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  }, 60_000);

  test.each(CASES)('reads no table of tickets or comments from end to end: %s', async (_name, query, variables) => {
    for (const { client } of [tech, own]) {
      const given = typeof variables === 'function' ? variables() : variables;
      const statements = await statementsOf(async () => {
        const { tickets } = await client.query(query, given);
        const after = tickets?.pageInfo?.endCursor;
        // The second page too, of lists that are nothing but sorted.
        if (query === LIST && after != null && !('filter' in given)) await client.query(query, { ...given, after });
      });
      expect(statements.length).toBeGreaterThan(0);
      for (const mode of PLAN_MODES) expect(await scannedBy(statements, mode)).toEqual([]);
    }
  });
});

describe('a list', () => {
  test('of a common word does not first fetch the ids of what matches', async () => {
    const { tickets } = await tech.client.query(LIST, { filter: { search: 'and' } });
    expect(tickets.nodes).toHaveLength(50);
    const sent = await statementsOf(async () => tech.client.query(LIST, { filter: { search: 'and' } }));
    // One that looks whether there is one among the newest, and the list's own.
    expect(sent.filter(({ text }) => text.includes('ticket_search'))).toHaveLength(2);
  });

  test('of deleted tickets reads no table of tickets from end to end', async () => {
    const admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
    const statements = await statementsOf(async () => admin.client.query(LIST, { filter: { deleted: true } }));
    for (const mode of PLAN_MODES) expect(await scannedBy(statements, mode)).toEqual([]);
  });

  test.each([
    ['a page', LIST_FLAGS, 'ticket_search', { filter: { search: 'word1 word2 and' } }],
    ['lists under many users', FLAGS_UNDER, 'ticket_search', { search: 'word1 word2 and' }],
    ['a page of comments', COMMENT_FLAGS, 'comment', { filter: { search: 'remark1 part2' } }],
  ])('of words that are seldom together walks only so far: %s', async (_what, query, table, variables) => {
    // One of the newest has both; statistics say that many have.
    await database.query(`update ticket set title = 'word1 and word2' where number = ${MANY - 1}`);
    await database.query(
      `update comment set content = 'remark1 of part2' where ticket_id = (select id from ticket where number = ${MANY - 1})`,
    );
    await database.query("update pg_class set reltuples = 1e9 where relname in ('ticket_search', 'comment')");
    const later = performance.now() + 120_000;
    jest.spyOn(performance, 'now').mockImplementation(() => later);
    const statements = await statementsOf(async () => tech.client.query(query, variables));
    expect(statements.some(({ text }) => /order by [^()]* limit \d+\) t|limit 5000/.test(text))).toBe(true);
    for (const { text, values } of statements) {
      await database.query('begin');
      const before = await fetched(table);
      await database.query(text, values);
      expect({ text, isBounded: (await fetched(table)) - before <= 5100 }).toEqual({ text, isBounded: true });
      await database.query('rollback');
    }
  });
});
