import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { select } from '../support/database-state.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { expectError } from '../support/refusals.js';
import { startTestServer, type TestServer } from '../support/server.js';

const PAGE = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: TicketFilter, $orderBy: [TicketOrder!]) {
  tickets(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id } }
    nodes { id }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
  }
}`;

interface Page {
  edges: { cursor: string; node: { id: string } }[];
  nodes: { id: string }[];
  pageInfo: { startCursor: string | null; endCursor: string | null; hasNextPage: boolean; hasPreviousPage: boolean };
}

const PRIORITIES = ['LOW', 'MEDIUM', 'HIGH', 'EMERGENCY'] as const;
const STATUSES = ['OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD', 'DONE', 'CLOSED'] as const;
const FIELDS = ['NUMBER', 'CREATED_AT', 'UPDATED_AT', 'PRIORITY', 'STATUS', 'LAST_ACTIVITY'] as const;
const ORDERS = FIELDS.flatMap((field) => (['ASC', 'DESC'] as const).map((direction) => ({ field, direction })));
type Order = (typeof ORDERS)[number];

/** Two or three of them, each field once. */
const severalOrders = fc.uniqueArray(fc.constantFrom(...ORDERS), {
  selector: ({ field }) => field,
  minLength: 2,
  maxLength: 3,
});

/** Few values of each key, so that many tickets are equal but for their number. */
const keys = fc.record({
  priority: fc.constantFrom(...PRIORITIES),
  status: fc.constantFrom(...STATUSES),
  createdMinute: fc.nat(2),
  updatedMinute: fc.option(fc.nat(3)),
  commentedMinute: fc.option(fc.nat(3)),
});
type Keys = typeof keys extends fc.Arbitrary<infer Value> ? Value : never;
interface Known extends Keys {
  id: string;
  number: number;
}

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

const START = Date.parse('2026-01-01T00:00:00.000Z');
const minute = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
const minuteIf = (minutes: number | null) => (minutes === null ? null : minute(minutes));

/** Tickets of one product of their own, and what the test knows of them. */
async function insert(productId: string, tickets: readonly Keys[]): Promise<Known[]> {
  const known: Known[] = tickets.map((ticket) => Object.assign({ id: randomUUID(), number: 0 }, ticket));
  const records = known.map(({ id, priority, status, createdMinute, updatedMinute, commentedMinute }) => ({
    id,
    priority,
    status,
    created_at: minute(createdMinute),
    updated_at: minuteIf(updatedMinute),
    last_comment_at: minuteIf(commentedMinute),
  }));
  const rows = await select(
    server,
    sql<{ id: string; number: number }>`
      insert into ticket (id, title, description, created_by_id, product_id, priority, status, created_at, updated_at, last_comment_at)
      select id, 'x', 'x', ${person.id}::uuid, ${productId}::uuid, priority, status, created_at, updated_at, last_comment_at
      from jsonb_populate_recordset(null::ticket, ${JSON.stringify(records)}::jsonb)
      returning id, number`,
  );
  const numbers = new Map(rows.map(({ id, number }) => [id, number]));
  for (const ticket of known) ticket.number = numbers.get(ticket.id) ?? 0;
  return known;
}

const KEY: Record<Order['field'], (ticket: Known) => number> = {
  NUMBER: ({ number }) => number,
  CREATED_AT: ({ createdMinute }) => createdMinute,
  UPDATED_AT: ({ updatedMinute, createdMinute }) => updatedMinute ?? createdMinute,
  PRIORITY: ({ priority }) => PRIORITIES.indexOf(priority),
  STATUS: ({ status }) => STATUSES.indexOf(status),
  LAST_ACTIVITY: ({ createdMinute, updatedMinute, commentedMinute }) =>
    Math.max(createdMinute, updatedMinute ?? 0, commentedMinute ?? 0),
};

/** A plain sort: by the first order, then by the others, then by number in the direction of the last. */
function inOrder(tickets: readonly Known[], given: Order | readonly Order[]): Known[] {
  const orders = [given].flat();
  const last: Order = { field: 'NUMBER', direction: orders.at(-1)?.direction ?? 'DESC' };
  return tickets.toSorted((one, other) => {
    for (const { field, direction } of [...orders, last]) {
      const difference = KEY[field](one) - KEY[field](other);
      if (difference !== 0) return direction === 'ASC' ? difference : -difference;
    }
    return 0;
  });
}

const ids = (tickets: readonly { id: string }[]) => tickets.map(({ id }) => id);

async function fetchPage(variables: Record<string, unknown>): Promise<Page> {
  const { tickets } = await person.client.query(PAGE, variables);
  return tickets;
}

/**
 * Turns the pages of a list from one end to the other and gives the ids in the list's order. Each page must be the one
 * that the model says; `between` may change list and model after each page.
 */
async function walk(options: {
  productId: string;
  orderBy: Order | readonly Order[];
  size: number;
  backwards: boolean;
  model: Known[];
  between?: (model: Known[], page: number) => Promise<Known[]>;
}): Promise<{ seen: string[]; model: Known[] }> {
  const { productId, orderBy, size, backwards } = options;
  let { model } = options;
  const seen: string[] = [];
  let cursor: string | null = null;
  let place: Known | undefined;
  for (let number = 0; ; number += 1) {
    const all: Known[] = inOrder(
      place === undefined ? model : [...model.filter((ticket) => ticket !== place), place],
      orderBy,
    );
    const at: number = place === undefined ? (backwards ? all.length : -1) : all.indexOf(place);
    const rest: Known[] = backwards ? all.slice(0, at) : all.slice(at + 1);
    // The cursor's own ticket may be deleted by now; the flags tell of what is there.
    const behind = (backwards ? all.slice(at) : all.slice(0, at + 1)).some((ticket) => model.includes(ticket));
    const expected: Known[] = backwards ? rest.slice(-size) : rest.slice(0, size);
    const page: Page = await fetchPage({
      filter: { productId: [productId] },
      orderBy,
      ...(backwards ? { last: size, before: cursor } : { first: size, after: cursor }),
    });
    expect(ids(page.nodes)).toEqual(ids(expected));
    expect(page.edges.map(({ node }) => node)).toEqual(page.nodes);
    expect(page.pageInfo).toEqual({
      startCursor: page.edges.at(0)?.cursor ?? null,
      endCursor: page.edges.at(-1)?.cursor ?? null,
      hasNextPage: backwards ? behind : rest.length > size,
      hasPreviousPage: backwards ? rest.length > size : behind,
    });
    if (backwards) seen.unshift(...ids(page.nodes));
    else seen.push(...ids(page.nodes));
    if (backwards ? !page.pageInfo.hasPreviousPage : !page.pageInfo.hasNextPage) return { seen, model };
    cursor = backwards ? page.pageInfo.startCursor : page.pageInfo.endCursor;
    place = backwards ? expected.at(0) : expected.at(-1);
    if (options.between) model = await options.between(model, number);
  }
}

describe('turning the pages of tickets', () => {
  test.each(ORDERS)('by $field $direction gives each ticket once, in order, both ways', async (orderBy) => {
    await fc.assert(
      fc.asyncProperty(fc.array(keys, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), async (tickets, size) => {
        const { id: productId } = await buildProduct(server);
        const model = await insert(productId, tickets);
        for (const backwards of [false, true]) {
          const { seen } = await walk({ productId, orderBy, size, backwards, model });
          expect(seen).toEqual(ids(inOrder(model, orderBy)));
        }
      }),
      { numRuns: 12 },
    );
  });

  test('by several orders gives each ticket once, in the order of a plain sort, both ways', async () => {
    await fc.assert(
      fc.asyncProperty(
        severalOrders,
        fc.array(keys, { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (orderBy, tickets, size) => {
          const { id: productId } = await buildProduct(server);
          const model = await insert(productId, tickets);
          for (const backwards of [false, true]) {
            const { seen } = await walk({ productId, orderBy, size, backwards, model });
            expect(seen).toEqual(ids(inOrder(model, orderBy)));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('shows nothing twice and leaves out nothing that stays, whatever is made and deleted between two pages', async () => {
    const change = fc.record({
      made: fc.array(keys, { maxLength: 2 }),
      deleted: fc.option(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...ORDERS), severalOrders),
        fc.boolean(),
        fc.array(keys, { minLength: 4, maxLength: 10 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (orderBy, backwards, tickets, size, changes) => {
          const { id: productId } = await buildProduct(server);
          const atStart = await insert(productId, tickets);
          const { seen, model } = await walk({
            productId,
            orderBy,
            size,
            backwards,
            model: atStart,
            between: async (now, page) => {
              const { made = [], deleted = null } = changes[page] ?? {};
              const gone = deleted === null ? undefined : now[deleted % now.length];
              if (gone) await select(server, sql`update ticket set deleted_at = now() where id = ${gone.id}`);
              return [...now.filter((ticket) => ticket !== gone), ...(await insert(productId, made))];
            },
          });
          expect(new Set(seen).size).toBe(seen.length);
          const stayed = atStart.filter((ticket) => model.includes(ticket));
          expect(seen).toEqual(expect.arrayContaining(ids(stayed)));
        },
      ),
      { numRuns: 80 },
    );
  });

  test('between two cursors gives what lies between them, from either side', async () => {
    const { id: productId } = await buildProduct(server);
    const same = {
      priority: 'LOW',
      status: 'OPEN',
      createdMinute: 0,
      updatedMinute: null,
      commentedMinute: null,
    } as const;
    const model = await insert(
      productId,
      Array.from({ length: 8 }, () => same),
    );
    const orderBy = { field: 'PRIORITY', direction: 'DESC' } as const;
    const list = ids(inOrder(model, orderBy));
    const filter = { productId: [productId] };
    const { edges } = await fetchPage({ filter, orderBy, first: 8 });
    const [after, before] = [edges[1]?.cursor, edges[6]?.cursor];

    const all = await fetchPage({ filter, orderBy, first: 100, after, before });
    expect(ids(all.nodes)).toEqual(list.slice(2, 6));
    const first = await fetchPage({ filter, orderBy, first: 2, after, before });
    expect(ids(first.nodes)).toEqual(list.slice(2, 4));
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const last = await fetchPage({ filter, orderBy, last: 2, after, before });
    expect(ids(last.nodes)).toEqual(list.slice(4, 6));
    expect(last.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const none = await fetchPage({ filter, orderBy, first: 2, after: before, before: after });
    expect(none.nodes).toEqual([]);
  });

  test('starts newest first with 25 when nothing else is asked', async () => {
    const { id: productId } = await buildProduct(server);
    const tickets = Array.from({ length: 27 }, (_, index) => ({
      priority: PRIORITIES[index % 4] ?? 'LOW',
      status: 'OPEN' as const,
      createdMinute: index % 5,
      updatedMinute: null,
      commentedMinute: null,
    }));
    const model = await insert(productId, tickets);
    const page = await fetchPage({ filter: { productId: [productId] } });
    const newestFirst = ids(inOrder(model, { field: 'CREATED_AT', direction: 'DESC' }));
    expect(ids(page.nodes)).toEqual(newestFirst.slice(0, 25));
    expect(page.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });
});

describe('the size of a page', () => {
  test.each([
    { first: 0 },
    { first: 101 },
    { first: -1 },
    { first: 2 ** 31 - 1 },
    { last: 0 },
    { last: 101 },
    { last: -5 },
    { first: 1, last: 1 },
  ])('is refused when it is %j', async (variables) => {
    await expectError(server, person.client, 'BAD_USER_INPUT', PAGE, variables);
  });

  test.each([{ first: '1' }, { first: 1.5 }, { last: 2 ** 31 }, { after: 7 }])(
    'and cursors are refused with the wrong type: %j',
    async (variables) => expectError(server, person.client, 'BAD_USER_INPUT', PAGE, variables),
  );

  test.each([{ first: 1 }, { first: 100 }, { last: 1 }, { last: 100 }, { first: null, last: null }])(
    'may be %j',
    async (variables) => {
      expect((await fetchPage(variables)).pageInfo).toBeDefined();
    },
  );

  test.each(['users', 'comments', 'products'])('is bounded for %s too', async (field) => {
    for (const size of ['first: 0', 'first: 101', 'last: 0', 'last: 101', 'first: 1, last: 1']) {
      await expectError(server, person.client, 'BAD_USER_INPUT', `{ ${field}(${size}) { nodes { id } } }`);
    }
  });

  test("is bounded for a ticket's comments too", async () => {
    await buildTicket(server);
    for (const size of ['first: 0', 'first: 101', 'last: 0', 'first: 1, last: 1']) {
      const document = `{ tickets(first: 1) { nodes { comments(${size}) { nodes { id } } } } }`;
      await expectError(server, person.client, 'BAD_USER_INPUT', document);
    }
  });
});

/** A cursor as the server makes it. */
const made = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');

describe('a cursor', () => {
  test.each<[string, string, Order]>([
    ['nothing', '', { field: 'CREATED_AT', direction: 'DESC' }],
    ['garbage', 'garbage!', { field: 'CREATED_AT', direction: 'DESC' }],
    ['JSON that is no list', Buffer.from('{"a":1}').toString('base64url'), { field: 'NUMBER', direction: 'ASC' }],
    ['an empty list', made(), { field: 'NUMBER', direction: 'ASC' }],
    ['no value', made('ticket.NUMBER:ASC'), { field: 'NUMBER', direction: 'ASC' }],
    ['too many values', made('ticket.NUMBER:ASC', 1, 2), { field: 'NUMBER', direction: 'ASC' }],
    ['a text for a number', made('ticket.NUMBER:ASC', '1'), { field: 'NUMBER', direction: 'ASC' }],
    ['a fraction', made('ticket.NUMBER:ASC', 1.5), { field: 'NUMBER', direction: 'ASC' }],
    ['a number beyond integers', made('ticket.NUMBER:ASC', 2 ** 31), { field: 'NUMBER', direction: 'ASC' }],
    ['null', made('ticket.NUMBER:ASC', null), { field: 'NUMBER', direction: 'ASC' }],
    ['a list in the list', made('ticket.NUMBER:ASC', [1]), { field: 'NUMBER', direction: 'ASC' }],
    ['an unknown priority', made('ticket.PRIORITY:ASC', 'URGENT', 1), { field: 'PRIORITY', direction: 'ASC' }],
    ['SQL', made('ticket.STATUS:ASC', "OPEN'; drop table ticket; --", 1), { field: 'STATUS', direction: 'ASC' }],
    ['no instant', made('ticket.CREATED_AT:DESC', 'yesterday', 1), { field: 'CREATED_AT', direction: 'DESC' }],
    ['a loose instant', made('ticket.CREATED_AT:DESC', '1', 1), { field: 'CREATED_AT', direction: 'DESC' }],
    [
      'a month that is not',
      made('ticket.CREATED_AT:DESC', '2026-13-01T00:00:00.000Z', 1),
      { field: 'CREATED_AT', direction: 'DESC' },
    ],
    [
      'the year 0',
      made('ticket.CREATED_AT:DESC', '0000-01-01T00:00:00.000Z', 1),
      { field: 'CREATED_AT', direction: 'DESC' },
    ],
    [
      'a far year',
      made('ticket.CREATED_AT:DESC', '+275760-01-01T00:00:00.000Z', 1),
      { field: 'CREATED_AT', direction: 'DESC' },
    ],
  ])('that holds %s is refused', async (_name, cursor, orderBy) => {
    await expectError(server, person.client, 'BAD_USER_INPUT', PAGE, { after: cursor, orderBy });
    await expectError(server, person.client, 'BAD_USER_INPUT', PAGE, { last: 3, before: cursor, orderBy });
  });

  test('of every other order is refused, and that of the same is not', async () => {
    const cursors = [];
    const orders = [
      ...ORDERS,
      [
        { field: 'PRIORITY', direction: 'DESC' },
        { field: 'CREATED_AT', direction: 'ASC' },
      ],
      [
        { field: 'CREATED_AT', direction: 'ASC' },
        { field: 'PRIORITY', direction: 'DESC' },
      ],
      [
        { field: 'PRIORITY', direction: 'DESC' },
        { field: 'CREATED_AT', direction: 'DESC' },
      ],
    ];
    for (const orderBy of orders) {
      const { pageInfo } = await fetchPage({ first: 1, orderBy });
      cursors.push({ orderBy, after: pageInfo.endCursor });
    }
    for (const { orderBy, after } of cursors) {
      for (const other of orders) {
        const { errors } = await person.client.send(PAGE, { first: 1, orderBy: other, after });
        expect(errors.map(({ extensions }) => extensions.code)).toEqual(other === orderBy ? [] : ['BAD_USER_INPUT']);
      }
    }
  });

  test('of another list is refused', async () => {
    const { users } = await person.client.query('{ users(first: 1) { pageInfo { endCursor } } }');
    const after = users.pageInfo.endCursor;
    await expectError(server, person.client, 'BAD_USER_INPUT', PAGE, { after });
    for (const list of ['comments', 'products']) {
      const document = `query ($after: String) { ${list}(after: $after) { nodes { id } } }`;
      await expectError(server, person.client, 'BAD_USER_INPUT', document, { after });
    }
  });

  test('with any one of its characters changed never makes an internal error', async () => {
    const { pageInfo } = await fetchPage({ first: 1 });
    const cursor = pageInfo.endCursor ?? '';
    for (const index of Array.from(cursor).keys()) {
      const after = `${cursor.slice(0, index)}${cursor[index] === 'A' ? 'B' : 'A'}${cursor.slice(index + 1)}`;
      const { errors } = await person.client.send(PAGE, { after });
      expect(errors.map(({ extensions }) => extensions.code).filter((code) => code !== 'BAD_USER_INPUT')).toEqual([]);
    }
  });
});

describe('a filter', () => {
  test.each([
    ['year 0', '0000-01-01T00:00:00Z'],
    ['year 0 in another zone', '0001-01-01T00:00:00+23:59'],
    ['after year 9999 in another zone', '9999-12-31T23:59:59-23:59'],
  ])('by an instant of %s is no internal error', async (_name, instant) => {
    for (const range of [{ from: instant }, { to: instant }]) {
      const { errors } = await person.client.send(PAGE, { filter: { createdAt: range, updatedAt: range } });
      expect(errors.map(({ extensions }) => extensions.code).filter((code) => code !== 'BAD_USER_INPUT')).toEqual([]);
    }
  });

  test('by ids that are none finds nothing', async () => {
    for (const key of ['productId', 'createdById', 'assignedToId']) {
      expect((await fetchPage({ filter: { [key]: ['x', '', '\0'] } })).nodes).toEqual([]);
      expect((await fetchPage({ filter: { [key]: [] } })).nodes).toEqual([]);
    }
  });
});

describe('totalCount', () => {
  const COUNTED = PAGE.replace('pageInfo', 'totalCount pageInfo');

  test('counts every ticket that matches, whatever the page', async () => {
    const { id: productId } = await buildProduct(server);
    for (let index = 0; index < 3; index += 1) await buildTicket(server, { product: { id: productId } });
    await buildTicket(server, { product: { id: productId }, deletedAt: server.clock.now() });
    const filter = { productId: [productId] };
    const first = await person.client.query(COUNTED, { filter, first: 1 });
    expect(first.tickets.totalCount).toBe(3);
    const second = await person.client.query(COUNTED, { filter, last: 1, before: first.tickets.pageInfo.endCursor });
    expect(second.tickets.totalCount).toBe(3);
  });

  test('costs one statement, and none when it is not asked for', async () => {
    await person.client.query(PAGE);
    expect(await server.countStatements(async () => person.client.query(PAGE))).toBe(1);
    expect(await server.countStatements(async () => person.client.query(COUNTED))).toBe(2);
  });
});
