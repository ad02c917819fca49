import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { MANAGERS_LOCK } from '../../../src/accounts/roles/last-manager.js';
import { waitFor } from '../../jobs/wait-for.js';
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

const WAITING = `select count(*)::int as waiting from pg_locks
  where locktype = 'advisory' and objid = ${MANAGERS_LOCK} and not granted
    and database = (select oid from pg_database where datname = current_database())`;

/**
 * Runs changes that have all asked who may make them before the first of them is made: each waits for a lock that is held
 * until all do.
 */
async function atTheSameMoment<Outcome>(changes: readonly (() => Promise<Outcome>)[]): Promise<Outcome[]> {
  const holder = new Client({ connectionString: server.databaseUrl });
  await holder.connect();
  try {
    await holder.query('select pg_advisory_lock($1)', [MANAGERS_LOCK]);
    const outcomes = Promise.all(changes.map(async (change) => change()));
    await waitFor(async () => {
      const { rows } = await holder.query<{ waiting: number }>(WAITING);
      return rows[0]?.waiting === changes.length;
    });
    await holder.query('select pg_advisory_unlock($1)', [MANAGERS_LOCK]);
    return await outcomes;
  } finally {
    await holder.end();
  }
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
      const outcomes = await atTheSameMoment([
        async () => faults(first.client, 'deleteUser', { id: second.id }),
        async () => faults(second.client, 'deleteUser', { id: first.id }),
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
      const outcomes = await atTheSameMoment([
        async () => faults(first.client, 'updateUser', { id: second.id, roleId }),
        async () => faults(second.client, 'updateRole', { id: role, canManageUsers: false }),
      ]);
      // PostgreSQL gives the lock to the one that came first, and each may have been the first.
      expect([
        [[], ['CONFLICT input.canManageUsers']],
        [['CONFLICT input.roleId'], []],
      ]).toContainEqual(outcomes);
    }
  });
});
