import { type ClientBase, escapeIdentifier } from 'pg';
import { applicationName } from '../../database/connection/database-config.js';
import { migrations } from '../../database/migrations/index.js';
import { LAST_VERSION_BEFORE, withoutReplaced } from '../../database/migrations/replaced.js';
import { CommandError } from '../command.js';
import { ArchiveError } from './archive-format.js';
import { migrationsOf, tablesOf } from './tables.js';

/** By name, in the order in which they run. */
const known = migrations.map(({ name }) => name);

/**
 * @param archived the migrations that the archive names
 * @returns the last of them, which is the level of its schema
 * @throws ArchiveError when the archive was made at a level that this Docket does not know
 */
export function levelOf(archived: readonly string[]): string | undefined {
  const executed = withoutReplaced(archived);
  if (executed === null) {
    throw new ArchiveError(
      `is of a version whose migrations were replaced. Restore it with ${LAST_VERSION_BEFORE}, and make a backup of that.`,
    );
  }
  const unknown = executed.find((name, index) => known[index] !== name);
  if (unknown !== undefined) {
    throw new ArchiveError(
      `was made by another version of Docket (${unknown} is not known here). Restore it with the version that made it, or a later one.`,
    );
  }
  return executed.at(-1);
}

/**
 * @throws CommandError unless the database holds nothing but what migrations make, and no server works on it
 */
export async function checkEmpty(client: ClientBase, url: string): Promise<void> {
  const { rows } = await client.query<{ servers: number }>(
    `select count(*)::int as servers from pg_stat_activity
     where datname = current_database() and application_name = any($1)`,
    [['docket', 'docket-jobs', applicationName(url, ''), applicationName(url, '-jobs')]],
  );
  if (rows[0]?.servers !== 0) throw new CommandError('A Docket server runs on this database. Stop it first.');
  const executed = await migrationsOf(client);
  if (executed.some((name, index) => known[index] !== name)) {
    throw new CommandError('The database was migrated by another version of Docket. Give the restore an empty one.');
  }
  for (const { name } of await tablesOf(client)) {
    // Migrations make the three built-in roles.
    const madeByMigrations = name === 'role' ? 'where built_in is null' : '';
    const found = await client.query(`select from ${escapeIdentifier(name)} ${madeByMigrations} limit 1`);
    if (found.rowCount === 0) continue;
    throw new CommandError(
      `The database is not empty (there are rows in "${name}"), and a restore never overwrites. Give it a new database by DATABASE_URL, or a new folder by DATA_DIR.`,
    );
  }
}
