import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { TicketPriority, TicketStatus } from '../../src/tickets/ticket.entity.js';
import { select } from '../support/database-state.js';
import {
  buildComment,
  buildPerson,
  buildProduct,
  buildTicket,
  type Person,
  type TicketOptions,
} from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let tech: Person;
let user: Person;
let own: Person;
let made = 0;
beforeAll(async () => {
  server = await startTestServer();
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  user = await buildPerson(server);
  own = await buildPerson(server, { role: {} });
});
afterAll(async () => server.stop());

const LIST = `query ($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  tickets(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes { title } pageInfo { endCursor hasNextPage hasPreviousPage } } }`;

const by = (...fields: string[]) => fields.map((field) => ({ field, direction: 'DESC' }));
const byStatus = (...counts: number[]) =>
  Object.values(TicketStatus).map((status, index) => ({ status, count: counts[index] }));
const titles = async ({ client }: Person, filter: object, orderBy?: object): Promise<string[]> =>
  (await client.query(LIST, { filter, orderBy })).tickets.nodes.map(({ title }: { title: string }) => title);
const sorted = async (...given: Parameters<typeof titles>) => (await titles(...given)).toSorted();

/** A ticket of the product, which keeps the tests apart; each a minute newer than the one before. */
async function ticketOf(product: { id: string }, title: string, options: TicketOptions = {}) {
  made += 1;
  const createdAt = new Date(Date.UTC(2026, 0, 1) + made * 60_000);
  return buildTicket(server, { createdBy: user, product, title, createdAt, ...options });
}

describe('a filter of tickets', () => {
  test('finds by id those that the viewer may see, whatever the ids are', async () => {
    const product = await buildProduct(server);
    const [one, other, third] = [
      await ticketOf(product, 'one'),
      await ticketOf(product, 'other'),
      await ticketOf(product, 'own', { createdBy: own }),
    ];
    const id = [one.id, third.id, one.id.toUpperCase(), 'no id', '01a21d65-8e79-72ba-ae8f-d7e1a037703c'];
    expect(await sorted(user, { id })).toEqual(['one', 'own']);
    expect(await sorted(own, { id })).toEqual(['own']);
    expect(await sorted(user, { productId: [product.id], not: { id: [other.id] } })).toEqual(['one', 'own']);
    expect(await titles(user, { id: [] })).toEqual([]);
  });

  test('tells the tickets of the viewer from those of others, and false asks for the opposite', async () => {
    const product = await buildProduct(server);
    const productId = [product.id];
    await ticketOf(product, 'mine', { createdBy: tech, assignedTo: user });
    await ticketOf(product, 'to me', { createdBy: user, assignedTo: tech });
    await ticketOf(product, 'nobody', { createdBy: user });
    expect(await sorted(tech, { productId, assignedToMe: true })).toEqual(['to me']);
    expect(await sorted(tech, { productId, assignedToMe: false })).toEqual(['mine', 'nobody']);
    expect(await sorted(tech, { productId, createdByMe: true })).toEqual(['mine']);
    expect(await sorted(tech, { productId, createdByMe: false })).toEqual(['nobody', 'to me']);
    expect(await sorted(tech, { productId, not: { assignedToMe: true } })).toEqual(['mine', 'nobody']);
  });

  test('takes a ticket for a duplicate only where the viewer may see the original', async () => {
    const product = await buildProduct(server);
    const productId = [product.id];
    const original = await ticketOf(product, 'original', { createdBy: user });
    const hidden = await ticketOf(product, 'hidden', { createdBy: user });
    const duplicate = await ticketOf(product, 'duplicate', { createdBy: own });
    await select(server, sql`update ticket set duplicate_of_id = ${original.id} where id = ${duplicate.id}`);
    expect(await titles(user, { productId, duplicate: true })).toEqual(['duplicate']);
    expect(await sorted(user, { productId, duplicate: false })).toEqual(['hidden', 'original']);
    expect(await titles(own, { productId, duplicate: true })).toEqual([]);
    expect(await titles(own, { productId, duplicate: false })).toEqual(['duplicate']);
    await select(
      server,
      sql`update ticket set duplicate_of_id = ${hidden.id}, deleted_at = null where id = ${duplicate.id}`,
    );
    await select(server, sql`update ticket set deleted_at = now() where id = ${hidden.id}`);
    expect(await titles(user, { productId, duplicate: true })).toEqual([]);
  });

  test('finds by closedAt what is closed, and by lastActivityAt what the viewer may read', async () => {
    const product = await buildProduct(server);
    const productId = [product.id];
    const closed = await ticketOf(product, 'closed', { status: TicketStatus.DONE });
    await select(server, sql`update ticket set closed_at = '2026-02-01T10:00:00Z' where id = ${closed.id}`);
    const active = await ticketOf(product, 'active');
    await buildComment(server, {
      ticket: active,
      author: tech,
      internal: true,
      createdAt: new Date('2026-02-03T00:00:00Z'),
    });
    expect(
      await titles(user, { productId, closedAt: { from: '2026-02-01T10:00:00Z', to: '2026-02-01T10:00:01Z' } }),
    ).toEqual(['closed']);
    expect(await titles(user, { productId, closedAt: { to: '2026-02-01T10:00:00Z' } })).toEqual([]);
    expect(await titles(user, { productId, closedAt: {} })).toEqual(['closed']);
    expect(await titles(user, { productId, not: { closedAt: {} } })).toEqual(['active']);
    const lastActivityAt = { from: '2026-02-02T00:00:00Z' };
    expect(await titles(user, { productId, lastActivityAt })).toEqual([]);
    expect(await titles(tech, { productId, lastActivityAt })).toEqual(['active']);
  });
});

