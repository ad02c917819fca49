import { REPLACED_MIGRATIONS } from '../../src/database/migrations/replaced.js';
import { migrations } from '../../src/database/migrations/index.js';

/**
 * Statements that make a migrated database one as the replaced migrations left it.
 * @param executed those that have run
 */
export function asBeforeTheInitialMigration(executed: readonly string[] = REPLACED_MIGRATIONS): string[] {
  const initial = migrations[0]?.name ?? '';
  return [
    `delete from migration where name = '${initial}'`,
    // Before those of later migrations.
    `insert into migration (id, name) select place - 100, name
       from unnest(array[${executed.map((name) => `'${name}'`).join()}]) with ordinality as replaced (name, place)`,
    `create function must_hold(condition boolean) returns boolean language sql as 'select condition'`,
  ];
}
