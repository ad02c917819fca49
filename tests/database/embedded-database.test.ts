import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import {
  DataDirInUseError,
  startEmbeddedDatabase,
  type EmbeddedDatabase,
} from '../../src/database/embedded/embedded-database.js';
import { findPostmaster } from '../../src/database/embedded/postmaster.js';

const FAST = { fsync: 'off', shared_buffers: '16MB' };
const NOTE = 'written before';

let sharedDir: string;
let dataDir: string;
let started: EmbeddedDatabase[];
let children: ChildProcess[];

beforeAll(async () => {
  sharedDir = await mkdtemp(join(tmpdir(), 'docket-embedded-'));
});

beforeEach(() => {
  dataDir = sharedDir;
  started = [];
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map(kill));
  await Promise.all(started.map((database) => database.stop()));
  const { state } = await findPostmaster(join(dataDir, 'postgres'));
  if (state === 'running') {
    await (await start()).stop();
  }
  if (dataDir !== sharedDir) {
    await rm(dataDir, { recursive: true });
  }
});

afterAll(async () => {
  await rm(sharedDir, { recursive: true });
});

/** Most tests share one cluster, since making one is the slow part; this is for those that need it missing. */
async function useEmptyDataDir(): Promise<void> {
  dataDir = await mkdtemp(join(tmpdir(), 'docket-embedded-'));
}

