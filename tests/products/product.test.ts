import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { select } from '../support/database-state.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { expectError, expectRefused } from '../support/refusals.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CREATE = `mutation ($input: CreateProductInput!) {
  createProduct(input: $input) {
    product { id name type ownerEmail createdAt deletedAt }
    userErrors { code message field }
  }
}`;

let server: TestServer;
let manager: Person;
let person: Person;
let made = 0;
beforeAll(async () => {
  server = await startTestServer();
  manager = await buildPerson(server, { role: { canManageTickets: true } });
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

function product(fields: Record<string, unknown> = {}) {
  made += 1;
  return { name: `Payroll ${made}`, type: 'BANKING', ownerEmail: 'owner@docket.example', ...fields };
}

const create = async (input: Record<string, unknown>) => (await manager.client.query(CREATE, { input })).createProduct;
const remove = async (id: string) => select(server, sql`update product set deleted_at = now() where id = ${id}`);

describe('creating a product', () => {
  test('gives it back as it is, trimmed', async () => {
    expect(await create(product({ name: '  Ward planner ' }))).toEqual({
      product: {
        id: expect.any(String),
        name: 'Ward planner',
        type: 'BANKING',
        ownerEmail: 'owner@docket.example',
        createdAt: server.clock.now().toISOString(),
        deletedAt: null,
      },
      userErrors: [],
    });
  });

  test('is FORBIDDEN without canManageTickets, whatever other rights one has', async () => {
    const others = {
      canViewAll: true,
      canEditAll: true,
      canDeleteAll: true,
      canManageUsers: true,
      canAssignTickets: true,
    };
    const { client } = await buildPerson(server, { role: others });
    for (const denied of [person.client, client]) {
      await expectError(server, denied, 'FORBIDDEN', CREATE, { input: product() });
    }
  });

  test.each([
    ['of nothing', '', 'REQUIRED'],
    ['of spaces', '   ', 'REQUIRED'],
    ['of 2 characters', 'ab', 'INVALID'],
    ['of 2 characters and spaces', ' ab ', 'INVALID'],
    ['of 2 emoji', '🔥🔥', 'INVALID'],
    ['of 101 characters', 'x'.repeat(101), 'INVALID'],
    ['with NUL', 'Pay\0roll', 'INVALID'],
    ['with a lone surrogate', 'Pay\udfffroll', 'INVALID'],
  ])('refuses a name %s', async (_name, name, code) => {
    const call = { mutation: CREATE, input: product({ name }) };
    expect(await expectRefused(server, manager.client, call, `${code} input.name`)).toMatchObject({ product: null });
  });

  test.each([
    ['3 characters', 'abc'],
    ['100 emoji', '🔥'.repeat(100)],
  ])('takes a name of %s', async (_name, name) => {
    expect((await create(product({ name }))).product.name).toBe(name);
  });

  test('refuses the name of a live product, in whatever case', async () => {
    await buildProduct(server, { name: 'Time Sheets' });
    const call = { mutation: CREATE, input: product({ name: ' TIME sheets ' }) };
    await expectRefused(server, manager.client, call, 'TAKEN input.name');
  });

  test("takes a deleted product's name", async () => {
    const { id } = await buildProduct(server, { name: 'Retired' });
    await remove(id);
    expect((await create(product({ name: 'Retired' }))).userErrors).toEqual([]);
  });

  test('gives one of twenty at once the name', async () => {
    const payloads = await Promise.all(Array.from({ length: 20 }, async () => create(product({ name: 'Only one' }))));
    expect(payloads.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    for (const { userErrors } of payloads.filter((payload) => payload.product === null)) {
      expect(userErrors).toMatchObject([{ code: 'TAKEN', field: ['input', 'name'] }]);
    }
  });

  test('refuses what is of the wrong type', async () => {
    for (const fields of [{ type: 'PRINTING' }, { type: null }, { name: 7 }, { ownerEmail: 'nobody' }, { price: 1 }]) {
      await expectError(server, manager.client, 'BAD_USER_INPUT', CREATE, { input: product(fields) });
    }
  });
});

/** A page of the products of the test about paging. */
const zooPage = async (args: string, cursor: string | null) => {
  const { products } = await person.client.query(
    `query ($cursor: String) {
      products(${args}, filter: { search: "zoo " }) {
        nodes { name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
      }
    }`,
    { cursor },
  );
  return products;
};

/** Names that a search finds. */
const search = async (text: string) => {
  const { products } = await person.client.query(
    'query ($search: String) { products(filter: { search: $search }) { nodes { name } } }',
    { search: text },
  );
  return products.nodes.map(({ name }: { name: string }) => name);
};

describe('reading products', () => {
  const PRODUCT = 'query ($id: ID!) { product(id: $id) { id name } }';

  test('finds one by its id, for everybody who is signed in', async () => {
    const { id } = await buildProduct(server, { name: 'Lunch menu' });
    expect(await person.client.query(PRODUCT, { id })).toEqual({ product: { id, name: 'Lunch menu' } });
    expect(await person.client.query(PRODUCT, { id: id.toUpperCase() })).toEqual({
      product: { id, name: 'Lunch menu' },
    });
  });

  test.each(['01890a5d-ac96-774b-bcce-b302099a8057', 'x', '', '\0'])('is null for an unknown id (%#)', async (id) => {
    expect(await person.client.query(PRODUCT, { id })).toEqual({ product: null });
  });

  test('no longer finds one that is deleted, but its tickets keep naming it', async () => {
    const { id } = await buildProduct(server, { name: 'Fax gateway' });
    const ticket = await buildTicket(server, { product: { id } });
    await remove(id);
    const answer = await person.client.query(
      `query ($id: ID!, $ticketId: ID!) {
        product(id: $id) { id } products(filter: { search: "Fax gateway" }) { nodes { id } totalCount }
        ticket(id: $ticketId) { product { name deletedAt } }
      }`,
      { id, ticketId: ticket.id },
    );
    expect(answer).toEqual({
      product: null,
      products: { nodes: [], totalCount: 0 },
      ticket: { product: { name: 'Fax gateway', deletedAt: expect.any(String) } },
    });
  });

  test('lists the deleted for those who manage tickets only', async () => {
    const { id } = await buildProduct(server, { name: 'Pager duty' });
    await remove(id);
    const DELETED = '{ products(filter: { deleted: true, search: "pager" }) { nodes { id } totalCount } }';
    expect((await manager.client.query(DELETED)).products).toEqual({ nodes: [{ id }], totalCount: 1 });
    await expectError(server, person.client, 'FORBIDDEN', DELETED);
  });

  test('lists them by name without regard to case, and its pages turn both ways', async () => {
    const names = ['zoo alpha', 'zoo Beta', 'ZOO gamma', 'zoo delta', 'Zoo epsilon'];
    for (const name of names) await buildProduct(server, { name });
    const sorted = names.toSorted((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
    const seen: string[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const { nodes, pageInfo } = await zooPage('first: 2, after: $cursor', cursor);
      seen.push(...nodes.map(({ name }: { name: string }) => name));
      [cursor, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
    }
    expect(seen).toEqual(sorted);
    const back: string[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const { nodes, pageInfo } = await zooPage('last: 2, before: $cursor', cursor);
      back.unshift(...nodes.map(({ name }: { name: string }) => name));
      [cursor, more] = [pageInfo.startCursor, pageInfo.hasPreviousPage];
    }
    expect(back).toEqual(sorted);
  });

  test('finds names without their accents, and in any case of any script', async () => {
    await buildProduct(server, { name: 'Бухгалтерия Ёж' });
    await buildProduct(server, { name: 'Crème Brûlée' });
    expect(await search('БУХГАЛТ')).toEqual(['Бухгалтерия Ёж']);
    expect(await search('еж')).toEqual(['Бухгалтерия Ёж']);
    expect(await search('creme BRULEE')).toEqual(['Crème Brûlée']);
  });

  test('takes no character of a search as a wildcard', async () => {
    await buildProduct(server, { name: '100% wild_card \\ test' });
    for (const text of ['100%', '0% W', 'd_c', '\\']) expect(await search(text)).toEqual(['100% wild_card \\ test']);
    for (const text of ['1%0', 'wild.card', "' or true --", '_%_\0', '\ud800']) expect(await search(text)).toEqual([]);
  });

  test('narrows by type', async () => {
    const { product: health } = await create(product({ type: 'HEALTH_CARE' }));
    const { products } = await person.client.query('{ products(filter: { type: [HEALTH_CARE] }) { nodes { id } } }');
    expect(products.nodes).toEqual([{ id: health.id }]);
  });
});
