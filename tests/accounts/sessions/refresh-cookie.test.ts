import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSetCookie, type SetCookie } from 'cookie';
import { faults, faultsOf, isSignedIn, refusalOf, USER_ERRORS } from '../../support/calls.js';
import { type Answer } from '../../support/client.js';
import { buildPerson, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const OURS = 'https://docket.example';
const ALLOWED = 'https://desk.docket.example';
const FOREIGN = ['https://evil.example', 'https://docket.example.evil.example', 'http://docket.example', 'null'];
const THIRTY_DAYS = 30 * 86_400;

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer({
    production: true,
    publicUrl: `${OURS}/support/`,
    allowedOrigins: [ALLOWED],
  });
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

const SELECTION = `accessToken refreshToken refreshTokenExpiresAt user { id } ${USER_ERRORS}`;
const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { ${SELECTION} } }`;
const REFRESH = `mutation { refreshSession { ${SELECTION} } }`;
const SIGN_OUT = `mutation { signOut { ${USER_ERRORS} } }`;

function cookieOf({ cookies }: Answer<unknown>): SetCookie | undefined {
  const [cookie] = cookies.map((text) => parseSetCookie(text));
  return cookie;
}

/** A browser's headers: the cookie, and the page's origin. */
function browser(cookie: SetCookie | undefined, origin: string | null = OURS): Record<string, string> {
  return {
    cookie: `other=1; ${cookie?.name}=${cookie?.value}`,
    ...(origin !== null && { origin }),
  };
}

async function signIn() {
  const answer = await server.anonymous.send(SIGN_IN, {
    input: { login: person.username, password: PASSWORD, cookie: true },
  });
  return { answer, cookie: cookieOf(answer), accessToken: answer.data.signIn.accessToken };
}

const refresh = async (cookie: SetCookie | undefined, origin: string | null = OURS) =>
  server.anonymous.withHeaders(browser(cookie, origin)).send(REFRESH);

describe('signing in with a cookie', () => {
  test('keeps the refresh token where no script reads it, and shows it to nobody', async () => {
    const { answer, cookie } = await signIn();
    expect(answer.data.signIn).toMatchObject({ refreshToken: null, user: { id: person.id }, userErrors: [] });
    expect(cookie).toEqual({
      name: '__Secure-docket_refresh_token',
      value: expect.stringMatching(/^[\w-]{43}$/),
      maxAge: THIRTY_DAYS,
      path: '/support/graphql',
      httpOnly: true,
      secure: true,
      sameSite: 'strict',
    });
  });

  test('is left to the client: without it the token is shown, and no cookie comes', async () => {
    for (const cookie of [undefined, null, false]) {
      const answer = await server.anonymous.send(SIGN_IN, {
        input: { login: person.username, password: PASSWORD, cookie },
      });
      expect(answer.data.signIn.refreshToken).toEqual(expect.any(String));
      expect(cookieOf(answer)).toBeUndefined();
    }
  });

  test('that fails sets none', async () => {
    const input = { login: person.username, password: 'wrong', cookie: true };
    expect(cookieOf(await server.anonymous.send(SIGN_IN, { input }))).toBeUndefined();
  });

  test('works for signing up as well; without https the cookie goes without it', async () => {
    const plain = await startTestServer({ publicUrl: 'http://127.0.0.1:4000' });
    try {
      const answer = await plain.anonymous.send(
        `mutation ($input: SignUpInput!) { signUp(input: $input) { ${SELECTION} } }`,
        {
          input: {
            email: 'new@docket.example',
            username: 'newcomer',
            firstName: 'New',
            password: PASSWORD,
            cookie: true,
          },
        },
      );
      expect(answer.data.signUp).toMatchObject({ refreshToken: null, userErrors: [] });
      expect(cookieOf(answer)).toMatchObject({ name: 'docket_refresh_token', path: '/graphql', httpOnly: true });
      expect(cookieOf(answer)).not.toHaveProperty('secure');
      // In development any page of this machine.
      for (const origin of ['http://localhost:5173', 'http://127.0.0.1:4000']) {
        const client = plain.anonymous.withHeaders(browser(cookieOf(answer), origin));
        expect(faultsOf((await client.send(REFRESH)).data.refreshSession)).toEqual([]);
      }
    } finally {
      await plain.stop();
    }
  });
});

describe('refreshing by the cookie', () => {
  test.each([OURS, ALLOWED])('gives a new pair to pages of %s, and changes the cookie', async (origin) => {
    const { cookie } = await signIn();
    const answer = await refresh(cookie, origin);
    expect(answer.data.refreshSession).toMatchObject({ refreshToken: null, user: { id: person.id }, userErrors: [] });
    expect(cookieOf(answer)?.value).not.toBe(cookie?.value);
    expect(cookieOf(answer)).toMatchObject({ maxAge: THIRTY_DAYS, path: '/support/graphql', httpOnly: true });
    expect(await isSignedIn(server.anonymous.withToken(answer.data.refreshSession.accessToken))).toBe(true);
  });

  test.each([...FOREIGN, null])('is not done for a page of %s', async (origin) => {
    const { cookie, accessToken } = await signIn();
    const answer = await refresh(cookie, origin);
    expect(faultsOf(answer.data.refreshSession)).toEqual(['REQUIRED input.refreshToken']);
    expect(answer.cookies).toEqual([]);
    // Nor is it counted as used.
    server.clock.advance({ seconds: 31 });
    expect(faultsOf((await refresh(cookie)).data.refreshSession)).toEqual([]);
    expect(await isSignedIn(server.anonymous.withToken(accessToken))).toBe(true);
  });

  test('is not done where the client gives a token, which is then shown again', async () => {
    const { cookie } = await signIn();
    const { data } = await server.anonymous.send(SIGN_IN, { input: { login: person.username, password: PASSWORD } });
    const answer = await server.anonymous
      .withHeaders(browser(cookie))
      .send(`mutation ($input: RefreshSessionInput) { refreshSession(input: $input) { ${SELECTION} } }`, {
        input: { refreshToken: data.signIn.refreshToken },
      });
    expect(answer.data.refreshSession.refreshToken).toEqual(expect.any(String));
    expect(answer.cookies).toEqual([]);
  });

  test('is not possible without a cookie', async () => {
    expect(await faults(server.anonymous, 'refreshSession', {})).toEqual(['REQUIRED input.refreshToken']);
  });

  test('clears a cookie that is good for nothing any more', async () => {
    const { cookie } = await signIn();
    await refresh(cookie);
    server.clock.advance({ seconds: 31 });
    const answer = await refresh(cookie);
    expect(faultsOf(answer.data.refreshSession)).toEqual(['INVALID_CREDENTIALS input.refreshToken']);
    expect(cookieOf(answer)).toMatchObject({ value: '', maxAge: 0, path: '/support/graphql' });
  });

  test('is the only way in: no query or other mutation takes the cookie', async () => {
    const { cookie } = await signIn();
    const client = server.anonymous.withHeaders(browser(cookie));
    expect(await client.query('{ viewer { id } }')).toEqual({ viewer: null });
    const { errors } = await client.send('mutation { revokeOtherSessions { revokedSessionIds } }');
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'UNAUTHENTICATED', reason: 'MISSING' }]);
  });
});

describe('signing out', () => {
  test.each<[string, (accessToken: string) => string | undefined]>([
    ['a good access token', (token) => token],
    ['an expired one', (token) => token],
    ['garbage for one', () => 'garbage'],
    ['none', () => undefined],
  ])('with the cookie and %s ends the session and clears the cookie', async (name, tokenFor) => {
    const { cookie, accessToken } = await signIn();
    if (name === 'an expired one') server.clock.advance({ minutes: 11 });
    const client = server.anonymous.withHeaders(browser(cookie)).withToken(tokenFor(accessToken));
    const answer = await client.send(SIGN_OUT);
    expect(answer.errors).toEqual([]);
    expect(cookieOf(answer)).toMatchObject({ value: '', maxAge: 0, path: '/support/graphql' });
    expect(await refusalOf(server.anonymous.withToken(accessToken))).toBe(
      name === 'an expired one' ? 'EXPIRED' : 'REVOKED',
    );
    expect(faultsOf((await refresh(cookie)).data.refreshSession)).toEqual(['EXPIRED input.refreshToken']);
  });

  test.each([...FOREIGN, null])('is not done by the cookie for a page of %s', async (origin) => {
    const { cookie, accessToken } = await signIn();
    const answer = await server.anonymous.withHeaders(browser(cookie, origin)).send(SIGN_OUT);
    expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'UNAUTHENTICATED', reason: 'MISSING' }]);
    expect(await isSignedIn(server.anonymous.withToken(accessToken))).toBe(true);
  });

  test('without a cookie needs an access token that is good', async () => {
    const { accessToken } = await signIn();
    const client = server.anonymous.withToken(accessToken);
    server.clock.advance({ minutes: 11 });
    const { errors } = await client.send(SIGN_OUT);
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'UNAUTHENTICATED', reason: 'EXPIRED' }]);
  });
});
