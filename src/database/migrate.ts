import { type MikroORM } from '@mikro-orm/postgresql';
import { Client } from 'pg';

/** Any number, the same in every instance: "DOCK" in ASCII. */
const LOCK = 0x44_4f_43_4b;

/** Runs the action while no other instance on the same database runs one: several may start at once. */
export async function exclusively<Result>(databaseUrl: string, action: () => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'docket-start' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    return await action();
  } finally {
    // Ending the session releases the lock.
    await client.end();
  }
}

/** Brings the schema up to date. */
export async function migrate(orm: MikroORM): Promise<void> {
  await orm.migrator.up();
}
