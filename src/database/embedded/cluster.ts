import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../common/start-error.js';
import type { PostgresBinaries } from './binaries.js';
import { runCommand, type Account } from './command.js';

export const SUPERUSER = 'postgres';

const PASSWORD_FILE = 'superuser-password';
const PASSWORD_BYTES = 24;
const UNFINISHED_PREFIX = 'postgres.unfinished-';

/**
 * Tried in this order. Only pg_trgm still asks the system which characters are letters (show_trgm('Été') finds no É
 * under "C"), so that any UTF-8 locale is better than none.
 */
const CHARACTER_LOCALES = ['C.UTF-8', 'en_US.UTF-8', 'C'];

/** Where the cluster lives in DATA_DIR. */
export function clusterDirOf(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/**
 * Creates the cluster unless there is one, with a random password for its superuser.
 *
 * It is created in a temporary folder and moved by one rename, with its password: a process that is killed, or loses a
 * race, leaves nothing that looks like a cluster.
 * @param synced false skips flushing to disk, for clusters that need not outlive a power cut.
 * @throws StartError with what initdb wrote.
 */
export async function ensureCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  account: Account | undefined,
  synced: boolean,
): Promise<void> {
  if (await clusterExists(dataDir)) {
    return;
  }
  const unfinished = await mkdtemp(join(dataDir, UNFINISHED_PREFIX));
  try {
    const newCluster = join(unfinished, 'cluster');
    const passwordFile = join(unfinished, PASSWORD_FILE);
    await mkdir(newCluster, { mode: 0o700 });
    await writeFile(passwordFile, randomBytes(PASSWORD_BYTES).toString('hex'), { mode: 0o600 });
    if (account !== undefined) {
      await Promise.all([unfinished, newCluster, passwordFile].map((path) => chown(path, account.uid, account.gid)));
    }
    await runInitdb(binaries, newCluster, passwordFile, account, synced);
    await rename(passwordFile, join(newCluster, PASSWORD_FILE));
    await rename(newCluster, clusterDirOf(dataDir));
    if (synced) {
      await flushDirectory(dataDir);
    }
  } catch (error) {
    // Another start was faster: its cluster is as good as ours, and it may have cleared ours away.
    if (!(await clusterExists(dataDir))) {
      throw error;
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/**
 * Reads the superuser's password.
 * @throws StartError when the cluster belongs to somebody else, saying so.
 */
export async function readPassword(dataDir: string): Promise<string> {
  const passwordFile = join(clusterDirOf(dataDir), PASSWORD_FILE);
  try {
    return await readFile(passwordFile, 'utf8');
  } catch (cause) {
    throw new StartError(
      `${passwordFile} cannot be read. Start as the user that owns it (or as root), or point DATA_DIR to another folder.`,
      { cause },
    );
  }
}

/** PostgreSQL's own rule: its group may read, and others do nothing. */
const NOT_ALLOWED_MODE = 0o027;

/**
 * Looks whether this PostgreSQL starts on the cluster, as its own log does not say what to do.
 * @throws StartError when it was made by another major version, or others may enter it
 */
export async function checkCluster(dataDir: string, binaries: PostgresBinaries): Promise<void> {
  const clusterDir = clusterDirOf(dataDir);
  const made = (await readFile(join(clusterDir, 'PG_VERSION'), 'utf8')).trim();
  const { stdout } = await runCommand(binaries.postgres, ['--version']);
  const [, ours] = /(\d+)(?:\.|devel|beta|rc)/.exec(stdout) ?? [];
  if (ours !== undefined && made !== ours) {
    throw new StartError(
      `${clusterDir} was made by PostgreSQL ${made}, and this Docket brings PostgreSQL ${ours}. Make a backup with the version of Docket that it was used with, and restore it into a new DATA_DIR (docs/backup.md).`,
    );
  }
  const { mode } = await stat(clusterDir);
  if (process.platform !== 'win32' && (mode & NOT_ALLOWED_MODE) !== 0) {
    throw new StartError(
      `Others may enter ${clusterDir}, and PostgreSQL refuses to start on it: chmod 700 ${clusterDir}`,
    );
  }
}

/** Clears away what killed first starts left. Only for the holder of DATA_DIR: everybody else is too late anyway. */
export async function removeUnfinishedClusters(dataDir: string): Promise<void> {
  const leftovers = (await readdir(dataDir)).filter((name) => name.startsWith(UNFINISHED_PREFIX));
  // A start that is just losing the race may still be writing into its own, and removes it by itself.
  await Promise.allSettled(leftovers.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
}

async function runInitdb(
  binaries: PostgresBinaries,
  clusterDir: string,
  passwordFile: string,
  account: Account | undefined,
  synced: boolean,
): Promise<void> {
  let output = '';
  for (const characterLocale of CHARACTER_LOCALES) {
    const { exitCode, stdout, stderr } = await runCommand(
      binaries.initdb,
      [
        `--pgdata=${clusterDir}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // PostgreSQL's own locale: the same letters in the same order on every machine, whatever is installed there.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        `--lc-ctype=${characterLocale}`,
        '--no-instructions',
        ...(synced ? [] : ['--no-sync']),
      ],
      account,
    );
    if (exitCode === 0) {
      return;
    }
    output = stdout + stderr;
    if (!stderr.includes('invalid locale name')) {
      break;
    }
  }
  throw new StartError(`initdb could not create a database cluster in ${clusterDir}:\n${output.trim()}`);
}

async function clusterExists(dataDir: string): Promise<boolean> {
  return access(join(clusterDirOf(dataDir), 'PG_VERSION')).then(
    () => true,
    // A cluster that we may not look into is a cluster all the same.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

/** Makes the rename outlive a power cut; systems that cannot flush a folder (Windows) do without. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