describe('an order of tickets', () => {
  test('by LAST_ACTIVITY goes by the comments that the viewer may read', async () => {
    const product = await buildProduct(server);
    const filter = { productId: [product.id] };
    const said = await ticketOf(product, 'said');
    const advised = await ticketOf(product, 'advised');
    await ticketOf(product, 'silent');
    await buildComment(server, { ticket: said, author: user, createdAt: new Date('2026-02-01T00:00:00Z') });
    await buildComment(server, {
      ticket: advised,
      author: tech,
      internal: true,
      createdAt: new Date('2026-02-02T00:00:00Z'),
    });
    const orderBy = { field: 'LAST_ACTIVITY', direction: 'DESC' };
    expect(await titles(user, filter, orderBy)).toEqual(['said', 'silent', 'advised']);
    expect(await titles(tech, filter, orderBy)).toEqual(['advised', 'said', 'silent']);
    const stale = 'query ($input: TicketInsightsInput!) { ticketInsights(input: $input) { stale } }';
    server.clock.advance({ minutes: -(server.clock.now().getTime() - Date.parse('2026-02-08T12:00:00Z')) / 60_000 });
    const before = { active: true, lastActivityAt: { to: '2026-02-01T12:00:00.001Z' }, productId: [product.id] };
    for (const person of [user, tech]) {
      const { ticketInsights } = await person.client.query(stale, { input: { productId: [product.id] } });
      expect(ticketInsights.stale).toBe((await titles(person, before)).length);
    }
    expect((await titles(user, before)).length).toBe(3);
    expect((await titles(tech, before)).length).toBe(2);
  });

  test('of several fields takes each in its own direction, also where a literal stands for the list', async () => {
    const product = await buildProduct(server);
    const filter = { productId: [product.id] };
    await ticketOf(product, 'old and urgent', { priority: TicketPriority.HIGH });
    await ticketOf(product, 'old', { priority: TicketPriority.LOW });
    await ticketOf(product, 'new and urgent', { priority: TicketPriority.HIGH });
    const orderBy = [
      { field: 'PRIORITY', direction: 'DESC' },
      { field: 'CREATED_AT', direction: 'ASC' },
    ];
    expect(await titles(user, filter, orderBy)).toEqual(['old and urgent', 'new and urgent', 'old']);
    const { products, tickets } = await user.client.query(
      `query ($filter: TicketFilter, $orderBy: [TicketOrder!]) {
        products(first: 100) { nodes { id tickets(first: 3, orderBy: $orderBy) { nodes { title } } } }
        tickets(filter: $filter, orderBy: { field: NUMBER, direction: ASC }) { nodes { title } } }`,
      { filter, orderBy },
    );
    const node = products.nodes.find(({ id }: { id: string }) => id === product.id);
    expect(node.tickets.nodes.map(({ title }: { title: string }) => title)).toEqual([
      'old and urgent',
      'new and urgent',
      'old',
    ]);
    expect(tickets.nodes[0].title).toBe('old and urgent');
    expect(await titles(user, filter, [])).toEqual(['new and urgent', 'old', 'old and urgent']);
  });
});

