import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { faults, isSignedIn, refusals, succeed } from '../../support/calls.js';
import { buildPerson, PASSWORD, type Person, signIn } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { waitFor } from '../../jobs/wait-for.js';

const WRONG = ['INVALID_CREDENTIALS input.currentPassword'];
const MISSING = ['REQUIRED input.currentPassword'];
const TOO_LATE = ['EXPIRED input.token'];

let server: TestServer;
let manager: Person;
let person: Person;
let newEmail: string;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 7 * 86_400 });
  manager = await buildPerson(server, { role: { canManageUsers: true } });
});
beforeEach(async () => {
  person = await buildPerson(server);
  newEmail = `new-${person.email}`;
  await server.app.accountMails.sweep();
  server.smtp.mails.length = 0;
});
afterAll(async () => server.stop());

/** The addresses of the viewer, as they see them. */
async function addresses({ client }: Person) {
  const { viewer } = await client.query('{ viewer { email pendingEmail emailConfirmed } }');
  return viewer;
}

async function change(input: object, by = person) {
  return faults(by.client, 'updateUser', { id: person.id, ...input });
}

/** The pending mails, so many at least: to whom, and with which subject. */
async function mails(count = 0) {
  // Those that a job is sending at this moment are left out by the sweep.
  await waitFor(async () => {
    await server.app.accountMails.sweep();
    return server.smtp.mails.length >= count;
  });
  return server.smtp.mails.map(({ envelopeTo, subject }) => [envelopeTo.join(), subject]);
}

/** Where the links in the mails to an address lead, oldest first. Workers may be sending other mails at the same time. */
async function links(email: string, count: number): Promise<URL[]> {
  let found: string[] = [];
  await waitFor(async () => {
    await mails();
    found = server.smtp.mails
      .filter(({ envelopeTo }) => envelopeTo.includes(email))
      .flatMap(({ text }) => /https:\/\/\S+\/confirm-email\/\S+/.exec(text ?? '') ?? []);
    return found.length >= count;
  });
  return found.map((url) => new URL(url));
}

/** Where the first mail to the new address leads. */
async function link(): Promise<URL> {
  return (await links(newEmail, 1))[0] ?? new URL('nowhere:');
}

async function token(email = newEmail, count = 1): Promise<string> {
  return (await links(email, count)).at(-1)?.pathname.split('/').at(-1) ?? '';
}

async function asked(): Promise<string> {
  expect(await change({ email: newEmail, currentPassword: PASSWORD })).toEqual([]);
  return token();
}

const confirm = async (secret: string) => faults(server.anonymous, 'confirmEmail', { token: secret });

