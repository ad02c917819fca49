import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.js';

/**
 * What `postmaster.pid` tells:
 * - absent: no server.
 * - torn: a file without a process id. A server writes it in one go, so that one which stays so was left by a crash.
 * - stale: its process is gone, or is a process that got the same id later (`reusedBy`).
 * - running: a server of this cluster; `certain` is false where we cannot ask the system for its command line.
 */
export type Postmaster =
  | { readonly state: 'absent' }
  | { readonly state: 'torn'; readonly file: string; readonly abandoned: boolean }
  | { readonly state: 'stale'; readonly reusedBy?: number }
  | { readonly state: 'running'; readonly pid: number; readonly port?: number; readonly certain: boolean };

const WRITING_GRACE_MS = 2_000;

/** Which server, if any, runs on this cluster. */
export async function findPostmaster(clusterDir: string): Promise<Postmaster> {
  const file = join(clusterDir, 'postmaster.pid');
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
  if (content === undefined) {
    return { state: 'absent' };
  }
  // https://www.postgresql.org/docs/18/storage-file-layout.html: process id, data folder, start time, port, …
  const [pidLine, , , portLine] = content.split('\n');
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 0) {
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
    return { state: 'torn', file, abandoned: Math.abs(Date.now() - mtimeMs) > WRITING_GRACE_MS };
  }
  if (!isAlive(pid)) {
    return { state: 'stale' };
  }
  const commandLine = await commandLineOf(pid);
  if (commandLine !== undefined && !commandLine.includes(`-D ${clusterDir} `)) {
    return { state: 'stale', reusedBy: pid };
  }
  const port = Number(portLine);
  return { state: 'running', pid, port: port > 0 ? port : undefined, certain: commandLine !== undefined };
}

/** Whether the process is for certain a server of this cluster, even if its folder is no longer there. */
export async function isServerOf(pid: number, clusterDir: string): Promise<boolean> {
  return isAlive(pid) && (await commandLineOf(pid))?.includes(`-D ${clusterDir} `) === true;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The process's command line, its words separated by spaces; empty for a zombie; undefined where the system does not tell. */
async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').then(
      (words) => words.replaceAll('\0', ' '),
      (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' || error.code === 'ESRCH' ? '' : undefined),
    );
  }
  if (process.platform === 'win32') {
    return undefined;
  }
  const { exitCode, stdout } = await runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  return exitCode === 0 ? stdout : undefined;
}
