import { type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type Pool, type PoolClient, TypeOverrides } from 'pg';
import { currentScope } from '../observability/scope.js';
import { TimeoutError } from '../common/timeout.js';
import { tracedStatement } from '../observability/tracing/traced-statement.js';
import { preparedOn } from './prepared-statements.js';
import { type Answer, type Statement } from './query.js';
import { queryRows } from './row-query.js';
import { SharedConnection } from './shared-connection.js';
import { isoInstant } from './text-values.js';
import { noteFailedChange } from './unknown-outcome.js';

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
