import { spawn, type ChildProcess } from 'node:child_process';
import { parse } from 'node:path';

/** The operating system user that PostgreSQL runs as when we ourselves are root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Through setpriv, keeping the one capability that lets it pass folders that only root may enter. */
  readonly passesFolders: boolean;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly account?: Account;
  readonly detached?: boolean;
  /** A file descriptor for the program's output; without it the output comes through pipes. */
  readonly outputTo?: number;
  readonly environment?: Record<string, string>;
}

/**
 * The environment of PostgreSQL: nothing of ours, since PGDATA and the like would change its behaviour, and secrets
 * must not leak to it. Windows programs do not start without SystemRoot and its kin.
 */
const ENVIRONMENT =
  process.platform === 'win32'
    ? process.env
    : { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Starts a program, as `account` when one is given. Gives the process; failures come as its 'error' event. */
export function spawnAs(program: string, programArguments: readonly string[], options: SpawnOptions): ChildProcess {
  const { account, detached = false, outputTo } = options;
  const withSetpriv = account?.passesFolders === true;
  return spawn(
    withSetpriv ? 'setpriv' : program,
    withSetpriv ? [...setprivArguments(account), program, ...programArguments] : programArguments,
    {
      // The folder we were started in may be one that the account cannot enter.
      cwd: parse(process.cwd()).root,
      detached,
      env: { ...ENVIRONMENT, ...options.environment },
      stdio: ['ignore', outputTo ?? 'pipe', outputTo ?? 'pipe'],
      windowsHide: true,
      ...(account !== undefined && !withSetpriv ? { uid: account.uid, gid: account.gid } : {}),
    },
  );
}

/**
 * `no_setuid_fixup` because PostgreSQL looks for its programs with access(2), which otherwise takes the capability
 * away from every user but root. All of it is within what a container's root may do.
 */
function setprivArguments(account: Account): string[] {
  return [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--',
  ];
}

/**
 * Runs a program to its end and gives its exit code and what it wrote.
 * A program that cannot be started counts as one that failed: exit code null, the reason in `stderr`.
 */
export async function runCommand(
  program: string,
  programArguments: readonly string[],
  account?: Account,
): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  return new Promise<CommandResult>((resolve) => {
    const child = spawnAs(program, programArguments, { account });
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', (error) => resolve({ exitCode: null, stdout, stderr: stderr + error.message }));
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    // Node throws some errors of the system at once, such as being forbidden to change the user.
  }).catch((error: unknown) => ({ exitCode: null, stdout, stderr: String(error) }));
}
