import { DeadlockException, type MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import { withAdvisoryLock } from './connection/advisory-lock.js';
import { checkServer } from './connection/check-server.js';
import { refuseTransactionPooling } from './connection/check-pooling.js';
import { missingRight } from './connection/missing-right.js';
import { openSession, type Report } from './connection/open-session.js';
import { brokenStart } from './connection/refused-connection.js';
import { takeOver } from './migrations/take-over.js';

/** Key of the advisory lock, the same in every instance: "DOCK" in ASCII. */
const LOCK = 0x44_4f_43_4b;

/** Maximum number of attempts to migrate when each meets a deadlock. */
const MAX_ATTEMPTS = 10;

/** Maximum wait for another instance that migrates a large database. */
const MAX_MIGRATION_MS = 15 * 60_000;

/**
 * Runs the action under a lock that excludes other instances on the same database, as several may start at once. Checks
 * first whether Docket can work on this database.
 * @throws StartError when the database cannot be reached, refuses the connection, or is none that Docket can work on
 */
export async function exclusively<Result>(
  databaseUrl: string,
  action: () => Promise<Result>,
  report?: Report,
): Promise<Result> {
  const client = await openSession(databaseUrl, { report });
  let isBroken = false;
  client.once('end', () => {
    isBroken = true;
  });
  try {
    await refuseTransactionPooling(client, async () => openSession(databaseUrl, { timeoutMs: 0 }));
    await checkServer(client);
    const meanwhile = 'Another process of Docket starts on this database';
    return await withAdvisoryLock(client, { key: LOCK, meanwhile, timeoutMs: MAX_MIGRATION_MS, report }, action);
  } catch (error) {
    throw missingRight(error) ?? brokenStart(databaseUrl, error, isBroken) ?? error;
  } finally {
    await client.end();
  }
}

/** Runs migrations in one transaction, without a limit on time: an index on a large table takes longer than a request may. */
export async function migrating(
  orm: MikroORM,
  run: (transaction: unknown, em: SqlEntityManager) => Promise<unknown>,
): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    await em.execute('set local statement_timeout = 0');
    await run(em.getTransactionContext(), em);
  });
}

/**
 * Brings the schema up to date, all of it or nothing. Begins again when PostgreSQL ends its transaction because of a deadlock with
 * a request of another process: requests lock tables in several orders, so no order of migrations avoids that.
 * @throws StartError when the database is of a version that this one cannot bring up to date
 */
export async function migrate(orm: MikroORM): Promise<void> {
  // Outside of the transaction, within which the migrator would need a second connection to prepare its table.
  if ((await orm.migrator.getPending()).length === 0) return;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrating(orm, async (transaction, em) => {
        await takeOver(em);
        await orm.migrator.up({ transaction });
      });
    } catch (error) {
      if (!(error instanceof DeadlockException) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
