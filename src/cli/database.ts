import { type MikroORM } from '@mikro-orm/postgresql';
import { DataDirInUseError, startEmbeddedDatabase } from '../database/embedded/embedded-database.js';
import { urlOfServerInUse } from '../database/embedded/server-in-use.js';
import { type Report } from '../database/connection/open-session.js';
import { exclusively, migrate } from '../database/migrate.js';
import { connect } from '../app/orm.js';
import { type Env } from '../app/env.js';
import { EXIT_INTERRUPTED, type Interruption } from './interruption.js';

interface OpenDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** Commands have no statement timeout: Ctrl-C ends them. */
const NO_STATEMENT_TIMEOUT = 0;

/**
 * How long a pool may take to close after a failure. Kysely does not release a connection on which the rollback failed,
 * since the connection is lost, and the pool waits for it for ever.
 */
const CLOSE_TIMEOUT_MS = 2000;

const nothingToClose = async () => {};

/**
 * The database of DATABASE_URL, or the embedded one of DATA_DIR: through the server that runs on it, or else started
 * for this command and stopped after it.
 */
async function openDatabase({ databaseUrl, dataDir }: Env): Promise<OpenDatabase> {
  if (databaseUrl !== undefined) return { url: databaseUrl, close: nothingToClose };
  const running = await urlOfServerInUse(dataDir);
  if (running !== undefined) return { url: running, close: nothingToClose };
  try {
    const started = await startEmbeddedDatabase({ dataDir });
    return { url: started.url, close: async () => started.stop() };
  } catch (error) {
    // A server that took DATA_DIR after we looked.
    const url = error instanceof DataDirInUseError ? await urlOfServerInUse(dataDir) : undefined;
    if (url === undefined) throw error;
    return { url, close: nothingToClose };
  }
}

/**
 * Runs the action on the database as it is, whatever its schema.
 * @param interruption of an action that ends by itself at the first signal; any other is ended at once
 */
export async function withDatabaseUrl<Result>(
  env: Env,
  action: (url: string) => Promise<Result>,
  interruption?: Interruption,
): Promise<Result> {
  const database = await openDatabase(env);
  // A command that is broken off must not leave behind the embedded server that it started.
  const breakOff = () => void database.close().finally(() => process.exit(EXIT_INTERRUPTED));
  const stopListening = interruption ? interruption.onSecond(breakOff) : onSignal(breakOff);
  try {
    return await action(database.url);
  } finally {
    stopListening();
    await database.close();
  }
}

/** Tells what a command waits for. */
export const reportOnStderr: Report = (message) => process.stderr.write(`${message}\n`);

function onSignal(listen: () => void): () => void {
  process.once('SIGINT', listen).once('SIGTERM', listen);
  return () => void process.off('SIGINT', listen).off('SIGTERM', listen);
}

/** Runs the action on the database, its schema brought up to date as every start of the server does. */
export async function withDatabase<Result>(
  env: Env,
  action: (orm: MikroORM) => Promise<Result>,
  interruption?: Interruption,
): Promise<Result> {
  return withDatabaseUrl(
    env,
    async (url) => {
      const orm = await connect(url, undefined, NO_STATEMENT_TIMEOUT);
      try {
        await exclusively(url, async () => migrate(orm), reportOnStderr);
        return await action(orm);
      } finally {
        await closePool(orm);
      }
    },
    interruption,
  );
}

async function closePool(orm: MikroORM): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  });
  await Promise.race([orm.close(true), timeout]).finally(() => clearTimeout(timer));
}
