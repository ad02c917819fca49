import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { loadSigningKeys } from '../../../src/accounts/sessions/signing-keys.js';
import { isSignedIn, succeed } from '../../support/calls.js';
import { type GraphqlClient } from '../../support/client.js';
import { buildPerson, buildTicket, type Person, signIn } from '../../support/factories.js';
import { newSigningKey, startTestServer, type TestServer } from '../../support/server.js';

/** Whether there is a viewer, what they see, and what they may do. */
async function probe(client: GraphqlClient) {
  const queries = ['{ viewer { id } tickets { totalCount } }', '{ users(filter: { deleted: true }) { totalCount } }'];
  const answers = await Promise.all(queries.map(async (query) => client.send(query)));
  return answers.map(({ status, data, errors }) => ({ status, data, errors }));
}

async function accepts(server: TestServer, token: string | undefined): Promise<boolean> {
  return isSignedIn(server.anonymous.withToken(token));
}

describe('a change made on one of two instances', () => {
  let here: TestServer;
  let there: TestServer;
  let manager: Person;
  let person: Person;
  beforeAll(async () => {
    here = await startTestServer();
    there = await startTestServer({ beside: here });
    manager = await buildPerson(here, { role: { canManageUsers: true } });
  });
  beforeEach(async () => {
    person = await buildPerson(here);
  });
  afterAll(async () => {
    await there.stop();
    await here.stop();
  });

  const permissions = { create: true, edit: true, view: false, delete: true };
  test.each<[string, () => Promise<unknown>]>([
    ['a deleted user', async () => succeed(manager.client, 'deleteUser', { id: person.id })],
    ['an ended session', async () => person.client.query('mutation { signOut { userErrors { code } } }')],
    ['a bit', async () => succeed(manager.client, 'setTicketPermissions', { userId: person.id, permissions })],
    [
      'another role',
      async () => {
        const other = await buildPerson(here, { role: { canManageUsers: true } });
        const { viewer } = await other.client.query('{ viewer { role { id } } }');
        await succeed(manager.client, 'updateUser', { id: person.id, roleId: viewer.role.id });
      },
    ],
    [
      'a right of the role',
      async () => {
        const { roles } = await manager.client.query('{ roles { id name } }');
        const { id } = roles.find(({ name }: { name: string }) => name === 'user');
        await succeed(manager.client, 'updateRole', { id, canViewAll: false });
      },
    ],
  ])('takes effect there within five seconds, and here at once: %s', async (_name, change) => {
    await buildTicket(here, { createdBy: manager });
    const elsewhere = there.anonymous.withToken(person.client.token);
    const before = await probe(elsewhere);
    expect(await probe(person.client)).toEqual(before);
    await change();

    const after = await probe(person.client);
    expect(after).not.toEqual(before);
    // It is remembered there for up to five seconds, and not asked for at each request.
    here.clock.advance({ seconds: 4 });
    expect(await probe(elsewhere)).toEqual(before);
    here.clock.advance({ seconds: 1 });
    expect(await probe(elsewhere)).toEqual(after);
  });
});

test('instances that share a folder and start at the same moment sign with one key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docket-keys-'));
  try {
    const keys = await Promise.all(Array.from({ length: 20 }, async () => loadSigningKeys(undefined, folder)));
    const last = await loadSigningKeys(undefined, folder);
    expect(new Set([...keys, last].map(({ current }) => current.kid)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['jwt-private-keys.json']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('keys that rotate', () => {
  test('verify as long as they are listed, and the newest signs', async () => {
    const [old, fresh] = [newSigningKey(), newSigningKey()];
    const first = await startTestServer({ jwtPrivateKeys: JSON.stringify([old]) });
    const both = await startTestServer({ beside: first, jwtPrivateKeys: JSON.stringify([fresh, old]) });
    const last = await startTestServer({ beside: first, jwtPrivateKeys: JSON.stringify([fresh]) });
    try {
      const person = await buildPerson(first);
      const signedByOld = person.client.token;
      const { token: signedByFresh } = await signIn(both, person.username);
      expect(await Promise.all([first, both, last].map(async (server) => accepts(server, signedByOld)))).toEqual([
        true,
        true,
        false,
      ]);
      expect(await Promise.all([first, both, last].map(async (server) => accepts(server, signedByFresh)))).toEqual([
        false,
        true,
        true,
      ]);
    } finally {
      await last.stop();
      await both.stop();
      await first.stop();
    }
  });
});
