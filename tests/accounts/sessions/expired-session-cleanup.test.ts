import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { createApp } from '../../../src/app/app.js';
import { createJobQueue } from '../../../src/jobs/create-job-queue.js';
import { onceADay } from '../../../src/jobs/once-a-day.js';
import { removeCapturedMails } from '../../../src/mail/captured-mail.store.js';
import { startWorker } from '../../../src/app/worker.js';
import { waitFor } from '../../jobs/wait-for.js';
import { createTicket } from '../../notifications/actions.js';
import { sendAccountMails } from '../../support/account-mails.js';
import { faults, succeed } from '../../support/calls.js';
import { databaseState, select } from '../../support/database-state.js';
import { buildPerson, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { folder } from '../../cli/support.js';

const TOKENS = 'accessToken refreshToken';
const DAY = 24 * 60;

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer({ digestIntervalMs: 1000 });
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

const signIn = async () => succeed(server.anonymous, 'signIn', { login: person.username, password: PASSWORD }, TOKENS);
const refresh = async (refreshToken: string) => succeed(server.anonymous, 'refreshSession', { refreshToken }, TOKENS);

async function counts() {
  const [found] = await select(
    server,
    sql<Record<'sessions' | 'tokens' | 'requests', number>>`
      select (select count(*)::int from session) as sessions, (select count(*)::int from token) as tokens,
        (select count(*)::int from password_reset_request) as requests`,
  );
  return found;
}

async function forgetAll(): Promise<void> {
  for (const table of ['token', 'session', 'password_reset_request']) {
    await select(server, sql`delete from ${sql.table(table)}`);
  }
}

describe('what signing in leaves behind', () => {
  test('goes thirty days after a session ended: by itself, or by signing out', async () => {
    await forgetAll();
    const [left, signedOut] = [await signIn(), await signIn()];
    await server.anonymous.withToken(signedOut.accessToken).send('mutation { signOut { userErrors { code } } }');
    expect(left.refreshToken).toBeDefined();
    expect(await counts()).toMatchObject({ sessions: 2, tokens: 2 });

    server.clock.advance({ minutes: 30 * DAY });
    expect(await server.app.endedSignIns.remove()).toBe(0);
    server.clock.advance({ minutes: 1 });
    expect(await server.app.endedSignIns.remove()).toBe(2);
    expect(await counts()).toMatchObject({ sessions: 1, tokens: 1 });
    server.clock.advance({ minutes: 30 * DAY });
    expect(await server.app.endedSignIns.remove()).toBe(2);
    expect(await counts()).toMatchObject({ sessions: 0, tokens: 0 });
  });

  test('stays while the session lives: a refresh token used a year ago still ends it', async () => {
    await forgetAll();
    const first = await signIn();
    let { refreshToken } = first;
    for (let day = 0; day < 365; day += 25) {
      server.clock.advance({ minutes: 25 * DAY });
      ({ refreshToken } = await refresh(refreshToken));
      await server.app.endedSignIns.remove();
    }
    expect(await faults(server.anonymous, 'refreshSession', { refreshToken: first.refreshToken })).toEqual([
      'INVALID_CREDENTIALS input.refreshToken',
    ]);
    expect(await faults(server.anonymous, 'refreshSession', { refreshToken })).toEqual(['EXPIRED input.refreshToken']);
  });

  test('goes thirty days after a link to set a new password was asked for', async () => {
    await forgetAll();
    await succeed(server.anonymous, 'requestPasswordReset', { email: person.email });
    await sendAccountMails(server);
    expect(await counts()).toMatchObject({ tokens: 1, requests: 1 });
    server.clock.advance({ minutes: 30 * DAY });
    await server.app.endedSignIns.remove();
    // The link was valid for an hour longer.
    expect(await counts()).toMatchObject({ tokens: 1, requests: 1 });
    server.clock.advance({ minutes: 61 });
    expect(await server.app.endedSignIns.remove()).toBe(2);
    expect(await counts()).toMatchObject({ tokens: 0, requests: 0 });
  });

  test('goes thirty days after a link to a new address, and the mails about it', async () => {
    await forgetAll();
    const { id, client } = await buildPerson(server);
    await succeed(client, 'updateUser', { id, email: 'elsewhere@docket.example', currentPassword: PASSWORD });
    await sendAccountMails(server);
    const left = async () =>
      select(
        server,
        sql`select (select count(*)::int from account_mail) as mails,
        (select count(*)::int from token where kind = 'EMAIL_CONFIRMATION') as links`,
      );
    expect(await left()).toEqual([{ mails: 2, links: 1 }]);
    server.clock.advance({ minutes: 30 * DAY + 1 });
    await server.app.endedSignIns.remove();
    expect(await left()).toEqual([{ mails: 0, links: 1 }]);
    server.clock.advance({ minutes: DAY });
    await server.app.endedSignIns.remove();
    expect(await left()).toEqual([{ mails: 0, links: 0 }]);
  });

  test('goes in small batches, all of it, by several workers at once', async () => {
    await forgetAll();
    await select(
      server,
      sql`
        with made as (
          insert into session (id, user_id, created_at, last_used_at, expires_at)
          select gen_random_uuid(), ${person.id}, now, now, case when n % 4 = 0 then now + interval '1 year' else now end
          from generate_series(1, 2000) n, (select timestamptz '2026-01-01' as now) at
          returning id, expires_at
        )
        insert into token (id, kind, hash, user_id, session_id, created_at, expires_at)
        select gen_random_uuid(), 'REFRESH', id || '/' || k, ${person.id}, id, timestamptz '2026-01-01', expires_at
        from made, generate_series(1, 3) k`,
    );
    await select(server, sql`update session set expires_at = '2999-01-01' where expires_at > '2026-06-01'`);
    const stopped = AbortSignal.abort();
    expect(await server.app.endedSignIns.remove(stopped)).toBeLessThanOrEqual(1000);
    const workers = Array.from({ length: 3 }, () => createApp(server.app).endedSignIns);
    await Promise.all(workers.map(async (worker) => worker.remove()));
    await server.app.endedSignIns.remove();
    expect(await counts()).toMatchObject({ sessions: 500, tokens: 1500 });
  });
});

test('tickets, their history and notifications stay for ever', async () => {
  await createTicket(await buildPerson(server), { assignedTo: { id: person.id } });
  await server.deliverDue();
  const { session: _session, token: _token, ...before } = await databaseState(server);
  server.clock.advance({ minutes: 400 * DAY });
  await server.app.endedSignIns.remove();
  expect(await databaseState(server)).toMatchObject(before);
});

test('a worker clears away when it starts, and once a day', async () => {
  await forgetAll();
  const jobs = await createJobQueue({
    url: server.databaseUrl,
    logger: pino({ level: 'silent' }),
    lockLifetimeMs: 2000,
  });
  const worker = startWorker(createApp({ ...server.app, jobs }));
  await signIn();
  server.clock.advance({ minutes: 61 * DAY });
  await waitFor(async () => (await counts())?.sessions === 0);
  await worker.quiesce();
  await jobs.stop();

  const runs: string[] = [];
  const daily = onceADay(server.clock, async () => runs.push(server.clock.now().toISOString()));
  await daily();
  server.clock.advance({ minutes: DAY - 1 });
  await daily();
  expect(runs).toHaveLength(1);
  server.clock.advance({ minutes: 1 });
  await daily();
  expect(runs).toHaveLength(2);
});

test('captured mails go after their time, and nothing else in the folder', async () => {
  const directory = join(await folder(), 'mail');
  expect(await removeCapturedMails(directory, new Date('2026-03-01T00:00:00Z'))).toBe(0);
  await mkdir(directory);
  const files = [
    '2026-01-31T23-59-59.999Z-a@docket.example.eml',
    '2026-01-31T10-00-00.000Z-b@docket.example.eml.1b0f.tmp',
    '2026-03-01T00-00-00.000Z-c@docket.example.eml',
    'notes.txt',
    'b.eml.1b0f.tmp',
  ];
  for (const file of files) await writeFile(join(directory, file), '');
  expect(await removeCapturedMails(directory, new Date('2026-03-01T00:00:00Z'))).toBe(2);
  expect((await readdir(directory)).toSorted()).toEqual(files.slice(2).toSorted());
});