describe('the order by RELEVANCE', () => {
  const orderBy = [{ field: 'RELEVANCE', direction: 'DESC' }];

  test('puts titles before descriptions before comments, and the newest first among equals', async () => {
    const product = await buildProduct(server);
    await ticketOf(product, 'zebra alone');
    await ticketOf(product, 'zebra giraffe');
    await ticketOf(product, 'described', { description: 'A zebra and a giraffe.' });
    const discussed = await ticketOf(product, 'discussed');
    await buildComment(server, { ticket: discussed, author: user, content: 'The giraffe looked at the zebra.' });
    const half = await ticketOf(product, 'zebra of a comment');
    await buildComment(server, { ticket: half, author: user, content: 'giraffe' });
    await ticketOf(product, 'giraffe zebra');
    const productId = [product.id];
    expect(await titles(user, { productId, search: 'zebra giraffe' }, orderBy)).toEqual([
      'giraffe zebra',
      'zebra giraffe',
      'zebra of a comment',
      'described',
      'discussed',
    ]);
    expect(await titles(user, { productId, and: [{ search: 'giraff' }, { search: 'zebr' }] }, orderBy)).toEqual([
      'giraffe zebra',
      'zebra giraffe',
      'zebra of a comment',
      'described',
      'discussed',
    ]);
    // A slip is forgiven, and ranks as the word that was meant.
    expect((await titles(user, { productId, search: 'zerba giraffe' }, orderBy))[0]).toBe('giraffe zebra');
  });

  test('puts the ticket of a number first', async () => {
    const product = await buildProduct(server);
    const named = await ticketOf(product, 'named');
    await ticketOf(product, `mentions ${named.number}`);
    const filter = { productId: [product.id], search: String(named.number) };
    expect(await titles(user, filter, orderBy)).toEqual(['named', `mentions ${named.number}`]);
  });

  test('does not rank by internal words, and finds by them for those who may read them only', async () => {
    const product = await buildProduct(server);
    const filter = { productId: [product.id], search: 'quagga' };
    const internally = await ticketOf(product, 'internally');
    const publicly = await ticketOf(product, 'publicly');
    const both = await ticketOf(product, 'both');
    for (const ticket of [internally, both])
      await buildComment(server, { ticket, author: tech, content: 'quagga', internal: true });
    for (const ticket of [publicly, both]) await buildComment(server, { ticket, author: user, content: 'quagga' });
    expect(await titles(user, filter, orderBy)).toEqual(['both', 'publicly']);
    expect(await titles(tech, filter, orderBy)).toEqual(['both', 'publicly', 'internally']);
  });

  test('is turned page by page, under products too, each ticket once', async () => {
    const product = await buildProduct(server);
    const filter = { productId: [product.id], search: 'okapi' };
    for (let index = 0; index < 9; index += 1) {
      await ticketOf(product, index % 3 ? `beast ${index}` : `okapi ${index}`, {
        description: index % 2 ? 'an okapi' : 'okapi, okapi',
      });
    }
    const whole = await titles(user, filter, orderBy);
    expect(whole.slice(0, 3)).toEqual(['okapi 6', 'okapi 3', 'okapi 0']);
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 5; page += 1) {
      const { tickets } = await user.client.query(LIST, { filter, orderBy, first: 2, after });
      expect(tickets.pageInfo).toMatchObject({ hasPreviousPage: page > 0, hasNextPage: page < 4 });
      seen.push(...tickets.nodes.map(({ title }: { title: string }) => title));
      after = tickets.pageInfo.endCursor;
    }
    expect(seen).toEqual(whole);
    const { products } = await user.client.query(
      `query ($orderBy: [TicketOrder!]) { products(first: 50) { nodes { id
        tickets(first: 4, filter: { search: "okapi" }, orderBy: $orderBy) { totalCount nodes { title } pageInfo { hasPreviousPage } } } } }`,
      { orderBy },
    );
    const node = products.nodes.find(({ id }: { id: string }) => id === product.id);
    expect(node.tickets).toMatchObject({ totalCount: 9, nodes: whole.slice(0, 4).map((title) => ({ title })) });
  });

  test('ranks the newest thousand', async () => {
    const product = await buildProduct(server);
    await select(
      server,
      sql`insert into ticket (id, title, description, product_id, created_by_id, created_at)
        select gen_random_uuid(), case when n = 1 then 'tapir' when n = 5 then 'tapir tapir' else 'beast' || n end, 'tapir', ${product.id}::uuid,
          ${user.id}::uuid, timestamptz '2026-01-01' + n * interval '1 second' from generate_series(1, 1004) n`,
    );
    const filter = { productId: [product.id], search: 'tapir' };
    expect((await titles(user, filter, orderBy)).slice(0, 2)).toEqual(['tapir tapir', 'beast1004']);
    const { tickets } = await user.client.query(
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }',
      { filter },
    );
    expect(tickets.totalCount).toBe(1004);
  });
});