describe("one's own new address", () => {
  test('needs the current password; without, nothing changes and nobody is mailed', async () => {
    expect(await change({ email: newEmail })).toEqual(MISSING);
    expect(await change({ email: newEmail, currentPassword: null })).toEqual(MISSING);
    expect(await change({ email: newEmail, currentPassword: '' })).toEqual(MISSING);
    expect(await change({ email: newEmail, firstName: 'Changed', currentPassword: 'wrong' })).toEqual(WRONG);
    expect(await addresses(person)).toEqual({ email: person.email, pendingEmail: null, emailConfirmed: true });
    expect(await mails()).toEqual([]);
  });

  test('is limited as signing in is, for the right password too', async () => {
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      expect(await change({ email: newEmail, currentPassword: 'wrong' })).toEqual(WRONG);
    }
    const right = { id: person.id, email: newEmail, currentPassword: PASSWORD };
    expect(await refusals(person.client, 'updateUser', right)).toEqual(['RATE_LIMITED']);
    const own = { id: person.id, currentPassword: PASSWORD };
    expect(await refusals(person.client, 'deleteUser', own)).toEqual(['RATE_LIMITED']);
    server.clock.advance({ minutes: 10 });
    person = { ...person, client: await signIn(server, person.username) };
    expect(await change(right)).toEqual([]);
  });

  test('waits for the link in the mail to it, while the old one stays and is told', async () => {
    const secret = await asked();
    expect(await addresses(person)).toEqual({ email: person.email, pendingEmail: newEmail, emailConfirmed: true });
    const told = await mails(2);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual([newEmail, 'Confirm your e-mail address']);
    expect(told).toContainEqual([person.email, 'Your e-mail address is to be changed']);
    server.smtp.mails.length = 0;
    const { user } = await succeed(server.anonymous, 'confirmEmail', { token: secret }, 'user { id email }');
    // It is for nobody in particular who has the link.
    expect(user).toEqual({ id: person.id, email: null });
    expect(await addresses(person)).toEqual({ email: newEmail, pendingEmail: null, emailConfirmed: true });
    expect(await mails(1)).toEqual([[person.email, 'Your e-mail address was changed']]);
    await succeed(server.anonymous, 'signIn', { login: newEmail, password: PASSWORD });
    expect(await faults(server.anonymous, 'signIn', { login: person.email, password: PASSWORD })).toEqual([
      'INVALID_CREDENTIALS',
    ]);
    expect(await confirm(secret)).toEqual(TOO_LATE);
  });

  test('is confirmed by a button on the page behind the link, and not by looking at it', async () => {
    await asked();
    const { pathname } = await link();
    const page = await fetch(server.url + pathname);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toMatch(/<form method="post">\s*<button type="submit">/);
    expect((await fetch(server.url + pathname, { method: 'HEAD' })).status).toBe(200);
    expect(await addresses(person)).toMatchObject({ email: person.email });

    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' };
    const done = await fetch(server.url + pathname, form);
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('Your address is confirmed')]);
    expect(await addresses(person)).toMatchObject({ email: newEmail });
    expect((await fetch(server.url + pathname, form)).status).toBe(410);
    expect((await fetch(`${server.url}/confirm-email/unknown`, form)).status).toBe(404);
  });

  test('can be confirmed for a day, and not after', async () => {
    const secret = await asked();
    server.clock.advance({ minutes: 24 * 60 });
    expect(await confirm(secret)).toEqual(TOO_LATE);
    server.clock.advance({ seconds: -1 });
    expect(await confirm(secret)).toEqual([]);
  });

  test('is reserved for nobody: the first who confirms it has it, and the other is told that it is taken', async () => {
    const other = await buildPerson(server);
    const first = await asked();
    await succeed(other.client, 'updateUser', { id: other.id, email: newEmail, currentPassword: PASSWORD });
    const second = await token(newEmail, 2);
    expect(second).not.toBe(first);
    expect(await confirm(second)).toEqual([]);
    expect(await confirm(first)).toEqual(['TAKEN input.token']);
    expect(await addresses(person)).toMatchObject({ email: person.email, pendingEmail: newEmail });
    // Nor does asking tell whether somebody has it.
    expect(await change({ email: other.email, currentPassword: PASSWORD })).toEqual([]);
  });

  test('is given to one of two that confirm it at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const people = [await buildPerson(server), await buildPerson(server)];
      const email = `both-${round}-${person.email}`;
      const secrets: string[] = [];
      for (const { id, client } of people) {
        await succeed(client, 'updateUser', { id, email, currentPassword: PASSWORD });
        secrets.push(await token(email, secrets.length + 1));
      }
      const outcomes = await Promise.all(secrets.map(confirm));
      expect(outcomes.flat()).toEqual(['TAKEN input.token']);
    }
  });

  test('is given up for another one, for the old one, and by a new password', async () => {
    const endings: (() => Promise<unknown>)[] = [
      async () => change({ email: `other-${person.email}`, currentPassword: PASSWORD }),
      // What a form sends that changes something else.
      async () => change({ email: person.email, firstName: 'Ada' }),
      async () =>
        succeed(person.client, 'changePassword', { currentPassword: PASSWORD, newPassword: 'violet anvil 42' }),
      async () => succeed(manager.client, 'updateUser', { id: person.id, email: `managed-${person.email}` }),
      async () => succeed(manager.client, 'deleteUser', { id: person.id }),
    ];
    for (const end of endings) {
      person = await buildPerson(server);
      newEmail = `new-${person.email}`;
      const secret = await asked();
      await end();
      expect(await confirm(secret)).toEqual(TOO_LATE);
    }
  });

  test('in another letter case is the same address: it needs no password and no mail', async () => {
    const email = person.email.toUpperCase();
    expect(await change({ email })).toEqual([]);
    expect(await addresses(person)).toEqual({ email, pendingEmail: null, emailConfirmed: true });
    expect(await mails()).toEqual([]);
  });

  test('is mailed again when it is asked for again, at most five times an hour', async () => {
    for (let time = 0; time < 7; time += 1) {
      expect(await change({ email: newEmail, currentPassword: PASSWORD })).toEqual([]);
      await server.app.accountMails.sweep();
    }
    const count = () => server.smtp.mails.filter(({ envelopeTo }) => envelopeTo[0] === newEmail).length;
    await waitFor(() => count() >= 5);
    expect(count()).toBe(5);
    server.clock.advance({ minutes: 61 });
    person = { ...person, client: await signIn(server, person.username) };
    await asked();
    await token(newEmail, 6);
    expect(count()).toBe(6);
  });

  test('is asked for while no mail goes out, and mailed later, once', async () => {
    server.smtp.failWith(421);
    expect(await change({ email: newEmail, currentPassword: PASSWORD })).toEqual([]);
    expect(await mails()).toEqual([]);
    server.smtp.failWith(undefined);
    expect(await mails(2)).toHaveLength(2);
    expect(await confirm(await token())).toEqual([]);
  });

  test('ends the links for a new password that went to the old one, once it is confirmed', async () => {
    await succeed(server.anonymous, 'requestPasswordReset', { email: person.email });
    await waitFor(async () => {
      await server.app.passwordResets.sweep();
      return server.smtp.mails.length > 0;
    });
    const [, reset = ''] = /#token=([\w-]+)/.exec(server.smtp.mails[0]?.text ?? '') ?? [];
    expect(await confirm(await asked())).toEqual([]);
    const input = { token: reset, newPassword: 'violet anvil 42' };
    expect(await faults(server.anonymous, 'resetPassword', input)).toEqual(TOO_LATE);
  });

  test('is shown to its owner only', async () => {
    await asked();
    const read = 'query ($id: ID!) { user(id: $id) { pendingEmail emailConfirmed } }';
    const reader = await buildPerson(server, { role: { canManageTickets: true } });
    expect(await manager.client.query(read, { id: person.id })).toEqual({
      user: { pendingEmail: null, emailConfirmed: true },
    });
    expect(await reader.client.query(read, { id: person.id })).toEqual({
      user: { pendingEmail: null, emailConfirmed: null },
    });
  });

  test.each(['', 'unknown', '\0', '\ud800'])('is not confirmed by the token %j', async (secret) => {
    expect(await confirm(secret)).toEqual(['INVALID_CREDENTIALS input.token']);
  });
});

