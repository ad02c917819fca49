import { type SqlEntityManager } from '@mikro-orm/postgresql';
import { StartError } from '../../common/start-error.js';
import { INITIAL_MIGRATION, LAST_VERSION_BEFORE, REPLACED_MIGRATIONS, withoutReplaced } from './replaced.js';

/** Null when there is none. One of another owner is left to the migrator, whose error says what to do. */
const READABLE = `select has_table_privilege(to_regclass('migration'), 'select') as is_readable`;
/** The first one's row becomes the initial one's, so that it stays before those of later migrations. */
const RENAME = 'update migration set name = ? where name = ?';
const REMOVE = 'delete from migration where name = any(?::text[])';
/** It was changed in place while it was developed, and this is what it lacked at first. */
const SEARCH_MIGRATION = 'Migration20261127160000_search_rows';
const IS_COMPLETE = `select to_regclass('search_waiting') is not null as is_complete`;
/** Functions that the replaced migrations made and the initial one does not. */
const DROP = 'drop function if exists must_hold(boolean)';

/**
 * Makes a database that the replaced migrations have made one of the initial migration; any other stays as it is. Called
 * in the transaction that migrates.
 * @throws StartError when only some of the replaced migrations have run, or not as they were in the end
 */
export async function takeOver(em: SqlEntityManager): Promise<void> {
  const [table] = await em.execute<{ is_readable: boolean | null }[]>(READABLE);
  if (table?.is_readable !== true) return;
  const rows = await em.execute<{ name: string }[]>('select name from migration order by id');
  const executed = rows.map(({ name }) => name);
  const [schema] = await em.execute<{ is_complete: boolean }[]>(IS_COMPLETE);
  if (executed.includes(SEARCH_MIGRATION) && schema?.is_complete !== true) {
    throw new StartError(
      'The database was made by a development version whose tables for search are others. Export its tickets with that version, and import them into a new database (docs/cli.md).',
    );
  }
  if (withoutReplaced(executed) === null) {
    const missing = REPLACED_MIGRATIONS.find((name) => !executed.includes(name));
    throw new StartError(
      `The database is of a version whose migrations were replaced, and ${missing} has not run on it. Start ${LAST_VERSION_BEFORE} on it first, then this one.`,
    );
  }
  const [first, ...rest] = REPLACED_MIGRATIONS;
  if (!executed.includes(first)) return;
  await em.execute(RENAME, [INITIAL_MIGRATION, first]);
  await em.execute(REMOVE, [`{${rest.join()}}`]);
  await em.execute(DROP);
}
