import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { checkedKeys, keyFileIn } from '../../accounts/sessions/signing-keys.js';
import { type Env } from '../../app/env.js';
import { damaged, KEYS_FILE } from './archive-format.js';

const ONLY_OWNER = 0o600;

/** The keys that the server signs with, as a JSON array of JWKs; null when none are set, and none are in DATA_DIR. */
export async function keysInUse({ jwtPrivateKeys, dataDir }: Env): Promise<string | null> {
  const keys = jwtPrivateKeys ?? (await readFile(keyFileIn(dataDir), 'utf8').catch(missing));
  return keys === null ? null : JSON.stringify(checkedKeys(keys, jwtPrivateKeys !== undefined));
}

const nothing = async () => {};

/** Keys that wait beside their place for the database to be restored. */
export interface PreparedKeys {
  /** Whether the server will take tokens that the restored keys signed. */
  readonly willHold: boolean;
  keep(): Promise<void>;
  discard(): Promise<void>;
}

function asKeys(archived: string) {
  try {
    return checkedKeys(archived, false);
  } catch (cause) {
    throw damaged(KEYS_FILE, cause);
  }
}

/**
 * Puts restored keys in front of those that DATA_DIR may have. Keys in JWT_PRIVATE_KEYS stand above both.
 * @throws ArchiveError when the archive's keys are none, StartError when those that are there are none
 */
export async function prepareKeys(env: Env, archived: string): Promise<PreparedKeys> {
  const restored = asKeys(archived);
  const present = await keysInUse(env);
  const others = present === null ? [] : checkedKeys(present, false);
  const isRestored = (other: (typeof others)[number]) => restored.some(({ x }) => x === other.x);
  if (env.jwtPrivateKeys !== undefined) {
    return {
      willHold: restored.every(({ x }) => others.some((other) => other.x === x)),
      keep: nothing,
      discard: nothing,
    };
  }
  const file = keyFileIn(env.dataDir);
  await mkdir(env.dataDir, { recursive: true });
  const waiting = `${file}.restoring-${process.pid}`;
  const keys = [...restored, ...others.filter((other) => !isRestored(other))];
  await writeFile(waiting, JSON.stringify(keys), { mode: ONLY_OWNER });
  return {
    willHold: true,
    keep: async () => rename(waiting, file),
    discard: async () => rm(waiting, { force: true }),
  };
}

function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
