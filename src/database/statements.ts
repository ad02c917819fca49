import { type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type CustomTypesConfig, type Pool } from 'pg';
import { currentScope } from '../observability/scope.js';
import { tracedStatement } from '../observability/tracing/traced-statement.js';
import { columnTypes } from './column-types.js';
import { PipelinedConnection } from './pipelined-connection.js';
import { PooledConnection } from './pooled-connection.js';
import { type Answer, type Query } from './query.js';
import { recordFailedWrite } from './unknown-outcome.js';

/** One statement as sent to PostgreSQL. */
export interface Statement extends Query {
  /** Summary for traces, of low cardinality, such as `insert ticket`; default: its first word. */
  readonly summary?: string | undefined;
  /**
   * The pipelined connection to send it on. `shared`: one that requests share for reads. Default: a connection of the
   * pool of its own.
   */
  readonly pipeline?: PipelinedConnection | 'shared' | undefined;
  /** Whether it makes a client's change, as a transaction of its own: its outcome may be unknown after an error. */
  readonly isChange?: boolean;
}

export type RunStatement = (statement: Statement) => Promise<Answer>;

/** Maximum number of statements in one pipeline: the last one waits for all before it. */
const MAX_PENDING = 16;

/**
 * Timeout of a statement behind another one, each of which has five seconds (orm.ts). Only a dead connection takes
 * longer.
 */
const PIPELINED_TIMEOUT_MS = 12_000;

/** Connections that reads share: the first with room gets the next statement. */
class SharedConnections {
  readonly #all: PipelinedConnection[] = [];

  next(): PipelinedConnection {
    const free = this.#all.find(({ pending }) => pending < MAX_PENDING);
    if (free) return free;
    const added = new PipelinedConnection();
    this.#all.push(added);
    return added;
  }
}

/**
 * Runs statements on the connection pool of the ORM.
 * @param timeoutMs of pipelined statements
 */
export function statementsOn(source: PostgreSqlConnection, timeoutMs = PIPELINED_TIMEOUT_MS): RunStatement {
  const shared = new SharedConnections();
  let opened: { readonly pool: Pool; readonly types: CustomTypesConfig } | undefined;

  async function send(statement: Statement): Promise<Answer> {
    if (!opened) {
      const pool = await source.getNativeClient();
      opened ??= { pool, types: columnTypes(pool) };
    }
    const { pool, types } = opened;
    const { pipeline } = statement;
    if (pipeline !== undefined) {
      const pipelined = pipeline === 'shared' ? shared.next() : pipeline;
      return pipelined.run(pool, async (connection) => connection.run(statement, { types, timeoutMs }));
    }
    const connection = await PooledConnection.acquire(pool);
    try {
      return await connection.run(statement, { types });
    } finally {
      connection.release();
    }
  }

  return async (given) => {
    const statement = { ...given, account: given.account ?? currentScope()?.account };
    const answer = tracedStatement(statement, async () => send(statement));
    // Recorded even if the request has ended.
    if (statement.isChange) answer.catch(recordFailedWrite);
    return answer;
  };
}
