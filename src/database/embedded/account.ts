import { stat } from 'node:fs/promises';
import { StartError } from '../../common/start-error.js';
import { runCommand, type Account } from './command.js';

const USER = 'postgres';

/** What the account has to reach: a program to run, and the folder that holds the cluster. */
export interface ReachablePaths {
  readonly program: string;
  readonly dataDir: string;
  readonly clusterDir: string;
}

/**
 * Decides which user PostgreSQL runs as. PostgreSQL refuses to run as root, so that root gets the owner of the
 * cluster, or for a new cluster the user `postgres`, who is created when missing.
 * @returns the account, or undefined to run as ourselves (we are not root).
 * @throws StartError that says what to do, when there is no such user or it cannot reach the paths.
 */
export async function chooseAccount(paths: ReachablePaths): Promise<Account | undefined> {
  if (process.platform === 'win32' || process.geteuid?.() !== 0) {
    return undefined;
  }
  const { uid, gid } = (await ownerOf(paths.clusterDir)) ?? (await findOrCreateUser());
  const plain: Account = { uid, gid, passesFolders: false };
  if ((await tryToReach(paths, plain)) === undefined) {
    return plain;
  }
  // A clone in /root: its folders are closed to every user but root, who does not want them opened.
  const passing: Account = { uid, gid, passesFolders: true };
  const obstacle = await tryToReach(paths, passing);
  if (obstacle === undefined) {
    return passing;
  }
  throw new StartError(
    `PostgreSQL cannot run as root, and the user it runs as instead (uid ${uid}) cannot use ${paths.program} and ${paths.dataDir} (${obstacle}). ` +
      'Move this folder and DATA_DIR to where every user may enter (not below /root), start as a normal user, or set DATABASE_URL.',
  );
}

/** The owner of an existing cluster, so that `sudo` on a cluster of a normal user, or a volume with other ids, works. */
async function ownerOf(directory: string): Promise<{ uid: number; gid: number } | undefined> {
  const { uid, gid } = await stat(directory).catch(() => ({ uid: 0, gid: 0 }));
  return uid === 0 ? undefined : { uid, gid };
}

async function findOrCreateUser(): Promise<{ uid: number; gid: number }> {
  const existing = await findUser();
  if (existing !== undefined) {
    return existing;
  }
  const group = await runCommand('groupadd', ['--system', USER]);
  const user = await runCommand('useradd', ['--system', '--gid', USER, '--no-create-home', '--home-dir', '/', USER]);
  // Whether the two commands worked does not matter: another start may have created the user at the same moment.
  const created = await findUser();
  if (created !== undefined) {
    return created;
  }
  throw new StartError(
    `PostgreSQL cannot run as root, and the user "${USER}" could not be created (${oneLine(`${group.stderr}\n${user.stderr}`)}). ` +
      `Start as a normal user, create a user "${USER}", or set DATABASE_URL.`,
  );
}

async function findUser(): Promise<{ uid: number; gid: number } | undefined> {
  const [uid, gid] = await Promise.all([runCommand('id', ['-u', USER]), runCommand('id', ['-g', USER])]);
  return uid.exitCode === 0 && gid.exitCode === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined;
}

/** Gives undefined when the account can run the program and enter the folder, else the system's complaint. */
async function tryToReach({ program, dataDir }: ReachablePaths, account: Account): Promise<string | undefined> {
  const script = '"$1" --version && cd "$2"';
  const { exitCode, stderr } = await runCommand('/bin/sh', ['-c', script, 'sh', program, dataDir], account);
  return exitCode === 0 ? undefined : oneLine(stderr);
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, '; ');
}
