import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { faults, refusals, succeed } from '../../support/calls.js';
import { buildPerson, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const NO_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const TAKEN = { email: 'Taken@docket.example', username: 'taken.name' };

let server: TestServer;
let manager: Person;
let person: Person;
let roles: Record<string, string>;
beforeAll(async () => {
  server = await startTestServer();
  manager = await buildPerson(server, { role: { canManageUsers: true } });
  await buildPerson(server, TAKEN);
  const found = await manager.client.query('{ roles { id name } }');
  roles = Object.fromEntries(found.roles.map(({ id, name }: { id: string; name: string }) => [name, id]));
});
beforeEach(async () => {
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

function account() {
  return {
    email: `new-${person.email}`,
    username: `new-${person.username}`,
    password: 'correct horse battery',
    firstName: ' New ',
    roleId: roles['tech'],
  };
}

describe('createUser', () => {
  test('makes an account with the role, all four bits, and a working sign-in', async () => {
    const { user } = await succeed(
      manager.client,
      'createUser',
      account(),
      'user { username email name role { name } ticketPermissions { create edit view delete } }',
    );
    const { email, username, password } = account();
    const ticketPermissions = { create: true, edit: true, view: true, delete: true };
    expect(user).toEqual({ username, email, name: 'New', role: { name: 'tech' }, ticketPermissions });
    await succeed(server.anonymous, 'signIn', { login: email.toUpperCase(), password });
  });

  test('is for those who may manage users', async () => {
    const tech = await buildPerson(server, { role: BuiltInRole.TECH });
    expect(await refusals(tech.client, 'createUser', account())).toEqual(['FORBIDDEN']);
    expect(await refusals(server.anonymous, 'createUser', account())).toEqual(['UNAUTHENTICATED']);
  });

  test.each<[object, string[]]>([
    [{ password: '1234567' }, ['INVALID input.password']],
    [{ password: 'a'.repeat(129) }, ['INVALID input.password']],
    [{ password: 'Password123' }, ['INVALID input.password']],
    [{ username: 'a@b.c' }, ['INVALID input.username']],
    [{ username: 'ab' }, ['INVALID input.username']],
    [{ username: 'TAKEN.NAME' }, ['TAKEN input.username']],
    [{ email: 'tAKEN@DOCKET.example' }, ['TAKEN input.email']],
    [{ ...TAKEN }, ['TAKEN input.email', 'TAKEN input.username']],
    [{ firstName: ' ' }, ['REQUIRED input.firstName']],
    [{ lastName: 'x'.repeat(101) }, ['INVALID input.lastName']],
    [{ roleId: NO_ID }, ['NOT_FOUND input.roleId']],
    [{ roleId: 'tech' }, ['NOT_FOUND input.roleId']],
  ])('refuses %j', async (change, expected) => {
    expect(await faults(manager.client, 'createUser', { ...account(), ...change })).toEqual(expected);
  });
});

describe('updateUser', () => {
  test('changes what is given of the own account, and leaves the rest; null clears the last name', async () => {
    const { id, email } = person;
    const { user } = await succeed(
      person.client,
      'updateUser',
      { id, firstName: 'Ada', lastName: null },
      'user { name email username }',
    );
    expect(user).toEqual({ name: 'Ada', email, username: person.username });
    await succeed(person.client, 'updateUser', { id, email: email.toUpperCase(), username: person.username });
    await succeed(manager.client, 'updateUser', { id, firstName: 'Grace', roleId: roles['tech'] });
    const { viewer } = await person.client.query('{ viewer { firstName email role { name } } }');
    expect(viewer).toEqual({ firstName: 'Grace', email: email.toUpperCase(), role: { name: 'tech' } });
  });

  test("refuses another's account, and a role for oneself, and changes nothing", async () => {
    const { id } = await buildPerson(server);
    const own = { id: person.id, firstName: 'Changed' };
    expect(await refusals(person.client, 'updateUser', { id, firstName: 'Changed' })).toEqual(['FORBIDDEN']);
    for (const roleId of [roles['admin'], roles['user'], null]) {
      expect(await refusals(person.client, 'updateUser', { ...own, roleId })).toEqual(['FORBIDDEN']);
    }
    const { viewer } = await person.client.query('{ viewer { firstName role { name } } }');
    expect(viewer).toEqual({ firstName: 'Person', role: { name: 'user' } });
  });

  test.each<[object, string[]]>([
    [{ id: NO_ID }, ['NOT_FOUND input.id']],
    [{ id: 'no id' }, ['NOT_FOUND input.id']],
    [{ email: null }, ['REQUIRED input.email']],
    [{ firstName: null }, ['REQUIRED input.firstName']],
    [{ username: 'a b c' }, ['INVALID input.username']],
    [{ username: 'Taken.Name' }, ['TAKEN input.username']],
    [{ email: 'taken@docket.example' }, ['TAKEN input.email']],
    [{ roleId: null }, ['REQUIRED input.roleId']],
    [{ roleId: NO_ID }, ['NOT_FOUND input.roleId']],
  ])('refuses %j', async (change, expected) => {
    expect(await faults(manager.client, 'updateUser', { id: person.id, ...change })).toEqual(expected);
  });

  test('twenty times at once loses nothing and fails nowhere', async () => {
    const { id } = person;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        index % 2 === 0
          ? faults(person.client, 'updateUser', { id, firstName: `Ada ${index}` })
          : faults(manager.client, 'updateUser', { id, lastName: 'Lovelace' }),
      ),
    );
    expect(outcomes.flat()).toEqual([]);
    const { viewer } = await person.client.query('{ viewer { name } }');
    expect(viewer.name).toMatch(/^Ada \d+ Lovelace$/);
  });
});

const ALL = { create: true, edit: true, view: true, delete: true };

function set(permissions: object) {
  return { userId: person.id, permissions };
}

describe('setTicketPermissions', () => {
  test('lets anybody take bits from themselves, and only who may manage users give them back', async () => {
    const { user } = await succeed(
      person.client,
      'setTicketPermissions',
      set({ ...ALL, delete: false }),
      'user { ticketPermissions { create edit view delete } }',
    );
    expect(user.ticketPermissions).toEqual({ ...ALL, delete: false });
    expect(await refusals(person.client, 'setTicketPermissions', set(ALL))).toEqual(['FORBIDDEN']);
    // Not even in exchange for another one.
    const exchange = { ...ALL, view: false };
    expect(await refusals(person.client, 'setTicketPermissions', set(exchange))).toEqual(['FORBIDDEN']);
    const other = await buildPerson(server, { role: { canEditAll: true, canManageTickets: true } });
    expect(await refusals(other.client, 'setTicketPermissions', set({ ...ALL, edit: false }))).toEqual(['FORBIDDEN']);
    await succeed(manager.client, 'setTicketPermissions', set(ALL));
    const { viewer } = await person.client.query('{ viewer { ticketPermissions { delete } } }');
    expect(viewer).toEqual({ ticketPermissions: { delete: true } });
  });

  test('refuses a user that is not there', async () => {
    for (const userId of [NO_ID, 'no id']) {
      const input = { userId, permissions: ALL };
      expect(await faults(manager.client, 'setTicketPermissions', input)).toEqual(['NOT_FOUND input.userId']);
    }
  });
});