describe("another's address", () => {
  test('is changed at once by those who may manage users, without a password, and the old one is told', async () => {
    expect(await change({ email: newEmail }, manager)).toEqual([]);
    expect(await addresses(person)).toEqual({ email: newEmail, pendingEmail: null, emailConfirmed: true });
    expect(await mails(1)).toEqual([[person.email, 'Your e-mail address was changed']]);
    const { email } = manager;
    expect(await change({ email }, manager)).toEqual(['TAKEN input.email']);
  });

  test('does not make those who may manage users change their own without it', async () => {
    const own = { id: manager.id, email: `new-${manager.email}` };
    expect(await faults(manager.client, 'updateUser', own)).toEqual(MISSING);
  });
});

describe("deleting one's own account", () => {
  test('needs the current password', async () => {
    const remove = async (input: object) => faults(person.client, 'deleteUser', { id: person.id, ...input });
    expect(await remove({})).toEqual(MISSING);
    expect(await remove({ currentPassword: 'wrong' })).toEqual(WRONG);
    expect(await faults(person.client, 'deleteUser', { id: person.id.toUpperCase() })).toEqual(MISSING);
    expect(await isSignedIn(person.client)).toBe(true);
    expect(await remove({ currentPassword: PASSWORD })).toEqual([]);
    expect(await isSignedIn(person.client)).toBe(false);
  });
});

/** So many changes of one user in a document. */
function inputs(count: number): string {
  const changes = Array.from({ length: count }, (_, i) => `a${i}: updateUser(input: $input) { userErrors { code } }`);
  return changes.join(' ');
}

describe('a document', () => {
  test('tries at most one current password, wherever it stands', async () => {
    const input = { id: person.id, email: newEmail, currentPassword: 'wrong' };
    const literal = `{ id: "${person.id}", currentPassword: "wrong" }`;
    for (const document of [
      `mutation ($input: UpdateUserInput!) { ${inputs(2)} }`,
      `mutation ($input: UpdateUserInput! = ${literal}) { ${inputs(2)} }`,
      `mutation ($word: String) {
        updateUser(input: { id: "${person.id}", currentPassword: $word }) { userErrors { code } }
        deleteUser(input: ${literal}) { userErrors { code } }
      }`,
      `mutation { updateUser(input: ${literal}) { userErrors { code } } signIn(input: { login: "x", password: "y" }) { userErrors { code } } }`,
    ]) {
      const variables = document.includes('= {') ? {} : { input, word: 'wrong' };
      const { errors } = await person.client.send(document, variables);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['QUERY_TOO_COMPLEX']);
    }
  });

  test('changes several people without a password, as before', async () => {
    const input = { id: person.id, firstName: 'Ada' };
    const document = `mutation ($input: UpdateUserInput!) { ${inputs(3)} }`;
    expect((await manager.client.send(document, { input })).errors).toEqual([]);
  });
});
