import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { maySignUp } from '../../../src/accounts/sign-in/sign-up-policy.js';
import { sendAccountMails } from '../../support/account-mails.js';
import { faults, refusals, succeed } from '../../support/calls.js';
import { type GraphqlClient } from '../../support/client.js';
import { select } from '../../support/database-state.js';
import { buildPerson, buildTicket, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer, type TestServerOptions } from '../../support/server.js';

const DAY_SECONDS = 86_400;
let made = 0;

function newcomer(email?: string) {
  made += 1;
  return {
    email: email ?? `newcomer${made}@docket.example`,
    username: `newcomer${made}`,
    password: PASSWORD,
    firstName: 'New',
  };
}

async function on(options: TestServerOptions, action: (server: TestServer) => Promise<void>) {
  const server = await startTestServer({ accessTokenSeconds: 7 * DAY_SECONDS, ...options });
  try {
    await action(server);
  } finally {
    await server.stop();
  }
}

describe('signing up', () => {
  test('is closed in production unless it is said, before anything else is looked at', async () => {
    await on({ production: true }, async (server) => {
      const { email } = await buildPerson(server);
      for (const input of [newcomer(), newcomer(email), { ...newcomer(), password: '' }]) {
        expect(await refusals(server.anonymous, 'signUp', input)).toEqual(['FORBIDDEN']);
      }
    });
  });

  test('is open to the domains that are named, in any letter case, and to none below or beside them', async () => {
    await on({ signUp: ['example.com', 'example.org'] }, async ({ anonymous }) => {
      for (const email of ['ada@example.com', 'bea@EXAMPLE.org']) await succeed(anonymous, 'signUp', newcomer(email));
      for (const email of [
        'cy@sub.example.com',
        'di@example.com.evil.example',
        'ed@notexample.com',
        'example.com@x.example',
      ]) {
        expect(await refusals(anonymous, 'signUp', newcomer(email))).toEqual(['FORBIDDEN']);
      }
    });
    expect(maySignUp(['example.com'], '"a@example.com"@evil.example')).toBe(false);
  });

  test('in one of the domains is not proven by an address elsewhere', async () => {
    await on({ production: true, signUp: ['example.com'] }, async ({ anonymous, app }) => {
      const input = newcomer('stranger@example.com');
      const { accessToken, user } = await succeed(anonymous, 'signUp', input, 'accessToken user { id }');
      const client = anonymous.withToken(accessToken);
      const change = { id: user.id, email: 'stranger@elsewhere.example', currentPassword: PASSWORD };
      expect(await refusals(client, 'updateUser', change)).toEqual(['FORBIDDEN']);
      expect((await client.query('{ viewer { pendingEmail emailConfirmed } }')).viewer).toEqual({
        pendingEmail: null,
        emailConfirmed: false,
      });
      await succeed(client, 'updateUser', { ...change, email: 'right@example.com' });
      await app.accountMails.sweep();
    });
  });
});

