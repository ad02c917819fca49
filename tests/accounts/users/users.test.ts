import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { select } from '../../support/database-state.js';
import { buildComment, buildPerson, buildTicket, type Person, PASSWORD } from '../../support/factories.js';
import { expectError } from '../../support/refusals.js';
import { startTestServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let person: Person;
let manager: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  manager = await buildPerson(server, { role: { canManageUsers: true } });
});
afterAll(async () => server.stop());

const USERS = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: UserFilter, $orderBy: UserOrder) {
  users(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    nodes { id username name email }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    totalCount
  }
}`;

const remove = async (id: string) => select(server, sql`update "user" set deleted_at = now() where id = ${id}`);
const usernames = (list: { nodes: { username: string }[] }) => list.nodes.map(({ username }) => username);

const search = async ({ client }: Person, text: string) =>
  usernames((await client.query(USERS, { filter: { search: text } })).users);
const compare = (one: string | number, other: string | number) => (one < other ? -1 : Number(one > other));

describe('an e-mail address', () => {
  const READ = `query ($id: ID!, $ticketId: ID!) {
    user(id: $id) { email }
    node(id: $id) { ... on User { email } }
    users(first: 100) { nodes { id email } }
    ticket(id: $ticketId) { createdBy { email } assignedTo { email } comments { nodes { author { email } } } }
  }`;

  /** The address of `of` as the reader sees it on each way to it. */
  async function ways(of: Person, reader: Person): Promise<unknown[]> {
    const ticket = await buildTicket(server, { createdBy: of, assignedTo: of });
    await buildComment(server, { ticket, author: of });
    const answer = await reader.client.query(READ, { id: of.id, ticketId: ticket.id });
    return [
      answer.user.email,
      answer.node.email,
      answer.users.nodes.find(({ id }: { id: string }) => id === of.id).email,
      answer.ticket.createdBy.email,
      answer.ticket.assignedTo.email,
      answer.ticket.comments.nodes[0].author.email,
    ];
  }

  test('is null for others, on every way to it', async () => {
    expect(await ways(manager, person)).toEqual(Array.from({ length: 6 }, () => null));
  });

  test('is shown to its owner', async () => {
    expect(new Set(await ways(person, person))).toEqual(new Set([person.email]));
    expect((await person.client.query('{ viewer { email } }')).viewer.email).toBe(person.email);
  });

  test('is shown in the payload of a sign-in', async () => {
    const { signIn } = await server.anonymous.query(
      'mutation ($input: SignInInput!) { signIn(input: $input) { user { email ticketPermissions { view } } } }',
      { input: { login: person.username, password: PASSWORD } },
    );
    expect(signIn.user).toEqual({ email: person.email, ticketPermissions: { view: true } });
  });

  test.each(['canManageUsers', 'canManageTickets'] as const)('is shown to those with %s', async (flag) => {
    const reader = await buildPerson(server, { role: { [flag]: true, canViewAll: true } });
    expect(new Set(await ways(person, reader))).toEqual(new Set([person.email]));
  });

  test('is not found by a search of those who may not see it, but for their own', async () => {
    const target = await buildPerson(server, { username: 'hidden-away', email: 'needle@haystack.example' });
    expect(await search(person, 'needle@')).toEqual([]);
    expect(await search(target, 'needle@')).toEqual(['hidden-away']);
    expect(await search(manager, 'NEEDLE@hay')).toEqual(['hidden-away']);
  });
});

describe("a person's ticket permissions", () => {
  test('are shown to them and to those who manage users only', async () => {
    const READ = 'query ($id: ID!) { user(id: $id) { ticketPermissions { create edit view delete } } }';
    const target = await buildPerson(server, { may: { edit: false } });
    const shown = { user: { ticketPermissions: { create: true, edit: false, view: true, delete: true } } };
    expect(await target.client.query(READ, { id: target.id })).toEqual(shown);
    expect(await manager.client.query(READ, { id: target.id })).toEqual(shown);
    const staff = await buildPerson(server, { role: { canManageTickets: true } });
    for (const { client } of [person, staff]) {
      expect(await client.query(READ, { id: target.id })).toEqual({ user: { ticketPermissions: null } });
    }
  });
});

describe('a list of people', () => {
  test('finds by username and name, without regard to case, and takes no character as a wildcard', async () => {
    await buildPerson(server, { username: 'x_ray.1', firstName: 'Zoë 100%', lastName: "O'Brien\\" });
    for (const text of ['X_RAY', 'y.1', 'ZOË', '100% o', "o'brien", 'brien\\', '  zoë ']) {
      expect(await search(person, text)).toEqual(['x_ray.1']);
    }
    for (const text of ['x%ray', 'z_ë', "' or true --", 'Zoë\0\ud800']) expect(await search(person, text)).toEqual([]);
  });

  test('holds everybody for an empty search', async () => {
    const all = await person.client.query(USERS);
    for (const empty of ['', '   ', null]) {
      const { users } = await person.client.query(USERS, { filter: { search: empty } });
      expect(users.totalCount).toBe(all.users.totalCount);
    }
  });

  test('narrows to roles', async () => {
    const { roles } = await person.client.query('{ roles { id name } }');
    const admin = await buildPerson(server, { role: { canManageUsers: true, canEditAll: true } });
    const { user } = await admin.client.query('query ($id: ID!) { user(id: $id) { role { id name } } }', {
      id: admin.id,
    });
    const { users } = await person.client.query(USERS, { filter: { roleId: [user.role.id, 'x'] } });
    expect(users).toMatchObject({ nodes: [{ id: admin.id }], totalCount: 1 });
    expect(roles.length).toBeGreaterThanOrEqual(4);
  });

  test('leaves out the deleted, whom only those who manage users may list', async () => {
    const { id, username } = await buildPerson(server, { username: 'long-gone' });
    await remove(id);
    expect((await person.client.query(USERS, { filter: { search: username } })).users).toMatchObject({
      nodes: [],
      totalCount: 0,
    });
    const deleted = { filter: { deleted: true, search: username } };
    expect((await manager.client.query(USERS, deleted)).users).toMatchObject({ nodes: [{ id }], totalCount: 1 });
    await expectError(server, person.client, 'FORBIDDEN', USERS, deleted);
    const { users } = await person.client.query(USERS, { filter: { deleted: false, search: username } });
    expect(users.nodes).toEqual([]);
  });

  test.each(
    (['CREATED_AT', 'USERNAME', 'NAME'] as const).flatMap((field) =>
      (['ASC', 'DESC'] as const).map((direction) => ({ field, direction })),
    ),
  )('turns its pages both ways, each person once and in order: $field $direction', async (orderBy) => {
    // Everybody of one role, several with the same name and time.
    const marker = `${orderBy.field}${orderBy.direction}`.toLowerCase().replace('_', '');
    const made: { id: string; username: string; name: string; at: number }[] = [];
    for (let index = 0; index < 7; index += 1) {
      const username = `${['b', 'A', 'c'][index % 3]}${index}-${marker}`;
      const [firstName, lastName] = [`Name ${['b', 'a'][index % 2]}`, index % 3 === 0 ? null : 'Last'];
      const { id } = await buildPerson(server, { username, firstName, lastName });
      const at = index % 3;
      await select(
        server,
        sql`update "user" set created_at = ${`2026-01-0${at + 1}T00:00:00Z`}::timestamptz where id = ${id}`,
      );
      made.push({ id, username: username.toLowerCase(), name: lastName ? `${firstName} ${lastName}` : firstName, at });
    }
    const key = { CREATED_AT: 'at', USERNAME: 'username', NAME: 'name' } as const;
    const by = key[orderBy.field];
    const sign = orderBy.direction === 'ASC' ? 1 : -1;
    const sorted = made
      .toSorted((one, other) => sign * (compare(one[by], other[by]) || compare(one.id, other.id)))
      .map(({ id }) => id);

    const filter = { search: `-${marker}` };
    const forwards: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { users } = await person.client.query(USERS, { first: 2, after, filter, orderBy });
      expect(users.totalCount).toBe(7);
      forwards.push(...users.nodes.map(({ id }: Person) => id));
      [after, more] = [users.pageInfo.endCursor, users.pageInfo.hasNextPage];
    }
    expect(forwards).toEqual(sorted);
    const backwards: string[] = [];
    for (let before: string | null = null, more = true; more;) {
      const { users } = await person.client.query(USERS, { last: 3, before, filter, orderBy });
      backwards.unshift(...users.nodes.map(({ id }: Person) => id));
      [before, more] = [users.pageInfo.startCursor, users.pageInfo.hasPreviousPage];
    }
    expect(backwards).toEqual(sorted);
  });

  test('starts with the oldest account when no order is asked for', async () => {
    const { users } = await person.client.query('{ users(first: 100) { nodes { createdAt } } }');
    const times = users.nodes.map(({ createdAt }: { createdAt: string }) => createdAt);
    expect(times).toEqual(times.toSorted());
  });
});

describe('a deleted person', () => {
  test('is no longer found, but stays as author under their name', async () => {
    const gone = await buildPerson(server, { firstName: 'Former', lastName: 'Colleague' });
    const ticket = await buildTicket(server, { createdBy: gone });
    await buildComment(server, { ticket, author: gone });
    await remove(gone.id);
    const answer = await person.client.query(
      `query ($id: ID!, $ticketId: ID!) {
        user(id: $id) { id } node(id: $id) { id }
        ticket(id: $ticketId) { createdBy { name deletedAt } comments { nodes { author { name } } } }
      }`,
      { id: gone.id, ticketId: ticket.id },
    );
    expect(answer).toEqual({
      user: null,
      node: null,
      ticket: {
        createdBy: { name: 'Former Colleague', deletedAt: expect.any(String) },
        comments: { nodes: [{ author: { name: 'Former Colleague' } }] },
      },
    });
  });
});

test.each(['01890a5d-ac96-774b-bcce-b302099a8057', 'x', '', '\0'])(
  'a person that is not there is null (%#)',
  async (id) => {
    expect(await person.client.query('query ($id: ID!) { user(id: $id) { id } }', { id })).toEqual({ user: null });
  },
);
