import { type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type Pool, type PoolClient, TypeOverrides } from 'pg';
import { currentScope } from '../observability/scope.js';
import { TimeoutError } from '../common/timeout.js';
import { tracedStatement } from '../observability/tracing/traced-statement.js';
import { preparedOn } from './prepared-statements.js';
import { queryRows } from './row-query.js';
import { type PipelinedConnection } from './pipelined-connection.js';
import { SharedConnection } from './shared-connection.js';
import { isoInstant } from './text-values.js';
import { noteFailedChange } from './unknown-outcome.js';

/** What rows are charged to. */
export interface RowAccount {
  /** @throws when the bytes of a row are more than may be read; the statement fails by what it throws */
  charge(bytes: number): void;
  /** What it threw; undefined until then. */
  readonly refusal: Error | undefined;
}

/** One statement, as PostgreSQL gets it. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Finds a few rows by a key: it may share a connection with others of its kind (see shared-connection.ts). */
  readonly isQuick?: boolean;
  /** Changes what the client asked for, as a transaction of its own. */
  readonly isChange?: boolean;
  /** Where it is to wait for others, if anywhere. */
  readonly connection?: PipelinedConnection;
  /** That of the request that it is for, if it is for one. */
  readonly account?: RowAccount | undefined;
}

/** What a statement gives: the names of its columns, and the values of each row in their order. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export type RunStatement = (statement: Statement) => Promise<Answer>;

/** The type `timestamptz` in PostgreSQL's catalogue, pg_type.dat. */
const TIMESTAMPTZ_OID = 1184;

/** The pool's own types, but instants as ISO 8601. */
function readTypes(pool: Pool): TypeOverrides {
  const types = new TypeOverrides(pool.options.types);
  types.setTypeParser(TIMESTAMPTZ_OID, isoInstant);
  return types;
}

/** Runs statements on a connection's pool: arrays of values, the cheapest that `pg` can give. */
export function statementsOn(source: PostgreSqlConnection): RunStatement {
  let ready: { pool: Pool; types: TypeOverrides; shared: SharedConnection } | undefined;
  return async (statement) => {
    if (!ready) {
      const pool = await source.getNativeClient();
      ready ??= { pool, types: readTypes(pool), shared: new SharedConnection(pool) };
    }
    const { pool, types, shared } = ready;
    const { text, values, isQuick, isChange, connection } = statement;
    const charged: Statement = { ...statement, account: statement.account ?? currentScope()?.account };
    const send = async (client: PoolClient) => {
      const answer = queryRows(client, charged, preparedOn(client, text), types);
      // Noted even when nobody waits for the answer any more.
      if (isChange) answer.catch(noteFailedChange);
      return answer;
    };
    return tracedStatement(text, values, async () => {
      if (isQuick) return shared.run(send);
      if (connection) {
        return connection.run(pool, send).catch((error: unknown) => {
          if (isChange && error instanceof TimeoutError) noteFailedChange(error);
          throw error;
        });
      }
      const client = await pool.connect();
      try {
        return await send(client);
      } finally {
        client.release();
      }
    });
  };
}