async function start(settings: Record<string, string> = {}): Promise<EmbeddedDatabase> {
  const database = await startEmbeddedDatabase({ dataDir, settings: { ...FAST, ...settings } });
  started.push(database);
  return database;
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function writeNote({ url }: Pick<EmbeddedDatabase, 'url'>): Promise<void> {
  await query(url, `DROP TABLE IF EXISTS note; CREATE TABLE note AS SELECT '${NOTE}' AS body`);
}

async function readNotes({ url }: EmbeddedDatabase): Promise<Record<string, unknown>[]> {
  return query(url, 'SELECT body FROM note');
}

const pidFile = () => join(dataDir, 'postgres', 'postmaster.pid');

async function postmasterPid(): Promise<number> {
  return Number((await readFile(pidFile(), 'utf8')).split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await delay(10);
  }
}

/** Another process that starts the database, as global-setup.js has built it, and writes its URL, then a line for each SIGINT it gets. */
async function holdInChild(): Promise<{ child: ChildProcess; url: string; nextLine: () => Promise<string> }> {
  const module = new URL('../../dist/database/embedded/embedded-database.js', import.meta.url).href;
  const script = `
    const { startEmbeddedDatabase } = await import(${JSON.stringify(module)});
    const database = await startEmbeddedDatabase(${JSON.stringify({ dataDir, settings: FAST })});
    process.on('SIGINT', () => console.log('interrupted'));
    console.log(database.url);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async () => String((await lines.next()).value);
  return { child, url: await nextLine(), nextLine };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('the embedded database', () => {
  test('finds its data again at the second start', async () => {
    await useEmptyDataDir();
    const first = await start();
    await writeNote(first);
    await first.stop();

    const second = await start();

    expect(await readNotes(second)).toEqual([{ body: NOTE }]);
  });

  test('is set to UTC, and knows the letters of every language', async () => {
    const { url } = await start();
    await query(
      url,
      ['pg_trgm', 'citext', 'unaccent'].map((name) => `CREATE EXTENSION IF NOT EXISTS ${name}`).join('; '),
    );

    const [row] = await query(
      url,
      `SELECT current_setting('TimeZone') AS zone, 'ÉTÉ'::citext = 'été' AS same, unaccent('Été') AS plain,
              show_trgm('É') = show_trgm('é') AS alike, cardinality(show_trgm('é')) AS trigrams`,
    );

    expect(row).toEqual({ zone: 'UTC', same: true, alike: true, trigrams: 2, plain: 'Ete' });
  });

  test('keeps its random password in a file that only its owner can read', async () => {
    const { url } = await start();

    const passwordFile = join(dataDir, 'postgres', 'superuser-password');

    expect((await stat(passwordFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(passwordFile, 'utf8')).toBe(new URL(url).password);
    expect(new URL(url).password).toMatch(/^[0-9a-f]{48}$/);
  });

  test('refuses those who do not know the password', async () => {
    const url = new URL((await start()).url);
    url.password = 'guessed';

    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  test('leaves no process and no unfinished cluster when it stops', async () => {
    const database = await start();
    const pid = await postmasterPid();

    await Promise.all([database.stop(), database.stop()]);
    await until(() => !isAlive(pid));

    expect((await readdir(dataDir)).toSorted()).toEqual(['postgres', 'postgres.log']);
  });

  test('says in the error what PostgreSQL wrote when it does not start', async () => {
    await expect(start({ max_connections: 'many' })).rejects.toThrow(
      'invalid value for parameter "max_connections": "many"',
    );
  });

  test('says what to do when others may enter the folder, or another PostgreSQL made it', async () => {
    await useEmptyDataDir();
    await (await start()).stop();
    const cluster = join(dataDir, 'postgres');
    await chmod(cluster, 0o755);
    await expect(start()).rejects.toThrow(`refuses to start on it: chmod 700 ${cluster}`);
    await chmod(cluster, 0o750);
    await (await start()).stop();
    await writeFile(join(cluster, 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toThrow(
      /was made by PostgreSQL 15, and this Docket brings PostgreSQL \d+\. Make a backup with the version/,
    );
  });

  test('runs beside another one with a folder of its own', async () => {
    await writeNote(await start());
    await useEmptyDataDir();

    const other = await start();

    await expect(readNotes(other)).rejects.toThrow('relation "note" does not exist');
  });
});

describe('two starts in one DATA_DIR', () => {
  test('of an empty folder at the same moment: exactly one wins, the other is told the folder is in use', async () => {
    await useEmptyDataDir();

    const outcomes = await Promise.allSettled([start(), start()]);

    const refusal = outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
    expect(refusal).toBeInstanceOf(DataDirInUseError);
    expect(String(refusal)).toContain(dataDir);
    expect(started).toHaveLength(1);
    expect((await readdir(dataDir)).toSorted()).toEqual(['postgres', 'postgres.log']);
  });

  test('of a stopped cluster at the same moment: exactly one wins', async () => {
    await (await start()).stop();

    const outcomes = await Promise.allSettled([start(), start(), start()]);

    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'rejected').map(reasonOf)).toEqual([
      expect.any(DataDirInUseError),
      expect.any(DataDirInUseError),
    ]);
  });

  test('one after the other in two processes: the second is told, and the first works on', async () => {
    const { url } = await holdInChild();

    await expect(start()).rejects.toThrow(DataDirInUseError);

    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

function reasonOf(outcome: PromiseSettledResult<unknown>): unknown {
  return outcome.status === 'rejected' ? outcome.reason : undefined;
}

describe('after a crash', () => {
  test('of the server process (kill -9), the next start adopts the running PostgreSQL', async () => {
    const { child, url } = await holdInChild();
    await writeNote({ url });
    const orphan = await postmasterPid();
    await kill(child);

    const next = await start();

    expect(await postmasterPid()).toBe(orphan);
    expect(await readNotes(next)).toEqual([{ body: NOTE }]);
    await next.stop();
    await until(() => !isAlive(orphan));
  });

  test('of PostgreSQL too (kill -9), the next start recovers', async () => {
    const { child, url } = await holdInChild();
    await writeNote({ url });
    await kill(child);
    process.kill(await postmasterPid(), 'SIGKILL');

    expect(await readNotes(await start())).toEqual([{ body: NOTE }]);
  });

  test('a process that got the id of the dead PostgreSQL is neither waited for nor harmed', async () => {
    const { child, url } = await holdInChild();
    await writeNote({ url });
    await kill(child);
    const dead = await postmasterPid();
    process.kill(dead, 'SIGKILL');
    const { uid, gid } = await stat(pidFile());
    const stranger = spawn('sleep', ['60'], { uid, gid });
    children.push(stranger);
    const content = await readFile(pidFile(), 'utf8');
    await writeFile(pidFile(), content.replace(String(dead), String(stranger.pid)));

    const next = await start();

    expect(await readNotes(next)).toEqual([{ body: NOTE }]);
    await next.stop();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test('an empty postmaster.pid does not block the start', async () => {
    const first = await start();
    await writeNote(first);
    await first.stop();
    await writeFile(pidFile(), '');
    await utimes(pidFile(), new Date(0), new Date(0));

    expect(await readNotes(await start())).toEqual([{ body: NOTE }]);
  });

  test('what a killed first start left is cleared away', async () => {
    await writeFile(join(dataDir, 'postgres.unfinished-abcdef'), '');

    await start();

    expect(await readdir(dataDir)).not.toContain('postgres.unfinished-abcdef');
  });
});

describe('while it runs', () => {
  const endHolder = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted`;
  const countHolders = `SELECT count(*)::int AS holders FROM pg_locks WHERE locktype = 'advisory' AND granted`;

  test('Ctrl-C at the terminal reaches the server but not PostgreSQL', async () => {
    const { child, url, nextLine } = await holdInChild();
    if (child.pid === undefined) {
      throw new Error('The child did not start.');
    }

    process.kill(-child.pid, 'SIGINT');

    expect(await nextLine()).toBe('interrupted');
    await query(url, 'SELECT pg_sleep(0.3)');
  });

  test('a lost connection does not lose the folder', async () => {
    const { url } = await start();

    await query(url, endHolder);
    await until(async () => (await query(url, countHolders))[0]?.['holders'] === 1);

    await expect(start()).rejects.toThrow(DataDirInUseError);
  });

  test('it stops even when the connection that holds the folder was just lost', async () => {
    const database = await start();
    const pid = await postmasterPid();
    await query(database.url, endHolder);

    await database.stop();

    await until(() => !isAlive(pid));
  });

  test('it ends PostgreSQL also when the folder was moved away under it, and the next start finds all at the new place', async () => {
    await useEmptyDataDir();
    const database = await start();
    await writeNote(database);
    const pid = await postmasterPid();
    const moved = `${dataDir}-moved`;
    await rename(dataDir, moved);
    dataDir = moved;

    await database.stop();

    await until(() => !isAlive(pid));
    expect(await readNotes(await start())).toEqual([{ body: NOTE }]);
  });

  test('it leaves PostgreSQL to the process that took the folder over meanwhile', async () => {
    const first = await start();
    await query(first.url, endHolder);
    const second = await start();

    await first.stop();

    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('it stops quietly when PostgreSQL has died', async () => {
    const database = await start();
    process.kill(await postmasterPid(), 'SIGKILL');

    await database.stop();
  });
});
