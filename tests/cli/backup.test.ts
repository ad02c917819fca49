import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { createApp } from '../../src/app/app.js';
import { writeArchive } from '../../src/cli/backup/write-archive.js';
import { createJobQueue } from '../../src/jobs/create-job-queue.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { startWorker } from '../../src/app/worker.js';
import { storesToTest } from '../jobs/stores.js';
import { TicketWatch } from '../../src/tickets/watching/ticket-watch.entity.js';
import { WatchState } from '../../src/tickets/watching/watch-state.js';
import { NotificationKind } from '../../src/notifications/notification.entity.js';
import { comment, createTicket, mailsTo, notificationsOf, updateTicket } from '../notifications/actions.js';
import { faults, succeed } from '../support/calls.js';
import { databaseState } from '../support/database-state.js';
import { buildPerson, PASSWORD, type Person } from '../support/factories.js';
import { newSigningKey, startTestServer, type TestServer } from '../support/server.js';
import { backUp, newDatabase, query, restoreInto } from './backups.js';
import { cli, folder } from './support.js';

const KEYS = JSON.stringify([newSigningKey()]);
const ONLY_OWNER = 0o600;

let server: TestServer;
let ada: Person;
let leo: Person;
let dataDir: string;
beforeAll(async () => {
  dataDir = await folder();
  await writeFile(join(dataDir, 'jwt-private-keys.json'), KEYS);
  server = await startTestServer({ jwtPrivateKeys: KEYS, accessTokenSeconds: 86_400 });
  [ada, leo] = [await buildPerson(server, { role: BuiltInRole.ADMIN }), await buildPerson(server)];
  for (const title of ['Tab\there', 'Back\\slash \\N \\.', 'Two\nlines\r\n', '😀 é \u0001']) {
    const ticket = await createTicket(ada, { title, description: title, details: { [title]: [title, null, 1.5e-7] } });
    await comment(leo, ticket.id, title);
    await comment(leo, ticket.id, `@${ada.username} ${title}`);
    await updateTicket(ada, { id: ticket.id, status: 'IN_PROGRESS' });
    await updateTicket(ada, { id: ticket.id, priority: 'LOW', notify: false });
    const em = server.app.orm.em.fork();
    for (const [{ id: user }, state] of [
      [leo, WatchState.WATCHING],
      [ada, WatchState.IGNORED],
    ] as const) {
      em.create(TicketWatch, { ticket: ticket.id, user, state, createdAt: server.clock.now() });
    }
    await em.flush();
  }
});
afterAll(async () => server.stop());

/** A server on what was restored, with the keys of the DATA_DIR that got them. */
async function serve(databaseUrl: string, keysFrom: string): Promise<TestServer> {
  const jwtPrivateKeys = await readFile(join(keysFrom, 'jwt-private-keys.json'), 'utf8');
  return startTestServer({ on: { databaseUrl, clock: server.clock }, jwtPrivateKeys, accessTokenSeconds: 86_400 });
}

/** Changes that each touch two tables in one transaction: a ticket's version counts the events of its history. */
async function change(person: Person, ticket: { id: string }, round: number): Promise<void> {
  await updateTicket(person, { id: ticket.id, title: `Round ${round}` });
  await comment(person, ticket.id, `Round ${round}`);
}

/** Tickets whose version is not what their history says. */
const TORN_TICKETS = `select t.number from ticket t left join ticket_event e on e.ticket_id = t.id and e.kind = 'CHANGED'
  group by t.id having t.version <> 1 + count(e.id)`;

