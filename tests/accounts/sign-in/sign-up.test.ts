import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { select } from '../../support/database-state.js';
import { buildPerson } from '../../support/factories.js';
import { expectError, expectRefused } from '../../support/refusals.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const SIGN_UP = `mutation ($input: SignUpInput!) {
  signUp(input: $input) {
    accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt
    user { id username name email role { name canViewAll canEditAll canManageUsers } ticketPermissions { create edit view delete } }
    userErrors { code message field }
  }
}`;

let server: TestServer;
let made = 0;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

function newcomer(fields: Record<string, unknown> = {}) {
  made += 1;
  return {
    email: `newcomer${made}@docket.example`,
    username: `newcomer${made}`,
    password: 'violet anvil 42',
    firstName: 'New',
    ...fields,
  };
}

async function refused(fields: Record<string, unknown>, ...faults: string[]) {
  const input = newcomer(fields);
  const payload = await expectRefused(server, server.anonymous, { mutation: SIGN_UP, input }, ...faults);
  expect(payload).toMatchObject({ accessToken: null, refreshToken: null, user: null });
}

const signUp = async (input: Record<string, unknown>) => (await server.anonymous.query(SIGN_UP, { input })).signUp;

describe('signing up', () => {
  test('makes an account with the role user and all four permissions, signed in at once', async () => {
    const input = newcomer({ firstName: ' Ada ', lastName: 'Lovelace' });
    const payload = await signUp(input);
    expect(payload.userErrors).toEqual([]);
    expect(payload.user).toMatchObject({
      username: input.username,
      name: 'Ada Lovelace',
      email: input.email,
      role: { name: 'user', canViewAll: true, canEditAll: false, canManageUsers: false },
      ticketPermissions: { create: true, edit: true, view: true, delete: true },
    });
    expect(Date.parse(payload.accessTokenExpiresAt) - server.clock.now().getTime()).toBe(600_000);

    const { viewer } = await server.anonymous.withToken(payload.accessToken).query('{ viewer { id } }');
    expect(viewer.id).toBe(payload.user.id);
  });

  test('keeps the password as an argon2id hash only, and the refresh token as a digest only', async () => {
    const input = newcomer();
    const { refreshToken } = await signUp(input);
    const [row] = await select(
      server,
      sql<{ hash: string; all: string }>`
        select u.password_hash as hash, to_jsonb(u)::text || to_jsonb(t)::text || to_jsonb(s)::text as "all"
        from "user" u join token t on t.user_id = u.id join session s on s.id = t.session_id
        where u.username = ${input.username}`,
    );
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$(?=\S*m=19456)(?=\S*t=2)(?=\S*p=1)/);
    expect(row?.all).not.toContain(input.password);
    expect(row?.all).not.toContain(refreshToken);
  });

  test('refuses an e-mail address that somebody has, in whatever case', async () => {
    const { email } = await buildPerson(server);
    await refused({ email: email.toUpperCase() }, 'TAKEN input.email');
  });

  test('refuses a username that somebody has, in whatever case', async () => {
    const { username } = await buildPerson(server);
    await refused({ username: username.toUpperCase() }, 'TAKEN input.username');
  });

  test('names both when the address and the username are taken', async () => {
    const { email, username } = await buildPerson(server);
    await refused({ email, username }, 'TAKEN input.email', 'TAKEN input.username');
  });

  test("takes a deleted person's address, but never their username", async () => {
    const { id, email, username } = await buildPerson(server);
    await select(server, sql`update "user" set deleted_at = now() where id = ${id}`);
    await refused({ email, username }, 'TAKEN input.username');
    expect((await signUp(newcomer({ email }))).userErrors).toEqual([]);
  });

  test.each([
    ['7 characters', 'q8zvR2x'],
    ['129 characters', 'q8zvR2x!'.repeat(16) + 'y'],
    ['7 characters that take two UTF-16 units each', '🔑🔒🚪🧭🔑🔒🚪'],
    ['none', ''],
    ['eight blanks', ' '.repeat(8)],
    ['blanks of all kinds', ' \t\u00a0\u2003\u3000\n  '],
    ['one character', 'aaaaaaaa'],
    ['one character in two letter cases', 'aAaAaAaA'],
    ['one character a hundred times', '🔑'.repeat(100)],
  ])('refuses a password of %s', async (_name, password) => refused({ password }, 'INVALID input.password'));

  test.each([
    ['8 characters', 'q8zvR2x!'],
    ['128 characters', 'q8zvR2x!'.repeat(16)],
    ['128 characters that take two UTF-16 units each', '🔑🔒🚪🧭'.repeat(32)],
  ])('takes a password of %s', async (_name, password) => {
    expect((await signUp(newcomer({ password }))).userErrors).toEqual([]);
  });

  test.each([
    '',
    'ab',
    'a'.repeat(31),
    'with space',
    'naïve',
    'a@b.example',
    'abc\n',
    'abc\0',
    'abc\ud800',
    '<script>',
  ])('refuses the username %j', async (username) => refused({ username }, 'INVALID input.username'));

  test.each(['abc', 'a_b-c.d', 'a'.repeat(30), 'UPPER-9'])('takes the username %j', async (username) => {
    expect((await signUp(newcomer({ username }))).user.username).toBe(username);
  });

  test.each([
    ['of spaces', '   ', 'REQUIRED'],
    ['of 101 characters', 'n'.repeat(101), 'INVALID'],
    ['with NUL', 'A\0da', 'INVALID'],
    ['with a lone surrogate', 'A\ud83dda', 'INVALID'],
  ])('refuses a first name %s', async (_name, firstName, code) => refused({ firstName }, `${code} input.firstName`));

  test('tells of all faults at once', async () => {
    await refused(
      { username: 'x', firstName: '', lastName: '\0', password: 'short' },
      'INVALID input.username',
      'REQUIRED input.firstName',
      'INVALID input.lastName',
      'INVALID input.password',
    );
  });

  test.each(['nobody', 'a@', `${'a'.repeat(250)}@docket.example`, 'a\0@docket.example', 7])(
    'refuses %j as an e-mail address before anything else',
    async (email) => expectError(server, server.anonymous, 'BAD_USER_INPUT', SIGN_UP, { input: newcomer({ email }) }),
  );

  test('gives one of fifty at once the address, and tells the others that it is taken', async () => {
    const email = 'everybody@docket.example';
    const payloads = await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        signUp(newcomer({ email: index % 2 === 0 ? email : email.toUpperCase() })),
      ),
    );
    const faults = payloads.flatMap(({ userErrors }) => userErrors);
    expect(payloads.filter(({ accessToken }) => accessToken !== null)).toHaveLength(1);
    expect(faults).toHaveLength(49);
    for (const fault of faults) expect(fault).toMatchObject({ code: 'TAKEN', field: ['input', 'email'] });
    const [rows] = await select(
      server,
      sql<{ people: number; sessions: number }>`select count(distinct u.id)::int as people, count(s.id)::int as sessions
        from "user" u left join session s on s.user_id = u.id where u.email = ${email}`,
    );
    expect(rows).toEqual({ people: 1, sessions: 1 });
  });
});
