import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { faults, refusals, succeed } from '../../support/calls.js';
import { buildPerson, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const NO_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const NO_FLAGS = {
  canViewAll: false,
  canEditAll: false,
  canDeleteAll: false,
  canManageUsers: false,
  canManageTickets: false,
  canAssignTickets: false,
};

let server: TestServer;
let manager: Person;
let made = 0;
beforeAll(async () => {
  server = await startTestServer();
  manager = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterAll(async () => server.stop());

async function makeRole(flags: object = {}): Promise<{ id: string; name: string }> {
  made += 1;
  const input = { name: `Role ${made}`, ...NO_FLAGS, ...flags };
  const { role } = await succeed(manager.client, 'createRole', input, 'role { id name }');
  return role;
}

async function builtIn(name: string): Promise<string> {
  const { roles } = await manager.client.query('{ roles { id name } }');
  return roles.find((role: { name: string }) => role.name === name).id;
}

describe('roles', () => {
  test('are made, changed, listed and deleted by who may manage users', async () => {
    const { id } = await makeRole({ canViewAll: true });
    const fields = 'role { name canViewAll canEditAll }';
    const { role } = await succeed(manager.client, 'updateRole', { id, name: ' Readers ', canEditAll: true }, fields);
    expect(role).toEqual({ name: 'Readers', canViewAll: true, canEditAll: true });
    const { deletedRoleId } = await succeed(manager.client, 'deleteRole', { id }, 'deletedRoleId');
    expect(deletedRoleId).toBe(id);
    const { roles } = await manager.client.query('{ roles { name } }');
    expect(roles.map(({ name }: { name: string }) => name)).toEqual(['admin', 'tech', 'user']);
  });

  test('are nothing that others may touch', async () => {
    const tech = await buildPerson(server, { role: BuiltInRole.TECH });
    const id = await builtIn('tech');
    const input = { name: 'Mine', ...NO_FLAGS, canManageUsers: true };
    expect(await refusals(tech.client, 'createRole', input)).toEqual(['FORBIDDEN']);
    expect(await refusals(tech.client, 'updateRole', { id, canManageUsers: true })).toEqual(['FORBIDDEN']);
    expect(await refusals(tech.client, 'deleteRole', { id })).toEqual(['FORBIDDEN']);
    expect(await refusals(server.anonymous, 'createRole', input)).toEqual(['UNAUTHENTICATED']);
  });

  test.each<[string, object, string[]]>([
    ['createRole', { name: ' ', ...NO_FLAGS }, ['REQUIRED input.name']],
    ['createRole', { name: 'x'.repeat(51), ...NO_FLAGS }, ['INVALID input.name']],
    ['createRole', { name: 'ADMIN', ...NO_FLAGS }, ['TAKEN input.name']],
    ['updateRole', { id: NO_ID, canViewAll: true }, ['NOT_FOUND input.id']],
    ['deleteRole', { id: NO_ID }, ['NOT_FOUND input.id']],
    ['deleteRole', { id: 'no id' }, ['NOT_FOUND input.id']],
  ])('%s refuses %j', async (mutation, input, expected) => {
    expect(await faults(manager.client, mutation, input)).toEqual(expected);
  });

  test('cannot be given a name that is taken, or none, or a right that is neither given nor not', async () => {
    const { id } = await makeRole();
    expect(await faults(manager.client, 'updateRole', { id, name: 'User' })).toEqual(['TAKEN input.name']);
    const nulls = { id, name: null, canViewAll: null };
    expect(await faults(manager.client, 'updateRole', nulls)).toEqual([
      'REQUIRED input.name',
      'REQUIRED input.canViewAll',
    ]);
  });

  test('are not deleted while somebody holds them, nor the built-in ones', async () => {
    const { id } = await makeRole();
    const { roles } = await manager.client.query('{ roles { id name builtIn } }');
    expect(roles).toContainEqual({ id, name: expect.any(String), builtIn: null });
    expect(roles).toContainEqual({ id: await builtIn('tech'), name: 'tech', builtIn: 'TECH' });
    const person = await buildPerson(server);
    await succeed(manager.client, 'updateUser', { id: person.id, roleId: id });
    expect(await faults(manager.client, 'deleteRole', { id })).toEqual(['CONFLICT input.id']);
    expect(await faults(manager.client, 'deleteRole', { id: await builtIn('tech') })).toEqual(['CONFLICT input.id']);
    await succeed(manager.client, 'deleteUser', { id: person.id });
    await succeed(manager.client, 'deleteRole', { id });
    expect(await faults(manager.client, 'updateRole', { id, name: 'Back' })).toEqual(['NOT_FOUND input.id']);
  });

  test('are held by nobody once they are deleted, when they are given to somebody at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await makeRole();
      const person = await buildPerson(server);
      const account = { email: `r${round}@docket.example`, username: `round${round}`, firstName: 'R', roleId: id };
      const [deleted, ...given] = await Promise.all([
        faults(manager.client, 'deleteRole', { id }),
        faults(manager.client, 'updateUser', { id: person.id, roleId: id }),
        faults(manager.client, 'createUser', { ...account, password: 'correct horse battery' }),
      ]);
      const holders = given.filter((outcome) => outcome.length === 0).length;
      for (const outcome of given) expect(['', 'NOT_FOUND input.roleId']).toContain(outcome.join());
      expect(deleted).toEqual(holders > 0 ? ['CONFLICT input.id'] : []);
    }
  });
});
