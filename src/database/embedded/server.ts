import { unlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { StartError } from '../../common/start-error.js';
import type { PostgresBinaries } from './binaries.js';
import { clusterDirOf, SUPERUSER } from './cluster.js';
import { runCommand, type Account } from './command.js';
import { DataDirLock } from './data-dir-lock.js';
import { launchServer, readLogTail, type Launch } from './launch.js';
import { findPostmaster, isServerOf } from './postmaster.js';

/** Long enough for the recovery of a large database after a crash. */
const START_TIMEOUT_MS = 120_000;
const START_POLL_MS = 20;
/** A launch can fail because another start was faster, or took the port; three in a row have another reason. */
const MAX_FAILED_LAUNCHES = 3;
const STOP_TIMEOUT_SECONDS = 60;

/** All that is needed to run the server of one cluster. */
export interface ServerPlan {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly account: Account | undefined;
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** A server that we alone use. */
export interface AcquiredServer {
  readonly pid: number;
  readonly port: number;
  readonly lock: DataDirLock;
}

/**
 * Finds the cluster's server running (one that outlived its process) or launches it, and takes it for ourselves.
 * @returns undefined when another process holds it.
 * @throws StartError with the end of PostgreSQL's log when the server does not come up.
 */
export async function acquireServer(plan: ServerPlan): Promise<AcquiredServer | undefined> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  const launches = new Launches(plan);
  let lastError: unknown;
  while (performance.now() < giveUpAt && !launches.haveFailed) {
    const postmaster = await findPostmaster(clusterDirOf(plan.dataDir));
    if (postmaster.state === 'absent') {
      await launches.launch();
    } else if (postmaster.state === 'stale') {
      await launches.launch(postmaster.reusedBy);
    } else if (postmaster.state === 'torn' && postmaster.abandoned) {
      await unlink(postmaster.file).catch(() => undefined);
    } else if (postmaster.state === 'running' && postmaster.port !== undefined) {
      try {
        const lock = await DataDirLock.take(connectionTo(plan, postmaster.port));
        return lock === undefined ? undefined : { pid: postmaster.pid, port: postmaster.port, lock };
      } catch (error) {
        if (!isPassing(error)) {
          throw error;
        }
        lastError = error;
        // Where the system does not say whose process it is, a silent port leaves the decision to PostgreSQL.
        if (!postmaster.certain && codeOf(error) === 'ECONNREFUSED') {
          await launches.launch();
        }
      }
    }
    await delay(START_POLL_MS);
  }
  throw new StartError(
    `The embedded PostgreSQL in ${plan.dataDir} did not start. The end of its log:\n${await readLogTail(plan.dataDir)}`,
    { cause: lastError },
  );
}

/**
 * Ends the server and releases it; one that another process has taken over meanwhile is left alone.
 * @throws Error when PostgreSQL does not end.
 */
export async function stopServer(plan: ServerPlan, { pid, lock }: AcquiredServer): Promise<void> {
  const clusterDir = clusterDirOf(plan.dataDir);
  const ours = await lock.confirmForTheLastTime();
  const { state } = await findPostmaster(clusterDir);
  if (ours && state === 'running') {
    const { exitCode, stderr } = await runCommand(
      plan.binaries.pg_ctl,
      ['stop', '-D', clusterDir, '-m', 'fast', '-w', '-t', String(STOP_TIMEOUT_SECONDS), '-s'],
      plan.account,
    );
    if (exitCode !== 0 && (await findPostmaster(clusterDir)).state === 'running') {
      await lock.release();
      throw new Error(`The embedded PostgreSQL in ${plan.dataDir} did not stop: ${stderr.trim()}`);
    }
  }
  if (ours && state === 'absent' && (await isServerOf(pid, clusterDir))) await endByPid(pid, clusterDir);
  await lock.release();
}

/**
 * Fast shutdown of a server whose folder was moved or removed under it. It would notice within a minute by itself, but
 * until then no server can start on the folder.
 */
async function endByPid(pid: number, clusterDir: string): Promise<void> {
  process.kill(pid, 'SIGINT');
  const giveUpAt = performance.now() + STOP_TIMEOUT_SECONDS * 1000;
  while (performance.now() < giveUpAt && (await isServerOf(pid, clusterDir))) await delay(START_POLL_MS);
}

/** The maintenance database, which PostgreSQL always has. */
export function connectionTo(plan: ServerPlan, port: number): ClientConfig {
  return superuserOn(port, plan.password);
}

/** The same for a server of which only the port and the password are known. */
export function superuserOn(port: number, password: string): ClientConfig {
  return { host: '127.0.0.1', port, user: SUPERUSER, password, database: 'postgres', ssl: false };
}

/** postgres:// URL of a database on the server, with its password. */
export function databaseUrlOf(port: number, password: string, databaseName: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(databaseName)}?sslmode=disable`;
}

/** Launches the server one attempt at a time, and counts those that came to nothing. */
class Launches {
  readonly #plan: ServerPlan;
  #current: Launch | undefined;
  #failed = 0;

  constructor(plan: ServerPlan) {
    this.#plan = plan;
  }

  get haveFailed(): boolean {
    return this.#failed >= MAX_FAILED_LAUNCHES;
  }

  /** Does nothing while the last launch is still under way. */
  async launch(reusedBy?: number): Promise<void> {
    if (this.#current?.hasEnded() === false) {
      return;
    }
    if (this.#current !== undefined) {
      this.#failed++;
    }
    if (!this.haveFailed) {
      this.#current = await launchServer({ ...this.#plan, reusedBy });
    }
  }
}

/** Errors of a server that is just starting, ending, or recovering from a crash. */
function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  const serverIsBusy = ['57P01', '57P02', '57P03', '53300'];
  return code === undefined || code.startsWith('E') || serverIsBusy.includes(code);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
