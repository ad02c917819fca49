import { type MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import { withAdvisoryLock } from './connection/advisory-lock.js';
import { checkServer } from './connection/check-server.js';
import { refuseTransactionPooling } from './connection/check-pooling.js';
import { missingRight } from './connection/missing-right.js';
import { openSession, type Report } from './connection/open-session.js';
import { brokenStart } from './connection/refused-connection.js';
import { takeOver } from './migrations/take-over.js';

/** Key of the advisory lock, the same in every instance: "DOCK" in ASCII. */
const LOCK = 0x44_4f_43_4b;

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

/** Tables that requests write, in the order in which they lock their rows (docs/decisions/0011-order-of-locks.md). */
const WRITTEN_TABLES = [
  'user',
  'role',
  'session',
  'product',
  'ticket',
  'comment',
  'ticket_watch',
  'ticket_mention',
  'notification',
];

/** Locks the tables of other processes' writes first: a migration that came to them in another order would deadlock with a write. */
async function lockWrittenTables(em: SqlEntityManager): Promise<void> {
  const names = await em.execute<{ name: string }[]>(
    'select name from unnest(?::text[]) with ordinality as t (name, place) where to_regclass(quote_ident(name)) is not null order by place',
    [`{${WRITTEN_TABLES.join()}}`],
  );
  if (names.length === 0) return;
  await em.execute(`lock table ${names.map(({ name }) => `"${name}"`).join(', ')} in access exclusive mode`);
}

/**
 * Brings the schema up to date, all of it or nothing. Requests of other processes wait from the first migration to the last.
 * @throws StartError when the database is of a version that this one cannot bring up to date
 */
export async function migrate(orm: MikroORM): Promise<void> {
  const pending = await orm.migrator.getPending();
  await migrating(orm, async (transaction, em) => {
    if (pending.length > 0) await lockWrittenTables(em);
    await takeOver(em);
    await orm.migrator.up({ transaction });
  });
}
