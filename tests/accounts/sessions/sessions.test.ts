import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { call, faults, faultsOf, isSignedIn, refusalOf, succeed } from '../../support/calls.js';
import { type GraphqlClient } from '../../support/client.js';
import { buildPerson, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const TOKENS = 'accessToken accessTokenExpiresAt accessTokenExpiresIn refreshToken refreshTokenExpiresAt user { id }';
const MINUTES_IN_30_DAYS = 30 * 24 * 60;
const USED = ['INVALID_CREDENTIALS input.refreshToken'];
const ENDED = ['EXPIRED input.refreshToken'];

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

async function signIn() {
  return succeed(server.anonymous, 'signIn', { login: person.username, password: PASSWORD }, TOKENS);
}

/** A client with the access token that a refresh token gives. */
async function clientOf(refreshToken: string): Promise<GraphqlClient> {
  const { accessToken } = await succeed(server.anonymous, 'refreshSession', { refreshToken }, TOKENS);
  return server.anonymous.withToken(accessToken);
}

async function sessionsOf(client: GraphqlClient) {
  const { viewer } = await client.query('{ viewer { sessions { id current lastUsedAt userAgent ipAddress } } }');
  return viewer.sessions;
}

describe('refreshing', () => {
  beforeAll(async () => {
    person = await buildPerson(server);
  });

  test('gives a new pair for the same person and session, which lives thirty days on', async () => {
    const first = await signIn();
    server.clock.advance({ minutes: 60 });
    const second = await succeed(server.anonymous, 'refreshSession', { refreshToken: first.refreshToken }, TOKENS);
    const now = server.clock.now().getTime();
    expect(second.user.id).toBe(person.id);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(Date.parse(second.accessTokenExpiresAt) - now).toBe(600_000);
    expect(second.accessTokenExpiresIn).toBe(600);
    expect(Date.parse(second.refreshTokenExpiresAt) - now).toBe(MINUTES_IN_30_DAYS * 60_000);
    const [session] = await sessionsOf(server.anonymous.withToken(second.accessToken));
    expect(session).toMatchObject({ current: true, lastUsedAt: server.clock.now().toISOString() });
  });

  test('again within thirty seconds gives further pairs for the same session, each of which goes on', async () => {
    const first = await signIn();
    const refresh = async (refreshToken: string) =>
      succeed(server.anonymous, 'refreshSession', { refreshToken }, TOKENS);
    const one = await refresh(first.refreshToken);
    server.clock.advance({ seconds: 29 });
    const other = await refresh(first.refreshToken);
    const sessions = [one, other].map(({ accessToken }) => decodeJwt(accessToken)['sid']);
    expect(new Set(sessions)).toEqual(new Set([decodeJwt(first.accessToken)['sid']]));
    expect(new Set([first, one, other].map(({ refreshToken }) => refreshToken)).size).toBe(3);
    // As two tabs do that keep their own.
    server.clock.advance({ minutes: 9 });
    for (const { refreshToken } of [one, other]) expect(await isSignedIn(await clientOf(refreshToken))).toBe(true);
  });

  test.each<[string, (next: { refreshToken: string }) => Promise<unknown>]>([
    ['thirty seconds later', async () => server.clock.advance({ seconds: 30 })],
    ['once the next token was used', async ({ refreshToken }) => clientOf(refreshToken)],
  ])(
    'with a token that was used before, %s, ends the session, and the newer tokens with it',
    async (_when, meanwhile) => {
      const first = await signIn();
      const second = await succeed(server.anonymous, 'refreshSession', { refreshToken: first.refreshToken }, TOKENS);
      const third = await succeed(server.anonymous, 'refreshSession', { refreshToken: first.refreshToken }, TOKENS);
      await meanwhile(second);
      const client = server.anonymous.withToken(third.accessToken);
      expect(await isSignedIn(client)).toBe(true);

      expect(await faults(server.anonymous, 'refreshSession', { refreshToken: first.refreshToken })).toEqual(USED);
      expect(await refusalOf(client)).toBe('REVOKED');
      expect(await faults(server.anonymous, 'refreshSession', { refreshToken: third.refreshToken })).toEqual(ENDED);
    },
  );

  test('fifty times at once with one token gives fifty pairs of one session, and the token is dead once one is used', async () => {
    const { refreshToken, accessToken } = await signIn();
    // Opens the pool's connections, so that the fifty really meet.
    await Promise.all(Array.from({ length: 50 }, async () => server.app.readers.users.roles()));
    const payloads = await Promise.all(
      Array.from({ length: 50 }, async () => call(server.anonymous, 'refreshSession', { refreshToken }, TOKENS)),
    );
    expect(payloads.flatMap(faultsOf)).toEqual([]);
    expect(new Set(payloads.map((payload) => payload.refreshToken)).size).toBe(50);
    const sessions = payloads.map((payload) => decodeJwt(payload.accessToken)['sid']);
    expect(new Set(sessions)).toEqual(new Set([decodeJwt(accessToken)['sid']]));

    const client = await clientOf(payloads[7].refreshToken);
    expect(await isSignedIn(client)).toBe(true);
    expect(await faults(server.anonymous, 'refreshSession', { refreshToken })).toEqual(USED);
    expect(await refusalOf(client)).toBe('REVOKED');
  });

  test('is not possible any more in the thirty seconds after signing out', async () => {
    const { refreshToken } = await signIn();
    const client = await clientOf(refreshToken);
    await client.query('mutation { signOut { userErrors { code } } }');
    expect(await faults(server.anonymous, 'refreshSession', { refreshToken })).toEqual(ENDED);
  });

  test('is refused after thirty days, and taken a second before', async () => {
    const [early, late] = [await signIn(), await signIn()];
    server.clock.advance({ minutes: MINUTES_IN_30_DAYS, seconds: -1 });
    await succeed(server.anonymous, 'refreshSession', { refreshToken: early.refreshToken });
    server.clock.advance({ seconds: 1 });
    expect(await faults(server.anonymous, 'refreshSession', { refreshToken: late.refreshToken })).toEqual(ENDED);
  });

  test('is refused with an access token, and with what is no token', async () => {
    const { accessToken } = await signIn();
    for (const refreshToken of [accessToken, '', 'unknown', '\0', '\ud800', 'x'.repeat(5000)]) {
      expect(await faults(server.anonymous, 'refreshSession', { refreshToken })).toEqual(USED);
    }
  });
});

describe('sessions', () => {
  beforeAll(async () => {
    person = await buildPerson(server);
  });

  test('are listed to their owner, last used first, and to nobody else', async () => {
    server.clock.advance({ seconds: 1 });
    const { accessToken } = await signIn();
    const sessions = await sessionsOf(server.anonymous.withToken(accessToken));
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({ current: true, ipAddress: '127.0.0.1', userAgent: 'node' });
    expect(sessions[1]).toMatchObject({ current: false });

    const admin = await buildPerson(server, { role: { canManageUsers: true, canManageTickets: true } });
    const { user, node } = await admin.client.query(
      'query ($id: ID!, $session: ID!) { user(id: $id) { sessions { id } } node(id: $session) { id } }',
      { id: person.id, session: sessions[0].id },
    );
    expect(user).toEqual({ sessions: null });
    expect(node).toBeNull();
  });

  test('end at once when they are signed out, with their refresh token', async () => {
    const { accessToken, refreshToken } = await signIn();
    const client = server.anonymous.withToken(accessToken);
    await client.query('mutation { signOut { userErrors { code } } }');
    expect(await isSignedIn(client)).toBe(false);
    expect(await faults(server.anonymous, 'refreshSession', { refreshToken })).toEqual(ENDED);
  });

  test('end when their owner revokes them; others cannot, nor can they be revoked twice', async () => {
    const { accessToken } = await signIn();
    const client = server.anonymous.withToken(accessToken);
    const sessions: { id: string; current: boolean }[] = await sessionsOf(client);
    const id = sessions.find(({ current }) => current)?.id;
    const stranger = await buildPerson(server, { role: { canManageUsers: true } });
    expect(await faults(stranger.client, 'revokeSession', { id })).toEqual(['NOT_FOUND input.id']);
    expect(await faults(stranger.client, 'revokeSession', { id: 'no id' })).toEqual(['NOT_FOUND input.id']);
    expect(await isSignedIn(client)).toBe(true);

    const twice = await Promise.all([1, 2].map(async () => faults(person.client, 'revokeSession', { id })));
    expect(twice.flat()).toEqual(['NOT_FOUND input.id']);
    expect(await isSignedIn(client)).toBe(false);
  });

  test('all end but the one that asks for it', async () => {
    const others = [await signIn(), await signIn()];
    const { accessToken } = await signIn();
    const client = server.anonymous.withToken(accessToken);
    const before = await sessionsOf(client);
    const { revokeOtherSessions } = await client.query(
      'mutation { revokeOtherSessions { revokedSessionIds userErrors { code } } }',
    );
    expect(revokeOtherSessions.revokedSessionIds).toHaveLength(before.length - 1);
    for (const other of others) expect(await isSignedIn(server.anonymous.withToken(other.accessToken))).toBe(false);
    expect(await isSignedIn(client)).toBe(true);
    expect(await sessionsOf(client)).toHaveLength(1);
  });
});
