import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildProduct, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** As people expect them, whatever the order of the database is. */
const NAMES = ['adam', 'Åke', 'Ärla', 'de Vries', 'deniz', 'Émile', 'emilia', 'Öberg', 'Zoe', 'Жанна', '王'];
const USERNAMES = ['a-team', 'adam', 'Bert', 'c3po', 'DENIZ', 'emile', 'Zoe'];
/** Made in another order than the one that is asked for. */
const shuffled = (names: readonly string[]) => [
  ...names.filter((_, at) => at % 2 > 0),
  ...names.filter((_, at) => at % 2 === 0),
];

let server: TestServer;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN, username: 'zz', firstName: 'zz', lastName: null });
  for (const name of shuffled(NAMES)) {
    await buildPerson(server, { firstName: name, lastName: null, role: {} });
    await buildProduct(server, { name: `${name} product` });
  }
  for (const username of shuffled(USERNAMES))
    await buildPerson(server, { firstName: 'Same', lastName: 'Name', username });
});
afterAll(async () => server.stop());

const USERS = `query ($first: Int, $last: Int, $after: String, $before: String, $orderBy: UserOrder, $filter: UserFilter) {
  list: users(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy, filter: $filter) {
    nodes { id name username } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } totalCount } }`;
const PRODUCTS = `query ($first: Int, $last: Int, $after: String, $before: String, $filter: ProductFilter) {
  list: products(first: $first, last: $last, after: $after, before: $before, filter: $filter) {
    nodes { id name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } totalCount } }`;

interface Named {
  id: string;
  name: string;
  username: string;
}

/** All of a list, page by page, forwards or backwards, in the list's order. */
async function walk(query: string, variables: Record<string, unknown>, size: 'first' | 'last'): Promise<Named[]> {
  const all: Named[] = [];
  for (let cursor: string | null = null; ;) {
    const place: Record<string, unknown> = size === 'first' ? { first: 2, after: cursor } : { last: 2, before: cursor };
    const { list }: { list: { nodes: Named[]; pageInfo: Record<string, string | null> } } = await admin.client.query(
      query,
      { ...variables, ...place },
    );
    if (size === 'first') all.push(...list.nodes);
    else all.unshift(...list.nodes);
    if (!list.pageInfo[size === 'first' ? 'hasNextPage' : 'hasPreviousPage']) return all;
    cursor = list.pageInfo[size === 'first' ? 'endCursor' : 'startCursor'] ?? null;
  }
}

describe('names sort as people expect', () => {
  test.each(['first', 'last'] as const)('of users, on every page by `%s`', async (size) => {
    for (const direction of ['ASC', 'DESC']) {
      const all = await walk(USERS, { orderBy: { field: 'NAME', direction } }, size);
      const names = all.map(({ name }) => name).filter((name) => NAMES.includes(name));
      expect(names).toEqual(direction === 'ASC' ? NAMES : NAMES.toReversed());
      expect(new Set(all.map(({ id }) => id)).size).toBe(NAMES.length + USERNAMES.length + 1);
    }
  });

  test.each(['first', 'last'] as const)('of usernames, on every page by `%s`', async (size) => {
    for (const direction of ['ASC', 'DESC']) {
      const all = await walk(USERS, { orderBy: { field: 'USERNAME', direction }, filter: { search: 'same' } }, size);
      const names = all.map(({ username }) => username);
      expect(names).toEqual(direction === 'ASC' ? USERNAMES : USERNAMES.toReversed());
    }
  });

  test.each(['first', 'last'] as const)('of products, on every page by `%s`', async (size) => {
    const all = await walk(PRODUCTS, {}, size);
    expect(all.map(({ name }) => name)).toEqual(NAMES.map((name) => `${name} product`));
  });

  test('of roles', async () => {
    const flags =
      'canViewAll: false canEditAll: false canDeleteAll: false canManageUsers: false canManageTickets: false canAssignTickets: false';
    for (const name of shuffled(NAMES)) {
      await admin.client.query(
        `mutation ($name: String!) { createRole(input: { name: $name, ${flags} }) { role { id } } }`,
        {
          name,
        },
      );
    }
    const { roles } = await admin.client.query('{ roles { name } }');
    const names: string[] = roles.map(({ name }: { name: string }) => name);
    expect(names.filter((name) => NAMES.includes(name))).toEqual(NAMES);
    expect(names.indexOf('Åke')).toBeLessThan(names.findIndex((name) => /^tech$/i.test(name)));
  });

  test.each([
    [USERS, { orderBy: { field: 'NAME', direction: 'DESC' } }, 'user_by_name'],
    [USERS, { orderBy: { field: 'USERNAME', direction: 'ASC' } }, 'user_by_username'],
    [PRODUCTS, {}, 'product_by_name'],
  ])('by an index, from the first page and from a cursor: %#', async (query, variables, index) => {
    const { list } = await admin.client.query(query, { ...variables, first: 3 });
    const sent = jest.spyOn(Client.prototype, 'query');
    await admin.client.query(query, { ...variables, first: 3 });
    await admin.client.query(query, { ...variables, first: 3, after: list.pageInfo.endCursor });
    const statements = sent.mock.calls.map(([given]) => given as unknown as { text: string; values: unknown[] });
    sent.mockRestore();
    const pages = statements.filter(({ text }) => text.includes('order by'));
    expect(pages).toHaveLength(2);
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    // There are too few rows for an index to be worth it otherwise.
    await client.query('set enable_seqscan = off; set enable_sort = off');
    for (const { text, values } of pages) {
      const { rows } = await client.query(`explain ${text}`, values);
      expect(JSON.stringify(rows)).toContain(index);
    }
    await client.end();
  });
});

