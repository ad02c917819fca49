import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { startEmbeddedDatabase } from '../../src/database/embedded/embedded-database.js';
import { connect } from '../../src/app/orm.js';
import { migrate } from '../../src/database/migrate.js';
import { Ticket } from '../../src/tickets/ticket.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, buildTicket } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { cli, file } from './support.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** Longer than a request's statements may take. */
const REQUEST_TIMEOUT = '5.1 s';
const STALL_TIMEOUT_MS = 60_000;

let server: TestServer;
let path: string;
/** Locks a table, so that an import stands still at a known place. */
let session: Client;
/** Looks at others: in the session's transaction pg_stat_activity would not change. */
let watching: Client;
beforeAll(async () => {
  server = await startTestServer();
  await buildPerson(server, { username: 'ada' });
  session = new Client(server.databaseUrl);
  watching = new Client(server.databaseUrl);
  await Promise.all([session.connect(), watching.connect()]);
});
afterAll(async () => {
  await Promise.all([session.end(), watching.end()]);
  await server.stop();
});

/** Each test has ids of its own. */
let made = 0;
const rows = (count: number) =>
  Array.from({ length: count }, () => `${(made += 1)},Ticket ${made},ada,2025-08-22\n`).join('');
beforeEach(async () => {
  path = await file('x.csv', `id,title,createdBy,createdAt\n${rows(1200)}`);
});

const importing = async (...options: string[]) => cli(server, ['import-tickets', path, ...options]);
const countTickets = async () => server.app.orm.em.fork().count(Ticket);
async function nextNumber(): Promise<number> {
  const { number } = await buildTicket(server);
  return number;
}

/** Waits until a statement of the command waits for a lock, for as long as is said. */
async function untilWaiting(interval = '0 s'): Promise<void> {
  await waitFor(async () => {
    const { rowCount } = await watching.query(
      `select 1 from pg_stat_activity where application_name = 'docket' and wait_event_type = 'Lock'
       and now() - query_start >= $1::interval and datname = current_database()`,
      [interval],
    );
    return rowCount === 1;
  }, STALL_TIMEOUT_MS);
}

test(
  'an import may wait longer than a request',
  async () => {
    await session.query('begin');
    await session.query('lock table ticket_event in share mode');
    const done = importing();
    await untilWaiting(REQUEST_TIMEOUT);
    await session.query('commit');
    expect(await done).toMatchObject({ code: 0, stdout: expect.stringContaining('Imported 1,200 tickets') });
  },
  STALL_TIMEOUT_MS,
);

describe('ticket numbers', () => {
  test('are not used up by an import that is refused, tried, or has nothing new', async () => {
    expect((await importing('--map', 'createdBy=id')).code).toBe(1);
    expect((await importing('--dry-run')).code).toBe(0);
    const before = await nextNumber();
    expect((await importing('--map', 'createdBy=id')).code).toBe(1);
    expect((await importing('--dry-run')).code).toBe(0);
    expect(await nextNumber()).toBe(before + 1);
  });

  test('are given back by an import that fails while it writes', async () => {
    const before = await nextNumber();
    await session.query('begin');
    await session.query('lock table ticket_event in share mode');
    const done = importing();
    await untilWaiting();
    await watching.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
       where application_name = 'docket' and wait_event_type = 'Lock' and datname = current_database()`,
    );
    await session.query('commit');
    expect(await done).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing was imported: what was written has been rolled back.'),
    });
    expect(await nextNumber()).toBe(before + 1);
  });

  test('are left out, and never given twice, when somebody made a ticket meanwhile', async () => {
    await session.query('begin');
    await session.query('lock table ticket_event in share mode');
    const done = importing();
    await untilWaiting();
    const { rows: taken } = await session.query<{ number: string }>(`select nextval('ticket_number_seq') as number`);
    await watching.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
       where application_name = 'docket' and wait_event_type = 'Lock' and datname = current_database()`,
    );
    await session.query('commit');
    expect((await done).code).toBe(1);
    expect(await nextNumber()).toBe(Number(taken[0]?.number) + 1);
  });
});

function start(databaseUrl: string, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...words], {
    cwd: PROJECT,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['TEST_COMPILE_CACHE'],
      DATABASE_URL: databaseUrl,
    },
  });
}

const read = async (stream: ChildProcess['stdout']) => (stream ? text(stream) : '');

async function ended(child: ChildProcess) {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const [stdout, stderr, code] = await Promise.all([read(child.stdout), read(child.stderr), exit]);
  return { code, stdout, stderr };
}

test(
  'Ctrl-C says what was not done, and leaves neither tickets nor a gap in the numbers',
  async () => {
    const [before, count] = [await nextNumber(), await countTickets()];
    await session.query('begin');
    await session.query('lock table ticket_event in share mode');
    const child = start(server.databaseUrl, ['import-tickets', path]);
    const result = ended(child);
    await untilWaiting();
    child.kill('SIGINT');
    await once(child.stderr ?? child, 'data');
    await session.query('commit');
    expect(await result).toEqual({
      code: 130,
      stdout: '',
      stderr: expect.stringMatching(/Breaking off[\s\S]*\nBroken off\. Nothing was imported\.\n$/),
    });
    expect(await countTickets()).toBe(count);
    expect(await nextNumber()).toBe(before + 1);
  },
  STALL_TIMEOUT_MS,
);

describe('when PostgreSQL is stopped', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'docket-cli-'));
  });
  afterAll(async () => rm(dataDir, { recursive: true, force: true }));

  test(
    'an import says so, and that nothing was imported',
    async () => {
      const database = await startEmbeddedDatabase({ dataDir });
      const orm = await connect(database.url);
      await migrate(orm);
      await orm.close();
      const locking = new Client(database.url);
      locking.on('error', () => {});
      await locking.connect();
      await locking.query('begin');
      await locking.query('lock table "user" in access exclusive mode');
      const result = ended(start(database.url, ['import-tickets', path]));
      const other = new Client(database.url);
      other.on('error', () => {});
      await other.connect();
      await waitFor(async () => {
        const { rowCount } = await other.query(
          `select 1 from pg_stat_activity where application_name = 'docket' and wait_event_type = 'Lock'`,
        );
        return rowCount === 1;
      }, STALL_TIMEOUT_MS);
      await database.stop();
      expect(await result).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'The import failed: terminating connection due to administrator command. Nothing was imported: what was written has been rolled back. Run it again; tickets that are already here stay as they are.\n',
      });
    },
    STALL_TIMEOUT_MS,
  );
});
