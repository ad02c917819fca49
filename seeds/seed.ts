import { openSession } from '../src/database/connection/open-session.js';
import { SEED_STATEMENTS } from './bench-data.sql.js';

export interface SeedSizes {
  readonly tickets: number;
  readonly comments: number;
  readonly users: number;
  /** So many different texts; beyond, they begin again. By default all differ. */
  readonly texts?: number;
}

/**
 * Fills a migrated database with help-desk content, in one transaction.
 * @param passwordHash of every account
 * @param log told how long each part took
 * @throws Error when there are tickets already
 */
export async function seed(
  databaseUrl: string,
  sizes: SeedSizes,
  passwordHash: string,
  log: (line: string) => void = () => {},
): Promise<void> {
  const client = await openSession(databaseUrl);
  try {
    const { rows } = await client.query('select count(*)::int as count from ticket');
    if (rows[0]?.count > 0) throw new Error('The database has tickets already. Give it an empty one.');
    await client.query('begin');
    const texts = sizes.texts ?? Math.max(sizes.tickets, sizes.comments);
    for (const [name, value] of Object.entries({ ...sizes, texts, password: passwordHash })) {
      await client.query(`select set_config($1, $2, true)`, [`seed.${name}`, String(value)]);
    }
    for (const [what, statement] of SEED_STATEMENTS) {
      const started = performance.now();
      await client.query(statement);
      log(`${what}: ${Math.round(performance.now() - started)} ms`);
    }
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}