describe('a signed-up address that is to be confirmed', () => {
  let server: TestServer;
  let admin: Person;
  beforeAll(async () => {
    server = await startTestServer({
      production: true,
      signUp: 'open',
      accessTokenSeconds: 7 * DAY_SECONDS,
    });
    admin = await buildPerson(server, {
      role: { canManageUsers: true, canManageTickets: true, canAssignTickets: true, canViewAll: true },
    });
  });
  afterAll(async () => server.stop());

  interface Newcomer {
    id: string;
    email: string;
    username: string;
    client: GraphqlClient;
  }

  async function signUp(): Promise<Newcomer> {
    const input = newcomer();
    server.smtp.mails.length = 0;
    const { accessToken, user } = await succeed(server.anonymous, 'signUp', input, 'accessToken user { id }');
    return { ...input, id: user.id, client: server.anonymous.withToken(accessToken) };
  }

  async function mailedToken(): Promise<string> {
    await sendAccountMails(server);
    return /\/confirm-email\/([\w-]+)/.exec(server.smtp.mails.at(-1)?.text ?? '')?.[1] ?? 'no mail';
  }

  const confirm = async (token: string) => faults(server.anonymous, 'confirmEmail', { token });
  const isConfirmed = async ({ client }: Newcomer) => (await client.query('{ viewer { emailConfirmed } }')).viewer;

  test('is mailed a link, which confirms it once, for a day', async () => {
    const person = await signUp();
    expect(await isConfirmed(person)).toEqual({ emailConfirmed: false });
    const token = await mailedToken();
    expect(server.smtp.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([[person.email]]);
    server.clock.advance({ minutes: 24 * 60 });
    expect(await confirm(token)).toEqual(['EXPIRED input.token']);
    server.clock.advance({ seconds: -1 });
    expect(await confirm(token)).toEqual([]);
    expect(await isConfirmed(person)).toEqual({ emailConfirmed: true });
    expect(await confirm(token)).toEqual(['EXPIRED input.token']);
    // Nobody else is told.
    await sendAccountMails(server);
    expect(server.smtp.mails).toHaveLength(1);
  });

  test('holds no text in its mail that the person wrote, as the address may be a stranger’s', async () => {
    server.smtp.mails.length = 0;
    const input = { ...newcomer(), firstName: 'Win money at http://evil.example', lastName: 'Now' };
    await succeed(server.anonymous, 'signUp', input);
    await mailedToken();
    expect(server.smtp.mails[0]?.raw).not.toMatch(/evil|money/);
  });

  test('finds nobody: not as an assignee, nor in a search, nor on the command line', async () => {
    const person = await signUp();
    const ticket = { title: 'T', description: 'D' };
    const byEmail = { ...ticket, assignedTo: { email: person.email } };
    expect(await faults(admin.client, 'createTicket', byEmail)).toEqual(['NOT_FOUND input.assignedTo.email']);
    const { id } = await buildTicket(server, { createdBy: admin });
    const update = { id, assignedTo: { email: person.email } };
    expect(await faults(admin.client, 'updateTicket', update)).toEqual(['NOT_FOUND input.assignedTo.email']);
    const bulk = { ids: [id], assignedTo: { email: person.email } };
    expect(await faults(admin.client, 'updateTickets', bulk)).toEqual(['NOT_FOUND input.assignedTo.email']);

    const staff = await buildPerson(server, { role: { canManageTickets: true } });
    const search = `{ users(filter: { search: "${person.email}" }) { totalCount } }`;
    expect(await staff.client.query(search)).toEqual({ users: { totalCount: 0 } });
    // Who sees that it is not confirmed may look for it.
    expect(await admin.client.query(search)).toEqual({ users: { totalCount: 1 } });

    expect(await confirm(await mailedToken())).toEqual([]);
    await succeed(admin.client, 'createTicket', byEmail);
    await succeed(admin.client, 'updateTicket', update);
    expect(await staff.client.query(search)).toEqual({ users: { totalCount: 1 } });
  });

  test('gets mails for a new password without the name that its owner gave themself', async () => {
    const person = await signUp();
    const firstName = 'Buy at shady.example';
    await succeed(person.client, 'updateUser', { id: person.id, firstName });
    server.smtp.mails.length = 0;
    await succeed(server.anonymous, 'requestPasswordReset', { email: person.email });
    await sendAccountMails(server);
    const mail = server.smtp.mails.find(
      ({ envelopeTo, subject }) => envelopeTo[0] === person.email && subject === 'Set a new password',
    );
    expect(mail?.raw).toContain('reset-password');
    expect(mail?.raw).not.toContain('shady.example');
  });

  test('gets no mails about tickets that are due before it is confirmed, and those that are due later', async () => {
    const person = await signUp();
    const mails = () => server.smtp.mails.filter(({ envelopeTo }) => envelopeTo[0] === person.email);
    const assign = async () =>
      succeed(admin.client, 'createTicket', { title: 'T', description: 'D', assignedTo: { id: person.id } });
    const token = await mailedToken();
    await assign();
    server.smtp.mails.length = 0;
    server.clock.advance({ minutes: 13 });
    await server.deliverDue();
    server.clock.advance({ minutes: 25 * 60 });
    await server.deliverDue();
    expect(mails()).toEqual([]);
    const notifications = await select(
      server,
      sql`select kind, status, cancel_reason as reason from notification where recipient_id = ${person.id}`,
    );
    expect(notifications).toEqual([{ kind: 'ASSIGNED', status: 'CANCELLED', reason: 'EMAIL_UNCONFIRMED' }]);

    await assign();
    // The first link is too old by now.
    expect(await confirm(token)).toEqual(['EXPIRED input.token']);
    const again = { id: person.id, email: person.email, currentPassword: PASSWORD };
    await succeed(person.client, 'updateUser', again);
    expect(await confirm(await mailedToken())).toEqual([]);
    server.smtp.mails.length = 0;
    server.clock.advance({ minutes: 13 });
    await server.deliverDue();
    expect(mails()).toHaveLength(1);
    // What was missed stands in the next digest.
    server.clock.advance({ minutes: 24 * 60 });
    await server.deliverDue();
    expect(mails().at(-1)?.text).toContain('2 tickets of yours are active');
  });

  test('gives none of the rights of a role: its account sees what it created or is assigned to', async () => {
    const other = await buildTicket(server, { createdBy: admin });
    const person = await signUp();
    const { ticket } = await succeed(person.client, 'createTicket', { title: 'T', description: 'D' }, 'ticket { id }');
    const list = async () => (await person.client.query('{ tickets(first: 100) { nodes { id } } }')).tickets.nodes;
    expect(await list()).toEqual([{ id: ticket.id }]);
    const { roles } = await admin.client.query('{ roles { id name } }');
    const roleId = roles.find(({ name }: { name: string }) => name === 'admin').id;
    await succeed(admin.client, 'updateUser', { id: person.id, roleId });
    expect(
      await refusals(person.client, 'createProduct', { name: 'Product', type: 'OTHERS', ownerEmail: 'a@b.example' }),
    ).toEqual(['FORBIDDEN']);
    expect(await confirm(await mailedToken())).toEqual([]);
    expect(await list()).toContainEqual({ id: other.id });
  });

  test('is confirmed by a new password set by mail, and by another address that is confirmed', async () => {
    const first = await signUp();
    await succeed(server.anonymous, 'requestPasswordReset', { email: first.email });
    await sendAccountMails(server);
    const [, token] = /#token=([\w-]+)/.exec(server.smtp.mails.at(-1)?.text ?? '') ?? [];
    const reset = { token, newPassword: 'violet anvil 42' };
    const { user } = await succeed(server.anonymous, 'resetPassword', reset, 'user { emailConfirmed }');
    expect(user).toEqual({ emailConfirmed: true });

    const second = await signUp();
    const change = { id: second.id, email: `right-${second.email}`, currentPassword: PASSWORD };
    await succeed(second.client, 'updateUser', change);
    // The address that nobody has proven is not told of it.
    await sendAccountMails(server);
    const told = server.smtp.mails.map(({ envelopeTo, subject }) => `${envelopeTo.join()}: ${subject}`);
    expect(told).not.toContain(`${second.email}: Your e-mail address is to be changed`);
    const confirmation = server.smtp.mails.find(({ envelopeTo }) => envelopeTo[0] === change.email);
    expect(await confirm(/\/confirm-email\/([\w-]+)/.exec(confirmation?.text ?? '')?.[1] ?? '')).toEqual([]);
    const { viewer } = await second.client.query('{ viewer { email emailConfirmed } }');
    expect(viewer).toEqual({ email: change.email, emailConfirmed: true });
  });

  test('lets its owner sign in meanwhile, by it and by the username', async () => {
    const { email, username } = await signUp();
    for (const login of [email, username]) await succeed(server.anonymous, 'signIn', { login, password: PASSWORD });
  });

  test('is none of an account that an administrator makes', async () => {
    const { roles } = await admin.client.query('{ roles { id } }');
    const input = { ...newcomer(), roleId: roles[0].id };
    const { user } = await succeed(admin.client, 'createUser', input, 'user { emailConfirmed }');
    expect(user).toEqual({ emailConfirmed: true });
  });

  test('is not needed where CONFIRM_EMAIL is off', async () => {
    await on({ production: true, signUp: 'open', confirmsEmail: false }, async (open) => {
      const { user } = await succeed(open.anonymous, 'signUp', newcomer(), 'user { emailConfirmed }');
      expect(user).toEqual({ emailConfirmed: true });
      await sendAccountMails(open);
      expect(open.smtp.mails).toEqual([]);
    });
  });
});
