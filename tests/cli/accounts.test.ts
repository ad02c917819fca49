import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { refusalOf } from '../support/calls.js';
import { buildPerson, PASSWORD, signIn } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { cli } from './support.js';

const NEW_PASSWORD = 'a quite different one';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

async function canSignIn(login: string, password: string): Promise<boolean> {
  const { signIn: payload } = await server.anonymous.query(
    'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code } } }',
    { input: { login, password } },
  );
  return payload.accessToken !== null;
}

const roleOf = async (username: string) => {
  const admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  const { userByUsername } = await admin.client.query(
    'query ($username: String!) { userByUsername(username: $username) { role { name } } }',
    { username },
  );
  return userByUsername.role.name as string;
};

describe('create-admin', () => {
  test('makes an account with the role admin and the password from standard input', async () => {
    const words = ['create-admin', '--email', 'Root@docket.example', '--username', 'root', '--last-name', 'Beer'];
    expect(await cli(server, words, `${NEW_PASSWORD}\n`)).toEqual({
      code: 0,
      stdout: 'root was made, with the role admin.\n',
      stderr: '',
    });
    expect(await canSignIn('root@docket.example', NEW_PASSWORD)).toBe(true);
    expect(await roleOf('root')).toBe('admin');
  });

  test.each([
    ['without an e-mail address', ['--username', 'someone'], NEW_PASSWORD, 2, '--email is missing.'],
    ['with a bad e-mail address', ['--username', 'someone', '--email', 'x'], NEW_PASSWORD, 2, 'not an e-mail address'],
    ['with a bad username', ['--username', 'a@b', '--email', 'x@y.example'], NEW_PASSWORD, 1, 'A username has 3 to 30'],
    ['with a short password', ['--username', 'someone', '--email', 'x@y.example'], '1234567', 1, '8 to 128 characters'],
    ['with a common password', ['--username', 'someone', '--email', 'x@y.example'], 'password123', 1, 'guessed'],
    ['without a password', ['--username', 'someone', '--email', 'x@y.example'], '\n', 1, 'No password came'],
    ['with an option that is unknown', ['--name', 'x'], NEW_PASSWORD, 2, "Unknown option '--name'."],
  ])('is refused %s', async (_case, options, input, code, message) => {
    const result = await cli(server, ['create-admin', ...options], input);
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('is refused for a username that is taken, in whatever case', async () => {
    const { username } = await buildPerson(server);
    const words = ['create-admin', '--email', 'new@docket.example', '--username', username.toUpperCase()];
    expect(await cli(server, words, NEW_PASSWORD)).toMatchObject({ code: 1, stderr: expect.stringContaining('taken') });
  });
});

describe('grant-role', () => {
  test('gives a role to the user with that e-mail address', async () => {
    const { email, username } = await buildPerson(server);
    const { code, stdout } = await cli(server, ['grant-role', email.toUpperCase(), 'TECH']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${username} has the role tech now; before it was user.\n`,
    });
    expect(await roleOf(username)).toBe('tech');
  });

  test('names the roles that there are when there is no such role', async () => {
    const { username } = await buildPerson(server);
    expect(await cli(server, ['grant-role', username, 'chef'])).toMatchObject({
      code: 1,
      stderr: 'There is no role "chef". There are: admin, tech, user.\n',
    });
  });

  test('does not demote the last one who can manage users', async () => {
    const other = await startTestServer();
    try {
      const { username } = await buildPerson(other, { role: BuiltInRole.ADMIN });
      const result = await cli(other, ['grant-role', username, 'user']);
      expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Nobody would be left') });
      await buildPerson(other, { role: BuiltInRole.ADMIN });
      expect(await cli(other, ['grant-role', username, 'user'])).toMatchObject({ code: 0 });
    } finally {
      await other.stop();
    }
  });

  test('says which argument is missing or too many', async () => {
    expect(await cli(server, ['grant-role', 'x'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ROLE is/),
    });
    expect(await cli(server, ['grant-role', 'x', 'y', 'z'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^"z" is one argument too many/),
    });
  });
});

describe('reset-password', () => {
  test('sets the password and ends the sessions of that user alone', async () => {
    const [person, other] = [await buildPerson(server), await buildPerson(server)];
    const { code, stdout } = await cli(server, ['reset-password', person.username], NEW_PASSWORD);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${person.username} has a new password; 1 session ended.\n`,
    });
    expect(await canSignIn(person.username, PASSWORD)).toBe(false);
    expect(await canSignIn(person.username, NEW_PASSWORD)).toBe(true);
    server.clock.advance({ seconds: 6 });
    expect(await refusalOf(person.client)).toBe('REVOKED');
    expect((await other.client.query('{ viewer { id } }')).viewer).toEqual({ id: other.id });
  });

  test('is refused for nobody, before a password is asked for', async () => {
    expect(await cli(server, ['reset-password', 'nobody\0'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no user'),
    });
  });
});

describe('sessions', () => {
  test('are listed for one user or for all, live ones only, and revoked', async () => {
    const [first, second] = [await buildPerson(server), await buildPerson(server)];
    await signIn(server, first.username);

    const { stdout: ofFirst } = await cli(server, ['list-sessions', first.username]);
    expect(ofFirst.match(new RegExp(first.username, 'g'))).toHaveLength(2);
    expect(ofFirst).toMatch(/^ID +USER +SIGNED IN +LAST USED +EXPIRES +ADDRESS +CLIENT\n/);
    expect(ofFirst).not.toContain(second.username);
    const { stdout: ofAll } = await cli(server, ['list-sessions']);
    expect(ofAll).toContain(second.username);

    const revoked = await cli(server, ['revoke-sessions', first.email]);
    expect(revoked).toEqual({ code: 0, stdout: '2 sessions ended.\n', stderr: '' });
    expect((await cli(server, ['list-sessions', first.username])).stdout).toBe('Nobody is signed in.\n');

    expect((await cli(server, ['revoke-sessions', '--all'])).stdout).not.toBe('0 sessions ended.\n');
    expect((await cli(server, ['list-sessions'])).stdout).toBe('Nobody is signed in.\n');
    server.clock.advance({ seconds: 6 });
    expect(await refusalOf(second.client)).toBe('REVOKED');
  });

  test('are not revoked unless it is said whose', async () => {
    expect(await cli(server, ['revoke-sessions'])).toMatchObject({ code: 2 });
    expect(await cli(server, ['revoke-sessions', 'x', '--all'])).toMatchObject({ code: 2 });
  });
});
