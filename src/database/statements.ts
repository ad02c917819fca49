import { type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type Pool, TypeOverrides } from 'pg';
import { tracedStatement } from '../observability/tracing/traced-statement.js';
import { preparedName } from './prepared-statements.js';

/** One statement, as PostgreSQL gets it. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What a statement gives: the names of its columns, and the values of each row in their order. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export type RunStatement = (statement: Statement) => Promise<Answer>;

const LENGTH_WITH_MILLISECONDS = '2026-11-21 05:52:54.123'.length;

/** The type `timestamp` in PostgreSQL's catalogue, pg_type.dat. */
const TIMESTAMP_OID = 1114;

/**
 * `2026-11-21 05:52:54.1`, which PostgreSQL writes for a timestamp, as ISO 8601 in UTC with milliseconds. Done here and
 * not by to_char, which costs PostgreSQL more (bench/results.md).
 */
function isoInstant(text: string): string {
  // Milliseconds, unless they end in a zero or something else than Docket wrote it.
  if (text.length === LENGTH_WITH_MILLISECONDS) return `${text.slice(0, 10)}T${text.slice(11)}Z`;
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, 23).padEnd(3, '0')}Z`;
}

/** The pool's own types, but timestamps as ISO 8601: readers take every instant `at time zone 'UTC'`. */
function readTypes(pool: Pool): TypeOverrides {
  const types = new TypeOverrides(pool.options.types);
  types.setTypeParser(TIMESTAMP_OID, isoInstant);
  return types;
}

/** Runs statements on a connection's pool: arrays of values, the cheapest that `pg` can give. */
export function statementsOn(connection: PostgreSqlConnection): RunStatement {
  let ready: { pool: Pool; types: TypeOverrides } | undefined;
  return async ({ text, values }) => {
    if (!ready) {
      const pool = await connection.getNativeClient();
      ready = { pool, types: readTypes(pool) };
    }
    const { pool, types } = ready;
    const client = await pool.connect();
    try {
      const name = preparedName(client, text);
      const query = { name, text, values: [...values], rowMode: 'array' as const, types };
      const { fields, rows } = await tracedStatement(text, values, async () => client.query<unknown[]>(query));
      return { names: fields.map((field) => field.name), rows };
    } finally {
      client.release();
    }
  };
}
