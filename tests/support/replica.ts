import { appendFile, chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { runCommand } from '../../src/database/embedded/command.js';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../../src/database/embedded/embedded-database.js';
import { waitFor } from '../jobs/wait-for.js';
import { freePort } from './free-port.js';
import { onServer } from './test-database.js';

/** A streaming replica of an embedded PostgreSQL. */
export interface TestReplica {
  /** Its maintenance database; the address stays the same over `kill` and `start`. */
  readonly url: string;
  /** Lets it receive changes without showing them, until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** What each of the server's connections to a database asked there last. */
  lastStatements(database: string): Promise<string[]>;
  /** kill -9. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Makes it a primary of its own. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/** Copies a running cluster, as pg_basebackup would, and makes the copy follow it. */
async function copyCluster(primaryUrl: string, clusterDir: string): Promise<void> {
  const client = new Client({ connectionString: primaryUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
    const folder = rows[0]?.folder ?? '';
    await client.query(`select pg_backup_start('replica', fast => true)`);
    const { uid, gid } = await stat(folder);
    await mkdir(join(clusterDir, 'pg_wal'), { recursive: true });
    for (const made of [clusterDir, join(clusterDir, 'pg_wal')]) {
      await chmod(made, 0o700);
      await chown(made, uid, gid);
    }
    // The log comes from the primary.
    const names = (await readdir(folder)).filter((name) => name !== 'pg_wal' && name !== 'postmaster.pid');
    const copied = await runCommand('cp', ['--archive', ...names.map((name) => join(folder, name)), clusterDir]);
    if (copied.exitCode !== 0) throw new Error(`cp: ${copied.stderr}`);
    const label = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');

    const files = { backup_label: label.rows[0]?.labelfile ?? '', 'standby.signal': '' };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(clusterDir, name), content, { mode: 0o600 });
      await chown(join(clusterDir, name), uid, gid);
    }
    const { hostname, port, username, password } = new URL(primaryUrl);
    await appendFile(
      join(clusterDir, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`,
    );
  } finally {
    await client.end();
  }
}

/** Starts a replica of an embedded PostgreSQL that has the given settings. */
export async function startReplica(
  primaryUrl: string,
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<TestReplica> {
  await mkdir(dataDir, { recursive: true });
  const clusterDir = join(dataDir, 'postgres');
  await copyCluster(primaryUrl, clusterDir);
  const port = String(await freePort());
  const launch = async () =>
    startEmbeddedDatabase({ dataDir, databaseName: 'postgres', settings: { ...settings, port } });
  let server: EmbeddedDatabase = await launch();
  const { url } = server;

  async function ask(query: string): Promise<string[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<{ value: string }>(query);
      return rows.map(({ value }) => value);
    } finally {
      await client.end();
    }
  }

  return {
    url,
    async start() {
      server = await launch();
    },
    async pause() {
      await onServer(url, 'select pg_wal_replay_pause()');
      await waitFor(async () => (await ask('select pg_get_wal_replay_pause_state() as value'))[0] === 'paused');
    },
    resume: async () => onServer(url, 'select pg_wal_replay_resume()'),
    promote: async () => onServer(url, 'select pg_promote()'),
    lastStatements: async (database) =>
      ask(`select query as value from pg_stat_activity where application_name = 'docket' and datname = '${database}'`),
    async kill() {
      const [pid] = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGKILL');
      await server.stop();
    },
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
