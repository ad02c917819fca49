import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { select } from '../support/database-state.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

interface Item {
  cursor: string;
  node: { id: string };
}

interface List {
  /** A root field with three objects in it, in the list's order. */
  readonly field: string;
  readonly filter: Record<string, unknown>;
  readonly items: readonly Item[];
  remove(id: string): Promise<unknown>;
}

const PAGES: Record<string, string> = {
  users: 'UserFilter',
  products: 'ProductFilter',
  notifications: 'NotificationFilter',
};

async function ask({ field, filter }: Pick<List, 'field' | 'filter'>, where: Record<string, unknown>) {
  const query = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: ${PAGES[field]}) {
    ${field}(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage }
    }
  }`;
  const data = await person.client.query(query, { ...where, filter });
  const page: { edges: Item[]; pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean } } = data[field];
  return page;
}

const KINDS: [name: string, make: () => Promise<Omit<List, 'items'>>][] = [
  [
    'users',
    async () => {
      for (const name of ['a', 'b', 'c']) await buildPerson(server, { username: `flag-${name}` });
      return {
        field: 'users',
        filter: { search: 'flag-' },
        remove: async (id) => select(server, sql`update "user" set deleted_at = now() where id = ${id}`),
      };
    },
  ],
  [
    'products',
    async () => {
      for (const name of ['a', 'b', 'c']) await buildProduct(server, { name: `Flag ${name}` });
      return {
        field: 'products',
        filter: { search: 'Flag ' },
        remove: async (id) => select(server, sql`update product set deleted_at = now() where id = ${id}`),
      };
    },
  ],
  [
    'notifications',
    async () => {
      // Nobody is mailed about what they assign to themselves.
      const manager = await buildPerson(server, { role: BuiltInRole.ADMIN });
      for (let made = 0; made < 3; made += 1) {
        const { id } = await buildTicket(server, { createdBy: person });
        await manager.client.query(
          'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }',
          {
            input: { id, assignedTo: { id: person.id } },
          },
        );
        server.clock.advance({ seconds: 1 });
      }
      return {
        field: 'notifications',
        filter: { kind: ['ASSIGNED'] },
        remove: async (id) => select(server, sql`delete from notification where id = ${id}`),
      };
    },
  ],
];

describe.each(KINDS)('a page of %s', (_name, make) => {
  test('says exactly whether anything lies beyond its cursor, also when the row of the cursor is gone', async () => {
    const list = await make();
    const { edges } = await ask(list, { first: 100 });
    const [first, second, third] = edges;
    if (!first || !second || !third || edges.length > 3) throw new Error(`There are ${edges.length} rows`);

    const forwards = async () => (await ask(list, { first: 1, after: first.cursor })).pageInfo;
    const backwards = async () => (await ask(list, { last: 1, before: third.cursor })).pageInfo;
    expect(await forwards()).toEqual({ hasNextPage: true, hasPreviousPage: true });
    expect(await backwards()).toEqual({ hasNextPage: true, hasPreviousPage: true });

    await list.remove(first.node.id);
    await list.remove(third.node.id);
    expect(await forwards()).toEqual({ hasNextPage: false, hasPreviousPage: false });
    expect(await backwards()).toEqual({ hasNextPage: false, hasPreviousPage: false });
  });
});
