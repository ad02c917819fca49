import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { faults, succeed } from '../../support/calls.js';
import { buildPerson, buildTicket, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const ROUNDS = 10;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

async function roleOf({ client }: Person): Promise<string> {
  const { viewer } = await client.query('{ viewer { role { id } } }');
  return viewer.role.id;
}

async function plainRole({ client }: Person): Promise<string> {
  const { roles } = await client.query('{ roles { id canManageUsers } }');
  return roles.find(({ canManageUsers }: { canManageUsers: boolean }) => !canManageUsers).id;
}

/** Nobody else can manage users: the person is the last one. */
async function buildLastManager(): Promise<Person> {
  const manager = await buildPerson(server, { role: { canManageUsers: true } });
  const { users } = await manager.client.query('{ users(first: 100) { nodes { id role { canManageUsers } } } }');
  for (const { id, role } of users.nodes) {
    if (role.canManageUsers && id !== manager.id) await succeed(manager.client, 'deleteUser', { id });
  }
  return manager;
}

describe('the last person who can manage users', () => {
  test('can be neither deleted nor demoted, nor can their role be stripped', async () => {
    const manager = await buildLastManager();
    const role = await roleOf(manager);
    const { client, id } = manager;
    expect(await faults(client, 'deleteUser', { id, currentPassword: PASSWORD })).toEqual(['CONFLICT input.id']);
    const demotion = { id, roleId: await plainRole(manager), firstName: 'Demoted' };
    expect(await faults(client, 'updateUser', demotion)).toEqual(['CONFLICT input.roleId']);
    const stripped = { id: role, canManageUsers: false, canViewAll: true };
    expect(await faults(client, 'updateRole', stripped)).toEqual(['CONFLICT input.canManageUsers']);
    const { viewer } = await client.query('{ viewer { firstName role { canManageUsers canViewAll } } }');
    expect(viewer).toEqual({ firstName: 'Person', role: { canManageUsers: true, canViewAll: false } });
  });

  test('can leave once somebody else can manage users', async () => {
    const manager = await buildLastManager();
    await buildPerson(server, { role: { canManageUsers: true } });
    await succeed(manager.client, 'deleteUser', { id: manager.id, currentPassword: PASSWORD });
  });

  test('stays when two delete each other at once, with tickets that both would be let go of', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = await buildLastManager();
      const second = await buildPerson(server, { role: { canManageUsers: true } });
      await buildTicket(server, { createdBy: first, assignedTo: second });
      await buildTicket(server, { createdBy: second, assignedTo: first });
      // Each knows of their right before: what decides is the transaction.
      const outcomes = await Promise.all([
        faults(first.client, 'deleteUser', { id: second.id }),
        faults(second.client, 'deleteUser', { id: first.id }),
      ]);
      expect(outcomes.flat()).toEqual(['CONFLICT input.id']);
    }
  });

  test('stays when two take the right from each other at once, each in another way', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = await buildLastManager();
      const second = await buildPerson(server, { role: { canManageUsers: true } });
      const roleId = await plainRole(first);
      const role = await roleOf(first);
      // The server knows of the second one's right before, too: what decides is the transaction.
      await roleOf(second);
      const ways = [
        [faults(first.client, 'updateUser', { id: second.id, roleId }), 'CONFLICT input.roleId'],
        [faults(second.client, 'updateRole', { id: role, canManageUsers: false }), 'CONFLICT input.canManageUsers'],
      ] as const;
      const outcomes = await Promise.all(ways.map(async ([outcome]) => outcome));
      const expected = outcomes[0]?.length === 0 ? [[], [ways[1][1]]] : [[ways[0][1]], []];
      expect(outcomes).toEqual(expected);
    }
  });
});
