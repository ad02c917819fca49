import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { faultsOf } from '../../support/calls.js';
import { type GraphqlClient } from '../../support/client.js';
import { buildPerson, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { accessToken userErrors { code message field } }
}`;

let server: TestServer;
let second: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  second = await startTestServer({ beside: server });
});
beforeEach(async () => {
  person = await buildPerson(server);
});
afterAll(async () => {
  await second.stop();
  await server.stop();
});

/** What became of a try: `in`, the userError's code, or the code and the seconds to wait. */
async function tryToSignIn(client: GraphqlClient, login: string, password: string): Promise<string> {
  const { data, errors } = await client.send(SIGN_IN, { input: { login, password } });
  const [error] = errors;
  if (error) return `${error.extensions.code} ${String(error.extensions['retryAfterSeconds'])}`;
  return data.signIn.accessToken === null ? faultsOf(data.signIn).join() : 'in';
}

async function fail(times: number, login = person.username) {
  for (let attempt = 0; attempt < times; attempt += 1) await tryToSignIn(server.anonymous, login, 'wrong');
}

describe('signing in to one account', () => {
  test('fails ten times; then even the right password waits, and is told how long', async () => {
    expect(await tryToSignIn(server.anonymous, person.username, 'wrong')).toBe('INVALID_CREDENTIALS');
    server.clock.advance({ minutes: 1 });
    await fail(8);
    expect(await tryToSignIn(server.anonymous, person.username, 'wrong')).toBe('INVALID_CREDENTIALS');
    expect(await tryToSignIn(server.anonymous, person.username, PASSWORD)).toBe('RATE_LIMITED 540');
    server.clock.advance({ minutes: 8, seconds: 59 });
    expect(await tryToSignIn(server.anonymous, person.username, PASSWORD)).toBe('RATE_LIMITED 1');
    server.clock.advance({ seconds: 1 });
    expect(await tryToSignIn(server.anonymous, person.username, PASSWORD)).toBe('in');
  });

  test('waiting does not get longer by trying meanwhile', async () => {
    await fail(10);
    for (let minute = 0; minute < 9; minute += 1) {
      server.clock.advance({ minutes: 1 });
      await fail(3);
    }
    server.clock.advance({ minutes: 1 });
    expect(await tryToSignIn(server.anonymous, person.username, PASSWORD)).toBe('in');
  });

  test('fifty times at once over two instances, by name and by address, makes ten hashes', async () => {
    const logins = [person.username, person.email, person.username.toUpperCase()];
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const client = index % 2 === 0 ? server.anonymous : second.anonymous;
        return tryToSignIn(client, logins[index % 3] ?? '', 'wrong');
      }),
    );
    expect(outcomes.filter((outcome) => outcome === 'INVALID_CREDENTIALS')).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === 'RATE_LIMITED 600')).toHaveLength(40);
    expect(await tryToSignIn(second.anonymous, person.email, PASSWORD)).toBe('RATE_LIMITED 600');
  });

  test('is limited alike when there is no such account', async () => {
    await fail(10, 'nobody@docket.example');
    expect(await tryToSignIn(second.anonymous, 'NOBODY@docket.example', PASSWORD)).toBe('RATE_LIMITED 600');
  });

  test('does not count right passwords, and does not limit another account', async () => {
    await fail(9);
    for (let time = 0; time < 5; time += 1) {
      expect(await tryToSignIn(server.anonymous, person.username, PASSWORD)).toBe('in');
    }
    await fail(1);
    expect(await tryToSignIn(server.anonymous, person.username, PASSWORD)).toBe('RATE_LIMITED 600');
    const other = await buildPerson(server);
    expect(await tryToSignIn(server.anonymous, other.username, PASSWORD)).toBe('in');
  });

  test('keeps no attempts longer than they count, and no login in clear', async () => {
    await fail(1, 'no-such-login');
    const rows = async () =>
      sql<{ key: string }>`select key from sign_in_throttle`.execute(server.app.orm.em.getKysely());
    const before = await rows();
    expect(JSON.stringify(before.rows)).not.toContain('no-such-login');
    server.clock.advance({ minutes: 10 });
    await fail(1);
    await server.app.throttle.forgetOld();
    // Of the account, and of the address.
    expect((await rows()).rows).toHaveLength(2);
  });
});
