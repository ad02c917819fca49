import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildProduct, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** Enough for an index to be worth it, and for ANALYZE to know. */
const TICKETS = 20_000;
const COMMENTS = 40_000;

let server: TestServer;
let tech: Person;
let own: Person;
let product: { id: string };
let database: Client;
beforeAll(async () => {
  server = await startTestServer();
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  own = await buildPerson(server, { role: {} });
  product = await buildProduct(server);
  const people = [];
  for (let count = 0; count < 40; count += 1) people.push((await buildPerson(server)).id);
  database = new Client({ connectionString: server.databaseUrl });
  await database.connect();
  await database.query(
    `insert into ticket (id, title, description, type, priority, status, product_id, created_by_id, assigned_to_id, created_at, deleted_at)
     select gen_random_uuid(), 'word' || n % 997 || ' and word' || n % 13, 'text' || n % 499,
       (enum_range(null::ticket_type))[1 + n % 3], (enum_range(null::ticket_priority))[1 + n % 4],
       (enum_range(null::ticket_status))[case when n % 10 = 0 then 1 + n / 10 % 4 else 5 + n % 2 end],
       case when n % 50 = 0 then $2::uuid end, ($1::uuid[])[1 + n % 40], case when n % 3 > 0 then ($1::uuid[])[1 + n % 39] end,
       timestamptz '2026-01-01' + n * interval '1 minute', case when n % 500 = 0 then timestamptz '2026-03-01' end
     from generate_series(1, ${TICKETS}) n`,
    [[...people, own.id].slice(-40), product.id],
  );
  await database.query(
    `insert into comment (id, content, ticket_id, author_id, created_at)
     select gen_random_uuid(), 'remark' || n % 997, t.id, ($1::uuid[])[1 + n % 40], t.created_at
     from generate_series(1, ${COMMENTS}) n join ticket t on t.number = 1 + n % ${TICKETS}`,
    [people],
  );
  await database.query('analyze');
}, 120_000);
afterAll(async () => {
  await database.end();
  await server.stop();
});

/** The plans of the statements on tickets and comments that the action sends to PostgreSQL. */
async function plansOf(action: () => Promise<unknown>): Promise<string[]> {
  const query = jest.spyOn(Client.prototype, 'query');
  await action();
  const calls = query.mock.calls as unknown as [string | { text: string; values?: unknown[] }, unknown[]?][];
  query.mockRestore();
  const plans: string[] = [];
  for (const [given, parameters] of calls) {
    const text = typeof given === 'string' ? given : given.text;
    const values = typeof given === 'string' ? parameters : given.values;
    if (!/from (ticket|comment|unnest)/.test(text)) continue;
    const { rows } = await database.query(`explain ${text}`, values);
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
  }
  return plans;
}

const LIST = `query ($filter: TicketFilter, $orderBy: TicketOrder, $after: String) {
  tickets(first: 50, filter: $filter, orderBy: $orderBy, after: $after) {
    nodes { id title createdBy { name } assignedTo { name } product { name } } pageInfo { endCursor } } }`;
const COMMENT_LIST = `query ($filter: CommentFilter) { comments(first: 50, filter: $filter) { nodes { id author { name } } } }`;
const UNDER = `query ($id: ID!) { user(id: $id) {
  createdTickets(first: 20) { nodes { id } } assignedTickets(first: 20) { nodes { id } } comments(first: 20) { nodes { id } } } }`;
const by = (field: string, direction: string) => ({ orderBy: { field, direction } });

const FIELDS = ['NUMBER', 'CREATED_AT', 'UPDATED_AT', 'PRIORITY', 'STATUS'];
const orders = FIELDS.flatMap((field) => ['ASC', 'DESC'].map((direction) => by(field, direction)));

describe('a list', () => {
  test.each([
    ...orders.map((order) => [JSON.stringify(order.orderBy), LIST, order] as const),
    ...orders.map(
      (order) => [`active, ${JSON.stringify(order.orderBy)}`, LIST, { ...order, filter: { active: true } }] as const,
    ),
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
    ['of comments by somebody', COMMENT_LIST, () => ({ filter: { authorId: [own.id] } })],
    ['under a user', UNDER, () => ({ id: own.id })],
  ])('reads no table of tickets or comments from end to end: %s', async (_name, query, variables) => {
    for (const { client } of [tech, own]) {
      const given = typeof variables === 'function' ? variables() : variables;
      const plans = await plansOf(() => client.query(query, given));
      expect(plans.length).toBeGreaterThan(0);
      for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on (ticket|comment)\b/);
    }
  });

  test('of a common word does not first fetch the ids of what matches', async () => {
    const { tickets } = await tech.client.query(LIST, { filter: { search: 'and' } });
    expect(tickets.nodes).toHaveLength(50);
    const plans = await plansOf(() => tech.client.query(LIST, { filter: { search: 'and' } }));
    // One that looks whether there is one among the newest, and the list's own.
    expect(plans.filter((plan) => plan.includes('ticket_search'))).toHaveLength(2);
  });

  test('of deleted tickets reads no table of tickets from end to end', async () => {
    const admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
    const plans = await plansOf(() => admin.client.query(LIST, { filter: { deleted: true } }));
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on ticket\b/);
  });
});
