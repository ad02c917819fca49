import { type ClientBase } from 'pg';

/** What Docket's SQL and `pg` rely on, whatever the database's, the role's and the server's own settings are. */
const RELIED_ON = {
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  // The ORM looks for its table of migrations there, and for all others by their plain names.
  search_path: 'public',
  // How values are written as text.
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  xmloption: 'content',
  // How texts are read.
  array_nulls: 'on',
  transform_null_equals: 'off',
  // What searches find.
  gin_fuzzy_search_limit: '0',
  // What a name means in the functions that migrations make, and what they refuse.
  'plpgsql.variable_conflict': 'error',
  'plpgsql.extra_errors': 'none',
  // A row that is refused, as a name that is taken, does not end the connection.
  exit_on_error: 'off',
  // Row locks are what makes changes wait for each other (docs/decisions/0008-row-locks.md): a statement that waited must
  // see what it waited for. Under a stricter level it would fail instead.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Docket has its own limits; a pooled connection is idle for long, and an import's transaction takes minutes.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // Values of parameters are nobody's business in the server's log.
  log_parameter_max_length_on_error: '0',
};

/** The extensions that migrations make, or find. */
export const EXTENSIONS = ['citext', 'pg_trgm', 'unaccent'] as const;

/**
 * One statement, as each new connection waits for it. Settings that this PostgreSQL does not have are left out. Where the
 * extensions are in a schema of their own it is put behind the search_path, for their types and operators to be found:
 * without, "=" of two citext would compare with regard to case.
 */
export const SET_UP = `
  select set_config(name, value, false) from unnest($1::text[], $2::text[]) as wanted (name, value)
    where current_setting(name, true) <> value
  union all
  select set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), schemas), false)
    from (select string_agg(distinct quote_ident(nspname), ', ') as schemas
      from pg_catalog.pg_extension join pg_catalog.pg_namespace n on n.oid = extnamespace
      where extname = any($3::text[]) and nspname <> all (current_schemas(true))) as elsewhere
    where schemas is not null`;

/** Settings of a session beyond those, such as its statement_timeout. */
export type SessionSettings = Readonly<Record<string, string>>;

/** Makes a new connection one on which Docket's statements mean what they should. */
export async function setUpSession(client: ClientBase, settings: SessionSettings = {}): Promise<void> {
  const wanted = { ...RELIED_ON, ...settings };
  await client.query(SET_UP, [Object.keys(wanted), Object.values(wanted), EXTENSIONS]);
}
