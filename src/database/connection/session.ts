import { type ClientBase } from 'pg';

/** Session settings that Docket's SQL and `pg` rely on, regardless of the settings of database, role and server. */
const RELIED_ON = {
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  // The ORM finds its table of migrations there, and all others by unqualified names.
  search_path: 'public',
  // Output formats of values.
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  xmloption: 'content',
  // Parsing of literals.
  array_nulls: 'on',
  transform_null_equals: 'off',
  // Semantics of searches.
  gin_fuzzy_search_limit: '0',
  // Name resolution and checks in the functions that migrations create.
  'plpgsql.variable_conflict': 'error',
  'plpgsql.extra_errors': 'none',
  // An error, such as a unique violation, must not end the session.
  exit_on_error: 'off',
  // Changes are serialized by row locks (docs/decisions/0080-direct-writes.md): a statement that waited for a lock must
  // see the committed row. At a stricter isolation level it would fail instead.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Docket has limits of its own; a pooled connection may be idle for long, and an import's transaction takes minutes.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // No parameter values in the server's log.
  log_parameter_max_length_on_error: '0',
};

/** The extensions that migrations create if missing. */
export const EXTENSIONS = ['citext', 'pg_trgm', 'unaccent'] as const;

/**
 * One statement, to save round trips on each new connection. Settings unknown to this PostgreSQL version are skipped.
 * If the extensions are in a schema of their own, it is appended to the search_path for their types and operators:
 * without it, "=" of two citext values would be case-sensitive.
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

/** Further settings of a session, such as its statement_timeout. */
export type SessionSettings = Readonly<Record<string, string>>;

/** Applies the settings to a new connection. */
export async function setUpSession(client: ClientBase, settings: SessionSettings = {}): Promise<void> {
  const wanted = { ...RELIED_ON, ...settings };
  await client.query(SET_UP, [Object.keys(wanted), Object.values(wanted), EXTENSIONS]);
}
