import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { call, faults, faultsOf, refusalOf, refusals, succeed } from '../../support/calls.js';
import { buildPerson, PASSWORD, type Person, signIn } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const NEW_PASSWORD = 'a quite different phrase';
const WRONG = ['INVALID_CREDENTIALS input.currentPassword'];

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

describe('changing a password', () => {
  test('ends every other session, and the old password', async () => {
    const other = await signIn(server, person.username);
    const { user } = await succeed(
      person.client,
      'changePassword',
      { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
      'user { id sessions { current } }',
    );
    expect(user).toEqual({ id: person.id, sessions: [{ current: true }] });
    expect(await refusalOf(other)).toBe('REVOKED');
    await expect(signIn(server, person.username)).rejects.toThrow('Could not sign in');
    await succeed(server.anonymous, 'signIn', { login: person.email, password: NEW_PASSWORD });
  });

  test('is refused with a wrong current password, and changes nothing', async () => {
    const other = await signIn(server, person.username);
    const input = { currentPassword: NEW_PASSWORD, newPassword: NEW_PASSWORD };
    const payload = await call(person.client, 'changePassword', input, 'user { id }');
    expect(faultsOf(payload)).toEqual(WRONG);
    expect(payload.user).toBeNull();
    expect(await other.query('{ viewer { id } }')).toEqual({ viewer: { id: person.id } });
  });

  test.each(['1234567', 'a'.repeat(129), 'password123', 'PASSWORD123'])(
    'to %s is refused before the current one is looked at',
    async (newPassword) => {
      const input = { currentPassword: 'wrong', newPassword };
      expect(await faults(person.client, 'changePassword', input)).toEqual(['INVALID input.newPassword']);
    },
  );

  test('is limited together with signing in, for the right password too', async () => {
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await faults(server.anonymous, 'signIn', { login: person.email, password: 'wrong' });
      expect(
        await faults(person.client, 'changePassword', { currentPassword: 'wrong', newPassword: NEW_PASSWORD }),
      ).toEqual(WRONG);
    }
    const right = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect(await refusals(person.client, 'changePassword', right)).toEqual(['RATE_LIMITED']);
    server.clock.advance({ minutes: 9, seconds: 59 });
    expect(await refusals(person.client, 'changePassword', right)).toEqual(['RATE_LIMITED']);
  });

  test('twice at once succeeds once', async () => {
    const inputs = [`${NEW_PASSWORD} 1`, `${NEW_PASSWORD} 2`].map((newPassword) => ({
      currentPassword: PASSWORD,
      newPassword,
    }));
    const outcomes = await Promise.all(inputs.map(async (input) => faults(person.client, 'changePassword', input)));
    expect(outcomes.flat()).toEqual(WRONG);
  });

  test('leaves no session that was opened by the old password at the same moment', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { username, client } = await buildPerson(server);
      const old = { login: username, password: PASSWORD };
      const [, ...opened] = await Promise.all([
        succeed(client, 'changePassword', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
        ...Array.from({ length: 6 }, async () => call(server.anonymous, 'signIn', old, 'accessToken')),
      ]);
      for (const { accessToken } of opened) {
        if (accessToken === null) continue;
        expect(await refusalOf(server.anonymous.withToken(accessToken))).toBe('REVOKED');
      }
    }
  });
});