describe('the counts of a list', () => {
  const COUNTS = 'counts { byStatus { status count } active unassigned }';

  test('are of all that match and that the viewer may see, of each status, on every page', async () => {
    const product = await buildProduct(server);
    const filter = { productId: [product.id] };
    await ticketOf(product, 'a');
    await ticketOf(product, 'b', { assignedTo: tech });
    await ticketOf(product, 'c', { status: TicketStatus.CLOSED });
    await ticketOf(product, 'd', { status: TicketStatus.DONE, assignedTo: tech });
    await ticketOf(product, 'e', { createdBy: own });
    await ticketOf(product, 'f', { deletedAt: server.clock.now() });
    const query = `query ($filter: TicketFilter) {
      tickets(first: 1, filter: $filter) { totalCount ${COUNTS} }
      products(first: 100) { nodes { id tickets(first: 1) { totalCount ${COUNTS} } } } }`;
    const expected = { totalCount: 5, counts: { byStatus: byStatus(3, 0, 0, 0, 1, 1), active: 3, unassigned: 3 } };
    const { tickets, products } = await user.client.query(query, { filter });
    expect(tickets).toEqual(expected);
    expect(products.nodes.find(({ id }: { id: string }) => id === product.id).tickets).toEqual(expected);
    expect((await own.client.query(query, { filter })).tickets).toEqual({
      totalCount: 1,
      counts: { byStatus: byStatus(1, 0, 0, 0, 0, 0), active: 1, unassigned: 1 },
    });
    const { tickets: active } = await user.client.query(query, {
      filter: { ...filter, active: true, unassigned: true },
    });
    expect(active.counts).toEqual({ byStatus: byStatus(2, 0, 0, 0, 0, 0), active: 2, unassigned: 2 });
  });

  test('cost one statement, together with totalCount, and none when they are not asked for', async () => {
    const filter = { active: true };
    const count = async (fields: string) => {
      const query = `query ($filter: TicketFilter) { tickets(first: 1, filter: $filter) { nodes { id } ${fields} } }`;
      await user.client.query(query, { filter });
      return server.countStatements(async () => user.client.query(query, { filter }));
    };
    const without = await count('');
    expect(await count(COUNTS)).toBe(without + 1);
    expect(await count(`totalCount ${COUNTS}`)).toBe(without + 1);
    expect(await count(`totalCount one: ${COUNTS} other: ${COUNTS}`)).toBe(without + 1);
  });
});

describe('what a list cannot give is BAD_USER_INPUT that says what to do', () => {
  const search = { search: 'printer' };
  test.each([
    ['four orders', { orderBy: by('PRIORITY', 'STATUS', 'CREATED_AT', 'NUMBER') }, 'at most 3 fields, not 4'],
    ['an order twice', { orderBy: by('PRIORITY', 'STATUS', 'PRIORITY') }, 'Name each field once'],
    ['RELEVANCE without search', { orderBy: by('RELEVANCE') }, 'give `search` in the filter'],
    ['RELEVANCE with a blank search', { orderBy: by('RELEVANCE'), filter: { search: '  ' } }, 'give `search`'],
    ['RELEVANCE with a search inside not', { orderBy: by('RELEVANCE'), filter: { not: search } }, 'not inside `not`'],
    ['RELEVANCE from the worst on', { orderBy: { field: 'RELEVANCE', direction: 'ASC' }, filter: search }, 'DESC only'],
    ['RELEVANCE backwards', { orderBy: by('RELEVANCE'), filter: search, last: 3 }, 'Use first and after'],
    ['RELEVANCE before a cursor', { orderBy: by('RELEVANCE'), filter: search, before: 'x' }, 'Use first and after'],
    ['101 ids', { filter: { id: Array.from({ length: 101 }, () => 'x') } }, 'at most 100 ids, not 101'],
    [
      '101 ids inside',
      { filter: { not: { or: [{ id: Array.from({ length: 101 }, () => 'x') }] } } },
      'at most 100 ids',
    ],
  ])('%s', async (_what, variables, message) => {
    const under = LIST.replace('tickets(', 'viewer { createdTickets(').replace(/\}$/, '} }');
    for (const query of [LIST, under]) {
      const { errors } = await user.client.send(query, variables);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
      expect(errors[0]?.message).toContain(message);
    }
  });

  test('a cursor of another order', async () => {
    const { tickets } = await user.client.query(LIST, { first: 1, orderBy: by('PRIORITY', 'CREATED_AT') });
    for (const orderBy of [
      by('PRIORITY'),
      by('CREATED_AT', 'PRIORITY'),
      [...by('PRIORITY'), { field: 'CREATED_AT', direction: 'ASC' }],
    ]) {
      const { errors } = await user.client.send(LIST, { first: 1, orderBy, after: tickets.pageInfo.endCursor });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    }
  });
});
