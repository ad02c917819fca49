import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { PostgresBinaries } from './binaries.js';
import { spawnAs, type Account } from './command.js';
import { clusterDirOf } from './cluster.js';

/** Enough for a help desk on a small machine; `unix_socket_directories` is empty because one port is enough. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '100',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // No user data in the log: no statements, no values, no rows that violate a constraint.
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** A longer log is begun anew at the next launch. */
const LOG_LIMIT_BYTES = 1024 * 1024;
const LOG_TAIL_LINES = 20;

export interface Launch {
  /** True once the launched server has ended, or could not be run at all. */
  hasEnded(): boolean;
}

export interface LaunchOptions {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly account: Account | undefined;
  readonly settings: Readonly<Record<string, string>>;
  /** The process that now has the id a dead server left in `postmaster.pid`. */
  readonly reusedBy: number | undefined;
}

/**
 * Launches a server on a free port of the loopback address, if the settings name none, and returns at once; `postmaster.pid` tells the port.
 *
 * The server gets a session of its own: Ctrl-C reaches every process of the terminal's group, and PostgreSQL has to
 * be there until we have finished what we were doing.
 */
export async function launchServer(options: LaunchOptions): Promise<Launch> {
  const settings = { ...SETTINGS, port: String(await findFreePort()), ...options.settings };
  const log = await openLog(options.dataDir, options.account);
  let ended = false;
  try {
    const server = spawnAs(
      options.binaries.postgres,
      [
        '-D',
        clusterDirOf(options.dataDir),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        account: options.account,
        detached: true,
        outputTo: log.fd,
        // PostgreSQL takes a living process with the recorded id for its predecessor, unless it is told that the id is
        // its grandparent's (miscinit.c, CreateLockFile). That leaves its check of the shared memory in force, which
        // removing the file would not.
        environment: options.reusedBy === undefined ? {} : { PG_GRANDPARENT_PID: String(options.reusedBy) },
      },
    );
    server.once('error', () => (ended = true));
    server.once('exit', () => (ended = true));
    server.unref();
  } finally {
    await log.close();
  }
  return { hasEnded: () => ended };
}

/** The end of PostgreSQL's own log, for messages about a start that failed. */
export async function readLogTail(dataDir: string): Promise<string> {
  const log = await readFile(logFileOf(dataDir), 'utf8').catch(() => '');
  return log.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

function logFileOf(dataDir: string): string {
  return join(dataDir, 'postgres.log');
}

async function openLog(dataDir: string, account: Account | undefined): Promise<FileHandle> {
  const { size } = await stat(logFileOf(dataDir)).catch(() => ({ size: 0 }));
  const log = await open(logFileOf(dataDir), 'a', 0o600);
  if (size > LOG_LIMIT_BYTES) {
    await log.truncate();
  }
  if (account !== undefined) {
    // So that a cluster of a normal user, which root once started, can be started by its owner again.
    await log.chown(account.uid, account.gid);
  }
  return log;
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') {
    throw new Error('The system gave no free port on 127.0.0.1.');
  }
  return address.port;
}