test('what is restored into another database is the same, in every table', async () => {
  const url = await newDatabase();
  const restored = await restoreInto(url, await backUp(server, dataDir), server);
  expect(restored).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('counts and checksums agree'),
  });
  const copy = await serve(url, restored.dataDir);
  const { migration: _times, ticket_change: _log, ...original } = await databaseState(server);
  expect(await databaseState(copy)).toMatchObject(original);
  // What the database does by itself is there again: numbers, triggers, rules.
  const ticket = await createTicket(await buildPerson(copy, { username: 'new' }), { title: 'Zebrafish' });
  expect(ticket.number).toBeGreaterThan(4);
  const { tickets } = await copy.anonymous
    .withToken(ada.client.token)
    .query('{ tickets(filter: { search: "zebrafish" }) { totalCount } }');
  expect(tickets.totalCount).toBe(1);
  const schemas = [server.databaseUrl, url].map(async (database) => query(database, SCHEMA));
  const [before, after] = await Promise.all(schemas);
  expect(after).toEqual(before);
  await copy.stop();
});

/** Every index, constraint and trigger of the schema, as PostgreSQL would make it. */
const SCHEMA = `select pg_get_indexdef(indexrelid) as definition from pg_index i join pg_class c on c.oid = indrelid
    where c.relnamespace = 'public'::regnamespace
  union all select conname || ' ' || pg_get_constraintdef(oid) || convalidated from pg_constraint
    where connamespace = 'public'::regnamespace
  union all select tgenabled::text || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1`;

describe('while others write', () => {
  test('the backup is what was there at one moment', async () => {
    const ticket = await createTicket(ada);
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    const archive: Buffer[] = [];
    let round = 0;
    for await (const bytes of writeArchive({ client, now: server.clock.now(), keys: null, done: () => {} })) {
      archive.push(bytes);
      round += 1;
      // Of a file in the archive each: its head, its content, its filling.
      if (round % 3 === 1) await change(ada, ticket, round);
    }
    await client.end();
    const path = join(await folder(), 'torn.tar');
    await writeFile(path, Buffer.concat(archive));

    const url = await newDatabase();
    expect(await restoreInto(url, path, server)).toMatchObject({ code: 0 });
    expect(await query(url, TORN_TICKETS)).toEqual([]);
    const [{ version } = { version: 0 }] = await query<{ version: number }>(
      url,
      `select version from ticket where id = '${ticket.id}'`,
    );
    expect(version).toBe(1);
  }, 120_000);

  test('nobody waits for it, and what they write is whole in it or not at all', async () => {
    const writers = [ada, await buildPerson(server, { role: BuiltInRole.ADMIN })];
    const done = new AbortController();
    const busy = writers.map(async (person) => {
      let round = 0;
      while (!done.signal.aborted) {
        const ticket = await createTicket(person, { assignedTo: { id: leo.id } });
        await change(person, ticket, (round += 1));
      }
      return round;
    });
    const path = await backUp(server, dataDir);
    done.abort();
    const rounds = await Promise.all(busy);
    expect(Math.min(...rounds)).toBeGreaterThan(0);

    const url = await newDatabase();
    expect(await restoreInto(url, path, server)).toMatchObject({ code: 0 });
    expect(await query(url, TORN_TICKETS)).toEqual([]);
  });
});