const found = async (search: string, client = admin.client) =>
  (await client.query(USERS, { filter: { search }, orderBy: { field: 'NAME', direction: 'ASC' } })).list.nodes.map(
    ({ name }: Named) => name,
  );

describe('a search for people', () => {
  beforeAll(async () => {
    await buildPerson(server, { firstName: 'Tomas', lastName: 'Lindström', username: 'tl', email: 'tl@lake.example' });
    await buildPerson(server, { firstName: 'Linda', lastName: 'Thomsen', username: 'under_score' });
  });
  test.each([
    ['lind tomas', ['Tomas Lindström']],
    ['  tomas \t  lind ', ['Tomas Lindström']],
    ['Tomas  Lindström', ['Tomas Lindström']],
    ['lindstrom', ['Tomas Lindström']],
    ['LINDSTRÖM TL', ['Tomas Lindström']],
    ['tl lake.example', ['Tomas Lindström']],
    ['lind om', ['Linda Thomsen', 'Tomas Lindström']],
    ['tomas thomsen', []],
    ['as lin', ['Tomas Lindström']],
    ['s_l', []],
    ['under_sc', ['Linda Thomsen']],
    ['tomas\0', []],
    ['tomas \ud800', []],
    ['%', []],
    ['\\', []],
    ['emile', ['Émile', 'Same Name']],
    ['жанна', ['Жанна']],
    ['ЖАННА', ['Жанна']],
  ])('for %j finds %j', async (search, names) => {
    expect(await found(search)).toEqual(names);
  });

  test('finds everybody when nothing is typed', async () => {
    for (const search of ['', '  ', '\u200b']) expect((await found(search)).length).toBeGreaterThan(NAMES.length);
  });

  test('finds an address only for those who may see it', async () => {
    const person = await buildPerson(server, { email: 'hidden@pond.example', firstName: 'Own', lastName: null });
    const other = await buildPerson(server);
    expect(await found('own pond', person.client)).toEqual(['Own']);
    expect(await found('own pond', other.client)).toEqual([]);
  });

  test('of more than 200 characters is refused', async () => {
    const { errors } = await admin.client.send(USERS, { filter: { search: 'x'.repeat(201) } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

test('a search for products finds words in any order, whatever their accents', async () => {
  await buildProduct(server, { name: 'Café  Control Centre' });
  const { list } = await admin.client.query(PRODUCTS, { filter: { search: ' centre  cafe' } });
  expect(list.nodes.map(({ name }: Named) => name)).toEqual(['Café  Control Centre']);
});
