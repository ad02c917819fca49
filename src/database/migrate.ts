import { type MikroORM } from '@mikro-orm/postgresql';
import { Client } from 'pg';
import { StartError } from '../start-error.js';

/** Any number, the same in every instance: "DOCK" in ASCII. */
const LOCK = 0x44_4f_43_4b;

/** A server that is up answers at once, even from far away. */
const CONNECT_TIMEOUT_MS = 10_000;

/** An address with several hosts, such as localhost, fails with an error for each and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/**
 * A connection beside the pool's; the caller ends it.
 * @throws StartError when the database cannot be reached or refuses the connection
 */
export async function openSession(databaseUrl: string, name = 'docket-start'): Promise<Client> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  try {
    await client.connect();
  } catch (error) {
    // The URL itself is not told: it holds the password.
    throw new StartError(
      `The database cannot be used: ${reasonOf(error)}. Look at DATABASE_URL, and whether PostgreSQL runs there.`,
      { cause: error },
    );
  }
  return client;
}

/**
 * Runs the action while no other instance on the same database runs one: several may start at once.
 * @throws StartError when the database cannot be reached or refuses the connection
 */
export async function exclusively<Result>(databaseUrl: string, action: () => Promise<Result>): Promise<Result> {
  const client = await openSession(databaseUrl);
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    return await action();
  } finally {
    // Ending the session releases the lock.
    await client.end();
  }
}

/** Runs migrations in one transaction, without a limit on time: an index on a large table takes longer than a request may. */
export async function migrating(orm: MikroORM, run: (transaction: unknown) => Promise<unknown>): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    await em.execute('set local statement_timeout = 0');
    await run(em.getTransactionContext());
  });
}

/** Brings the schema up to date, all of it or nothing. */
export async function migrate(orm: MikroORM): Promise<void> {
  await migrating(orm, async (transaction) => orm.migrator.up({ transaction }));
}
