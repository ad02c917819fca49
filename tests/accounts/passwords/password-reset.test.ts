import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { sql } from 'kysely';
import { type Mailer } from '../../../src/mail/mailer.js';
import { sendAccountMails } from '../../support/account-mails.js';
import { faults, isSignedIn, succeed } from '../../support/calls.js';
import { buildPerson, PASSWORD, type Person, signIn } from '../../support/factories.js';
import { select } from '../../support/database-state.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const NEW_PASSWORD = 'a quite different phrase';
const UNKNOWN = ['INVALID_CREDENTIALS input.token'];
const TOO_LATE = ['EXPIRED input.token'];

let server: TestServer;
let person: Person;
let logged = '';
beforeAll(async () => {
  const log = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  server = await startTestServer({ logger: pino({ level: 'trace' }, log) });
});
beforeEach(async () => {
  person = await buildPerson(server);
  server.smtp.mails.length = 0;
});
afterAll(async () => server.stop());

async function ask(email: string) {
  return succeed(server.anonymous, 'requestPasswordReset', { email });
}

function tokens(): string[] {
  return server.smtp.mails.map(({ text }) => /#token=([\w-]+)/.exec(text ?? '')?.[1] ?? 'no token');
}

/** The token of the mail that the person gets after asking for it. */
async function mailedToken(): Promise<string> {
  await ask(person.email);
  await sendAccountMails(server);
  return tokens().at(-1) ?? 'no mail';
}

async function reset(token: string) {
  return faults(server.anonymous, 'resetPassword', { token, newPassword: NEW_PASSWORD });
}

describe('a forgotten password', () => {
  test('is set by the token in the mail: all sessions end, one opens, the old password is gone', async () => {
    const token = await mailedToken();
    expect(server.smtp.mails[0]?.envelopeTo).toEqual([person.email]);
    const opened = await succeed(
      server.anonymous,
      'resetPassword',
      { token, newPassword: NEW_PASSWORD },
      'accessToken refreshToken user { id email }',
    );
    expect(opened.user).toEqual({ id: person.id, email: person.email });
    expect(await isSignedIn(server.anonymous.withToken(opened.accessToken))).toBe(true);
    expect(await isSignedIn(person.client)).toBe(false);
    await succeed(server.anonymous, 'signIn', { login: person.username, password: NEW_PASSWORD });
    await expect(signIn(server, person.username)).rejects.toThrow('Could not sign in');
  });

  test('asked for a known, an unknown and a deleted address costs the same statements and gets the same answer', async () => {
    const gone = await buildPerson(server);
    await succeed(gone.client, 'deleteUser', { id: gone.id, currentPassword: PASSWORD });
    const seen = [];
    for (const email of [person.email, 'nobody@docket.example', gone.email]) {
      let answer;
      const statements = await server.countStatements(async () => {
        answer = await ask(email);
      });
      seen.push({ statements, answer });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    await sendAccountMails(server);
    expect(server.smtp.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([[person.email]]);
  });

  test('works once: not twice, and not fifty times at once', async () => {
    const token = await mailedToken();
    const outcomes = await Promise.all(Array.from({ length: 50 }, async () => reset(token)));
    expect(outcomes.filter((outcome) => outcome.length === 0)).toHaveLength(1);
    expect(new Set(outcomes.flat())).toEqual(new Set(TOO_LATE));
    expect(await reset(token)).toEqual(TOO_LATE);
  });

  test('works for an hour, and not after', async () => {
    const [early, late] = [await mailedToken(), await mailedToken()];
    server.clock.advance({ minutes: 60 });
    expect(await reset(late)).toEqual(TOO_LATE);
    server.clock.advance({ seconds: -1 });
    expect(await reset(early)).toEqual([]);
  });

  test('by one of two mails at the same moment leaves the other mail useless', async () => {
    const both = [await mailedToken(), await mailedToken()];
    const outcomes = await Promise.all(both.map(reset));
    expect(outcomes.toSorted((a, b) => a.length - b.length)).toEqual([[], TOO_LATE]);
  });

  test.each(['', 'unknown', '\0', '\ud800'])('is refused for the token %j', async (token) => {
    expect(await reset(token)).toEqual(UNKNOWN);
  });

  test('with an unfit new password is refused, and the token stays usable', async () => {
    const token = await mailedToken();
    const input = { token, newPassword: 'password123' };
    expect(await faults(server.anonymous, 'resetPassword', input)).toEqual(['INVALID input.newPassword']);
    expect(await reset(token)).toEqual([]);
  });

  test('is not set by a link from before the password or the address was changed, or the account deleted', async () => {
    const manager = await buildPerson(server, { role: { canManageUsers: true } });
    const changes = [
      async () => succeed(person.client, 'changePassword', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
      async () => succeed(manager.client, 'updateUser', { id: person.id, email: `other-${person.email}` }),
      async () => succeed(person.client, 'deleteUser', { id: person.id, currentPassword: PASSWORD }),
    ];
    for (const change of changes) {
      person = await buildPerson(server);
      const token = await mailedToken();
      await change();
      expect(await reset(token)).toEqual(TOO_LATE);
    }
  });

  test('asked for by many at once keeps one connection with the database, however slow the mail server is', async () => {
    let [atOnce, most] = [0, 0];
    const slow: Mailer = {
      send: async (_mail, stored) => {
        most = Math.max(most, (atOnce += 1));
        await delay(20);
        await stored?.();
        atOnce -= 1;
      },
      close: async () => {},
    };
    const beside = await startTestServer({ mailer: slow });
    try {
      for (const { email } of await Promise.all(Array.from({ length: 8 }, async () => buildPerson(beside)))) {
        await succeed(beside.anonymous, 'requestPasswordReset', { email });
      }
      const asked = await select<{ id: string }>(beside, sql`select id from password_reset_request`);
      expect(asked).toHaveLength(8);
      await Promise.all(asked.map(async ({ id }) => beside.app.passwordResets.deliver(id)));
      await sendAccountMails(beside);
      expect(most).toBe(1);
    } finally {
      await beside.stop();
    }
  });

  test('asked for while no mail goes out is answered by a later sweep, once', async () => {
    server.smtp.failWith(421);
    await ask(person.email);
    await server.app.passwordResets.sweep();
    server.clock.advance({ minutes: 10 });
    await server.app.passwordResets.sweep();
    expect(server.smtp.mails).toEqual([]);
    server.smtp.failWith(undefined);
    await server.app.passwordResets.sweep();
    await server.app.passwordResets.sweep();
    expect(server.smtp.mails).toHaveLength(1);
    server.clock.advance({ minutes: 59 });
    expect(await reset(tokens()[0] ?? '')).toEqual([]);
  });

  test('gets at most five mails an hour, also by many workers at once, and in any letter case', async () => {
    const { rows } = await sql<{ id: string }>`
      insert into password_reset_request (id, email, created_at)
      select gen_random_uuid(), case when n % 2 = 0 then upper(${person.email}) else ${person.email} end,
        ${server.clock.now().toISOString()}::timestamptz
      from generate_series(1, 12) n returning id`.execute(server.app.orm.em.getKysely());
    await Promise.all(rows.map(async ({ id }) => server.app.passwordResets.deliver(id)));
    for (let round = 0; round < 3; round += 1) await server.app.passwordResets.sweep();
    expect(server.smtp.mails).toHaveLength(5);
    server.clock.advance({ minutes: 61 });
    await mailedToken();
    expect(server.smtp.mails).toHaveLength(6);
  });

  test('leaves the token in no table and no log in clear', async () => {
    const token = await mailedToken();
    server.smtp.failWith(450);
    await ask(person.email);
    await server.app.passwordResets.sweep();
    server.smtp.failWith(undefined);
    await reset(token);
    await reset(token);
    const database = server.app.orm.em.getKysely();
    const tables = await sql<{ name: string }>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`.execute(database);
    expect(tables.rows.length).toBeGreaterThan(10);
    for (const { name } of tables.rows) {
      const found = await sql<{ count: number }>`
        select count(*)::int as count from ${sql.raw(name)} r where strpos(to_jsonb(r)::text, ${token}) > 0`.execute(
        database,
      );
      expect({ name, ...found.rows[0] }).toEqual({ name, count: 0 });
    }
    expect(logged).not.toBe('');
    for (const secret of [token, NEW_PASSWORD, PASSWORD]) expect(logged).not.toContain(secret);
  });
});
