import { realpath } from 'node:fs/promises';
import { Client } from 'pg';
import { clusterDirOf, readPassword } from './cluster.js';
import { DataDirLock } from './data-dir-lock.js';
import { findPostmaster } from './postmaster.js';
import { databaseUrlOf, superuserOn } from './server.js';

/**
 * The URL of the embedded database that another process of ours runs and holds, to work beside it: the right to stop
 * the server stays with that process, and the database goes away when it stops.
 * @returns undefined when no server runs on DATA_DIR, or one that nobody holds (it outlived its process), or the
 * database is not made yet: then it is there to be started.
 * @throws Error that says so when DATA_DIR belongs to somebody else.
 */
export async function urlOfServerInUse(dataDir: string, databaseName = 'docket'): Promise<string | undefined> {
  const folder = await realpath(dataDir).catch(() => undefined);
  if (folder === undefined) {
    return undefined;
  }
  const postmaster = await findPostmaster(clusterDirOf(folder)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EACCES') {
      throw new Error(`${folder} cannot be read. Work as the user that owns it (or as root).`, { cause });
    }
    throw cause;
  });
  if (postmaster.state !== 'running' || postmaster.port === undefined) {
    return undefined;
  }
  const password = await readPassword(folder);
  const client = new Client(superuserOn(postmaster.port, password));
  // The server may end at any moment; that shows as an error of what we are doing.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    const usable = rowCount === 1 && (await DataDirLock.isHeld(client));
    return usable ? databaseUrlOf(postmaster.port, password, databaseName) : undefined;
  } catch {
    // Starting, stopping or recovering: the next start waits for that.
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}
