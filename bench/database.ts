// The database of a run: PostgreSQL from npm in a folder, filled once, and put back after each run that writes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedDatabase } from '../src/database/embedded/embedded-database.js';
import {
  AFTER_SEED,
  FOR_PEERS,
  LAYOUT,
  PRODUCT_OWNERS,
  RESTORE,
  RESTORE_PEERS,
  DROP_TRIGGERS,
} from './database.sql.js';

/**
 * A third of the shots of a measurement (bench.ts): each ticket comes again with another title, so that it is really
 * changed, and the sixteen connections, which begin at different shots, do not change the same one at once.
 */
const TICKETS_ASKED_FOR = 2000;

/** What seeds/bench-data.ts gives to everybody it makes. */
const PASSWORD = 'bench correct horse';
/** Sees all tickets and internal comments: what the peers show to everybody. */
const VIEWER = 'bench-tech';
/** In each measurement. */
export const CONNECTIONS = 16;

export interface Size {
  readonly users: number;
  readonly tickets: number;
  readonly comments: number;
  /** Different texts of tickets, and of comments; all are different if left out. */
  readonly texts?: number;
}

/** What variables are made of. */
export interface Samples {
  /** Who sees what the peers show to everybody: one for each connection, as searches of one person take turns. */
  readonly viewers: readonly string[];
  readonly viewerId: string;
  readonly password: string;
  readonly ticketIds: readonly string[];
  readonly productIds: readonly string[];
  readonly usernames: readonly string[];
  /** Each in three of a thousand to three of twenty tickets: some found by their ids, some by walking the list. */
  readonly words: readonly string[];
  /** Where lists in the default order have nine tenths of their tickets behind them: instants just after such a ticket. */
  readonly deepPlaces: readonly string[];
  readonly filters: readonly Readonly<Record<'status' | 'priority' | 'productId', string>>[];
}

export interface BenchDatabase {
  readonly url: string;
  /** The peers' own, with the same rows. */
  readonly peersUrl: string;
  readonly version: string;
  readonly samples: Samples;
  /** What all processes of PostgreSQL have used since its start; NaN where there is no /proc. */
  cpuMs(): Promise<number>;
  /** Removes what was created since the filling, and what the removal left behind in the indexes. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

const PEERS = 'peers';

/** Waits for the disk at each commit would measure the disk. */
const SETTINGS = { synchronous_commit: 'off', max_connections: '200', shared_buffers: '512MB', max_wal_size: '8GB' };

async function seed(root: string, databaseUrl: string, size: Size): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(root, 'seeds/bench-data.ts'),
      ...Object.entries(size).flatMap(([what, count]) => (count === undefined ? [] : [`--${what}`, String(count)])),
    ],
    { cwd: root, env: { ...process.env, DATABASE_URL: databaseUrl }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`Filling the database failed (exit code ${code})`);
}

async function column(client: Client, statement: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await client.query<{ value: string }>(statement, values);
  return rows.map(({ value }) => value);
}

async function readSamples(client: Client): Promise<Samples> {
  const [viewerId = ''] = await column(client, `select id as value from "user" where username = $1`, [VIEWER]);
  const { rows: filters } = await client.query<Samples['filters'][number]>(
    `select status, priority, product_id as "productId" from ticket where deleted_at is null and product_id is not null
     group by 1, 2, 3 having count(*) >= 50 or (select count(*) from ticket) < 10000 order by 1, 2, 3 limit 300`,
  );
  return {
    viewers: await column(
      client,
      `select username as value from "user" u join role r on r.id = u.role_id
       where r.name = 'tech' and username like 'bench%' order by username <> $1, u.id limit $2`,
      [VIEWER, CONNECTIONS],
    ),
    viewerId,
    password: PASSWORD,
    ticketIds: await column(
      client,
      `select id as value from ticket where deleted_at is null order by md5(id::text) limit ${TICKETS_ASKED_FOR}`,
    ),
    productIds: await column(client, `select id as value from product order by id`),
    usernames: await column(client, `select username as value from "user" where username ~ '^bench\\d' order by id`),
    words: await column(
      client,
      `select word as value from bench.word
       where share between 0.003 and 0.15 order by md5(word) limit 100`,
    ),
    deepPlaces: await column(
      client,
      `select to_char((created_at + interval '1 millisecond') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as value
       from ticket, bench.seed where number between tickets / 10 - 9 and tickets / 10`,
    ),
    filters,
  };
}

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;
/** proc(5), /proc/PID/stat: utime, stime, and those of children that ended; counted after the name in parentheses. */
const OWN_TIMES = [11, 12];
const ALL_TIMES = [...OWN_TIMES, 13, 14];

async function ticks(pid: string, times: readonly number[]): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return times.reduce((sum, place) => sum + Number(fields[place] ?? 0), 0);
}

async function postgresCpuMs(dataDir: string): Promise<number> {
  try {
    const [postmaster = ''] = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
    const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
    const used = [
      ticks(postmaster, ALL_TIMES),
      ...children
        .trim()
        .split(' ')
        .map(async (pid) => ticks(pid, OWN_TIMES)),
    ];
    return (await Promise.all(used)).reduce((sum, each) => sum + each, 0) * TICK_MS;
  } catch {
    return NaN;
  }
}

async function withClient<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function runOn(url: string, statements: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

/**
 * Starts PostgreSQL in the folder and fills it, unless a run before has.
 * @throws Error when the folder holds data of another size
 */
export async function openDatabase(root: string, dataDir: string, size: Size): Promise<BenchDatabase> {
  const postgres = await startEmbeddedDatabase({ dataDir, settings: SETTINGS });
  const { url } = postgres;
  const inDatabase = (name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const peersUrl = inDatabase(PEERS);
  const restore = async () => {
    await runOn(url, RESTORE);
    await runOn(peersUrl, RESTORE_PEERS);
  };
  try {
    const one = async (statement: string) => withClient(url, async (client) => (await column(client, statement))[0]);
    if ((await one(`select to_regclass('bench.seed') as value`)) === null) {
      await seed(root, url, size);
      await runOn(url, AFTER_SEED);
    }
    const held = await one(`select to_jsonb(seed)->>'layout' || ':' || tickets as value from bench.seed`);
    if (held !== `${LAYOUT}:${size.tickets}`) {
      throw new Error(`${dataDir} was filled otherwise. Remove it, or give another --data-dir.`);
    }
    if ((await one(`select datname as value from pg_database where datname = '${PEERS}'`)) === undefined) {
      await runOn(inDatabase('postgres'), [`create database ${PEERS} template "${new URL(url).pathname.slice(1)}"`]);
      await runOn(peersUrl, FOR_PEERS);
    }
    await runOn(url, [PRODUCT_OWNERS]);
    await runOn(peersUrl, [DROP_TRIGGERS]);
    await restore();
    return {
      url,
      peersUrl,
      version: (await one(`select current_setting('server_version') as value`)) ?? '',
      samples: await withClient(url, readSamples),
      cpuMs: async () => postgresCpuMs(dataDir),
      restore,
      stop: async () => postgres.stop(),
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