describe('after a restore', () => {
  test('people stay signed in, and links in mails hold', async () => {
    const tokens = 'accessToken refreshToken';
    const session = await succeed(server.anonymous, 'signIn', { login: leo.username, password: PASSWORD }, tokens);
    const link = server.app.unsubscribeTokens.make({ userId: leo.id, kind: NotificationKind.ASSIGNED });
    const url = await newDatabase();
    const restored = await restoreInto(url, await backUp(server, dataDir), server);
    const copy = await serve(url, restored.dataDir);

    const { viewer } = await copy.anonymous.withToken(session.accessToken).query('{ viewer { username } }');
    expect(viewer.username).toBe(leo.username);
    const { refreshToken } = session;
    const next = await succeed(copy.anonymous, 'refreshSession', { refreshToken }, tokens);
    expect(next.refreshToken).not.toBe(refreshToken);
    await succeed(copy.anonymous, 'refreshSession', { refreshToken: next.refreshToken });
    expect(await faults(copy.anonymous, 'refreshSession', { refreshToken })).toEqual([
      'INVALID_CREDENTIALS input.refreshToken',
    ]);
    expect(copy.app.unsubscribeTokens.read(link)?.userId).toBe(leo.id);
    await copy.stop();
  });

  test.each(storesToTest())('a mail that was waiting is sent once, with an empty job store in $name', async (kind) => {
    const origin = await startTestServer({ jwtPrivateKeys: KEYS, accessTokenSeconds: 86_400 });
    const [creator, assignee] = [await buildPerson(origin), await buildPerson(origin)];
    await createTicket(creator, { assignedTo: { id: assignee.id } });
    origin.clock.advance({ minutes: 5 });
    const url = await newDatabase();
    expect(await restoreInto(url, await backUp(origin, dataDir), origin)).toMatchObject({ code: 0 });

    // Down from five minutes after the assignment until an hour after it: the mail was due meanwhile.
    origin.clock.advance({ minutes: 55 });
    const copy = await startTestServer({ on: { databaseUrl: url, clock: origin.clock }, jwtPrivateKeys: KEYS });
    const store = await kind.open();
    for (let starts = 0; starts < 2; starts += 1) {
      const jobs = await createJobQueue({ url: store.url, logger: pino({ level: 'silent' }), lockLifetimeMs: 2000 });
      const worker = startWorker(createApp({ ...copy.app, jobs }));
      await copy.smtp.waitForMails(1);
      await worker.quiesce();
      await jobs.stop();
    }
    await copy.deliverDue();
    expect(mailsTo(copy, assignee)).toHaveLength(1);
    const reader = { ...assignee, client: copy.anonymous.withToken(assignee.client.token) };
    expect(await notificationsOf(reader, { kind: ['ASSIGNED'] })).toMatchObject([{ status: 'SENT', attempts: 1 }]);
    await store.drop();
    await copy.stop();
    await origin.stop();
  });
});

describe('the file', () => {
  test('is only for its owner, holds the keys, and appears when it is complete', async () => {
    const path = await backUp(server, dataDir);
    const { mode } = await stat(path);
    expect(mode & 0o777).toBe(ONLY_OWNER);
    const bytes = await readFile(path);
    const { d } = JSON.parse(KEYS)[0];
    expect(bytes.includes(d)).toBe(true);
    expect(await readdir(join(path, '..'))).toEqual(['docket.tar']);
  });

  test('is never written over another one', async () => {
    const path = await backUp(server, dataDir);
    const before = await readFile(path);
    expect(await cli(server, ['backup', path], '', { DATA_DIR: dataDir })).toEqual({
      code: 1,
      stdout: '',
      stderr: `${path} is there already. Name another file.\n`,
    });
    expect(await readFile(path)).toEqual(before);
  });

  test('in a folder is named by its time, and the oldest ones go', async () => {
    const backups = await folder();
    await writeFile(join(backups, 'notes.tar'), '');
    const settings = { DATA_DIR: dataDir };
    const names = [];
    for (let day = 0; day < 3; day += 1) {
      server.clock.advance({ minutes: 1440 });
      names.push(`docket-${server.clock.now().toISOString().slice(0, 19).replaceAll(':', '-')}Z.tar`);
      expect(await cli(server, ['backup', backups, '--keep', '2'], '', settings)).toMatchObject({ code: 0 });
    }
    expect(await readdir(backups)).toEqual([...names.slice(1), 'notes.tar']);
    expect(await cli(server, ['backup', backups, '--keep', '0'], '', settings)).toMatchObject({ code: 2 });
  });

  test('says when there are no keys to keep', async () => {
    const path = join(await folder(), 'docket.tar');
    const { code, stderr } = await cli(server, ['backup', path], '', { DATA_DIR: await folder() });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'There are no signing keys in DATA_DIR or JWT_PRIVATE_KEYS: after a restore everybody has to sign in again.\n',
    });
  });
});
