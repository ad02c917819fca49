import { mkdir, realpath } from 'node:fs/promises';
import { Client, escapeIdentifier } from 'pg';
import { StartError } from '../../common/start-error.js';
import { chooseAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { checkCluster, clusterDirOf, ensureCluster, readPassword, removeUnfinishedClusters } from './cluster.js';
import { type SupervisorCallbacks, ServerSupervisor } from './server-supervisor.js';
import { connectionTo, databaseUrlOf, stopServer, acquireServer, type ServerPlan } from './server.js';

export interface EmbeddedDatabase {
  /** postgres:// URL of the database, on loopback, with its password. */
  readonly url: string;
  /**
   * Ends PostgreSQL (fast shutdown: open transactions are rolled back) and releases DATA_DIR.
   * Further calls give the same promise.
   * @throws Error when PostgreSQL does not end within a minute.
   */
  stop(): Promise<void>;
  /** From now on restarts the server on the same port whenever it ends unexpectedly. */
  supervise(callbacks: SupervisorCallbacks): void;
}

/** Another process runs on this DATA_DIR. */
export class DataDirInUseError extends StartError {
  override readonly name = 'DataDirInUseError';

  constructor(dataDir: string) {
    super(
      `Another Docket server is using ${dataDir}. Stop it first, or give this one a folder of its own with DATA_DIR (or a database of its own with DATABASE_URL).`,
    );
  }
}

export interface EmbeddedDatabaseOptions {
  /** The cluster goes to `postgres` in this folder, PostgreSQL's log to `postgres.log`. Created when missing. */
  readonly dataDir: string;
  /** Created when missing; 'docket' if not given. */
  readonly databaseName?: string;
  /** PostgreSQL settings beyond ours. They apply when the server is launched, not when a running one is adopted. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: (message: string) => void;
}

/**
 * Brings up the PostgreSQL that npm installed, on a free port of the loopback address. A server that outlived its
 * process (kill -9) is adopted with all its data.
 * @throws DataDirInUseError when another process uses the same DATA_DIR.
 * @throws StartError that says what to do when PostgreSQL cannot run here, Error with the end of its log when it does
 * not start.
 */
export async function startEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { databaseName = 'docket', settings = {}, log = () => undefined } = options;
  const binaries = await findBinaries();
  await mkdir(options.dataDir, { recursive: true });
  // One name for one folder, by which a server that is already running is recognized.
  const dataDir = await realpath(options.dataDir);
  const account = await chooseAccount({ program: binaries.postgres, dataDir, clusterDir: clusterDirOf(dataDir) });
  await ensureCluster(dataDir, binaries, account, settings['fsync'] !== 'off');

  const plan: ServerPlan = { dataDir, binaries, account, settings, password: await readPassword(dataDir) };
  await checkCluster(dataDir, binaries);
  const server = await acquireServer(plan);
  if (server === undefined) {
    throw new DataDirInUseError(dataDir);
  }
  log(`Embedded PostgreSQL is up on 127.0.0.1:${server.port}, its data in ${dataDir}.`);
  try {
    await removeUnfinishedClusters(dataDir);
    await createDatabase(plan, server.port, databaseName);
  } catch (error) {
    await stopServer(plan, server);
    throw error;
  }
  const supervisor = new ServerSupervisor(plan, server);
  return {
    url: databaseUrlOf(server.port, plan.password, databaseName),
    stop: async () => supervisor.stop(),
    supervise: (callbacks) => supervisor.supervise(callbacks),
  };
}

async function createDatabase(plan: ServerPlan, port: number, name: string): Promise<void> {
  const client = new Client(connectionTo(plan, port));
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) {
      await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
}
