import { type MigrationObject } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { type Client, type PoolConfig } from 'pg';
import { openSession } from '../src/database/connection/open-session.js';
import { migrate, migrating } from '../src/database/migrate.js';
import { migrations } from '../src/database/migrations/index.js';
import { ormOptions } from '../src/app/orm.js';
import { seed, type SeedSizes } from '../seeds/seed.js';

/** Rows of the tables that the seed leaves empty. */
const OTHER_ROWS = `
  insert into session (id, user_id, created_at, last_used_at, expires_at)
    select gen_random_uuid(), id, created_at, created_at, '2999-01-01' from "user" limit 100;
  insert into token (id, kind, hash, user_id, session_id, created_at, expires_at)
    select gen_random_uuid(), 'REFRESH', id::text, user_id, id, created_at, expires_at from session;
  insert into notification (id, kind, status, recipient_id, ticket_id, changes, created_at, send_at)
    select gen_random_uuid(), 'ASSIGNED', 'SCHEDULED', assigned_to_id, id, '[]', created_at, created_at
    from ticket where assigned_to_id is not null limit 1000`;

/** A migration may make them anew from what stays. */
const DERIVED = new Set(['ticket_search', 'ticket_stem']);
/**
 * Words for misspelt ones to be compared with are learnt at best; the log of changes begins anew, and cursors of before are
 * refused; the others are of no use after an hour.
 */
const LOST = new Set([
  'search_word',
  'search_waiting',
  'ticket_change',
  'password_reset_request',
  'sign_in_throttle',
  'migration',
]);

/** Everything that migrations make, as PostgreSQL describes it. */
const SCHEMA = `
  select format('column %s.%s %s %s %s', c.relname, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)) as what
    from pg_attribute a join pg_class c on c.oid = attrelid left join pg_attrdef d on d.adrelid = attrelid and d.adnum = attnum
    where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
  union all select pg_get_indexdef(indexrelid) from pg_index i join pg_class c on c.oid = indrelid
    where relnamespace = 'public'::regnamespace
  union all select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace and contype <> 'n'
  union all select tgenabled::text || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all select pg_get_functiondef(p.oid) from pg_proc p
    where pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  union all select format('enum %s %s', t.typname, string_agg(enumlabel, ',' order by enumsortorder))
    from pg_enum e join pg_type t on t.oid = e.enumtypid group by t.typname
  order by 1`;

/** Columns that are made of other rows; a lower level may lack them. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  ticket: ['comment_count', 'internal_comment_count', 'last_comment_at', 'last_internal_comment_at'],
};

interface Rehearsal {
  /** Told how long each step took. */
  readonly log?: (line: string) => void;
  /** Docket's own, unless given. */
  readonly of?: readonly MigrationObject[];
}

/**
 * Fills an empty database and takes it down to its first migration and up again.
 * @returns the steps in their order, such as "down Migration…"
 * @throws Error that names what was lost, or is other than before
 */
export async function rehearseMigrations(
  databaseUrl: string,
  sizes: SeedSizes,
  { log = () => {}, of = migrations }: Rehearsal = {},
): Promise<string[]> {
  const orm = await connectWith(databaseUrl, of);
  const client = await openSession(databaseUrl);
  const steps: string[] = [];
  const timed = async (name: string, action: () => Promise<unknown>) => {
    const started = performance.now();
    await action();
    log(`${name}: ${Math.round(performance.now() - started)} ms`);
    steps.push(name);
  };
  try {
    const names = of.map(({ name }) => name);
    await migrating(orm, async (transaction) => orm.migrator.up({ to: names[0], transaction }));
    const lowestSchema = await schemaOf(client);
    await migrate(orm);
    const schema = await schemaOf(client);
    await seed(databaseUrl, sizes, 'no password');
    await client.query(OTHER_ROWS);
    const before = await stateOf(client);

    for (const [index, name] of [...names.entries()].slice(1).toReversed()) {
      await timed(`down ${name}`, async () =>
        migrating(orm, async (transaction) => orm.migrator.down({ to: names[index - 1], transaction })),
      );
    }
    expectSame('Down to the lowest level left another schema', lowestSchema, await schemaOf(client));
    const lowest = await stateOf(client);
    compare('The lowest level lost rows of', before, lowest, (table) => DERIVED.has(table) || LOST.has(table));

    for (const name of names.slice(1)) {
      await timed(`up ${name}`, async () =>
        migrating(orm, async (transaction) => orm.migrator.up({ to: name, transaction })),
      );
    }
    compare('Down and up again changed', before, await stateOf(client), (table) => LOST.has(table));
    expectSame('Down and up again made another schema', schema, await schemaOf(client));
    return steps;
  } finally {
    await client.end();
    await orm.close(true);
  }
}

/** A connection of the ORM, as the server has it, except for the migrations. */
export async function connectWith(
  databaseUrl: string,
  of: readonly MigrationObject[],
  pool?: PoolConfig,
): Promise<MikroORM> {
  const options = ormOptions(databaseUrl, undefined, pool);
  return MikroORM.init({ ...options, migrations: { ...options.migrations, migrationsList: [...of] } });
}

async function schemaOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(SCHEMA);
  return rows.map(({ what }) => what);
}

const NO_ROWS = '0 rows, 0';

/** Of a table, the columns that are true or false unless it is said, with what they are then. */
const FLAGS = `
  select coalesce(jsonb_object_agg(attname, pg_get_expr(adbin, adrelid)::boolean), '{}') as flags
  from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where attrelid = $1::regclass and pg_get_expr(adbin, adrelid) in ('true', 'false')`;

/**
 * Of each table the number of its rows and a sum of their hashes, without columns that are empty, made of others, or flags as
 * they are by default: a lower level may lack them.
 */
async function stateOf(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; generated: string[] }>(
    `select relname as name, array(
       select attname::text from pg_attribute where attrelid = c.oid and attgenerated <> '' and not attisdropped) as generated
     from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
  );
  const state = new Map<string, string>();
  for (const { name, generated } of rows) {
    const { rows: defaults } = await client.query<{ flags: unknown }>(FLAGS, [`"${name}"`]);
    const { rows: sums } = await client.query<{ state: string }>(
      `select count(*) || ' rows, ' || coalesce(sum(hashtextextended((
         select jsonb_object_agg(key, value) from jsonb_each(jsonb_strip_nulls(to_jsonb(t)) - $2::text[])
         where value is distinct from $1::jsonb -> key
       )::text, 0)), 0) as state
       from "${name}" t`,
      [JSON.stringify(defaults[0]?.flags ?? {}), [...generated, ...(MADE[name] ?? [])]],
    );
    state.set(name, sums[0]?.state ?? '');
  }
  return state;
}

function compare(
  fault: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  mayDiffer: (table: string) => boolean,
): void {
  for (const [table, state] of before) {
    // A table that has no rows may not be there at a lower level.
    if (!mayDiffer(table) && (after.get(table) ?? NO_ROWS) !== state) {
      throw new Error(`${fault} ${table}: ${state} were there, and are ${after.get(table) ?? 'gone'}.`);
    }
  }
}

function expectSame(fault: string, expected: readonly string[], found: readonly string[]): void {
  const missing = expected.filter((line) => !found.includes(line)).map((line) => `- ${line}`);
  const added = found.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`);
  if (missing.length + added.length > 0) throw new Error([`${fault}:`, ...missing, ...added].join('\n'));
}
