import { type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type CustomTypesConfig, type Pool } from 'pg';
import { currentScope } from '../observability/scope.js';
import { tracedStatement } from '../observability/tracing/traced-statement.js';
import { columnTypes } from './column-types.js';
import { PipelinedConnection } from './pipelined-connection.js';
import { PooledConnection } from './pooled-connection.js';
import { type Answer, type Query } from './query.js';
import { noteFailedChange } from './unknown-outcome.js';

/** One statement, as PostgreSQL gets it. */
export interface Statement extends Query {
  /** A few words for traces, of which there are only so many, such as `insert ticket`; its first word if not given. */
  readonly summary?: string | undefined;
  /**
   * The connection on which it is sent behind others. `shared`: one that it shares with other reads of requests. If not
   * given it has a connection of the pool to itself.
   */
  readonly pipeline?: PipelinedConnection | 'shared' | undefined;
  /** Whether it changes what a client asked for, as a transaction of its own. */
  readonly isChange?: boolean;
}

export type RunStatement = (statement: Statement) => Promise<Answer>;

/** More would make the last wait for all before it. */
const MAX_PENDING = 16;

/**
 * For a statement and the one that it is sent behind, each of which has five seconds (orm.ts). Only a connection that has
 * fallen silent takes longer.
 */
const PIPELINED_TIMEOUT_MS = 12_000;

/** Connections that reads share: the first that has room gets the next statement. */
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
 * Runs statements on the pool of a connection of the ORM.
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
    // Noted even when nobody waits for the answer any more.
    if (statement.isChange) answer.catch(noteFailedChange);
    return answer;
  };
}
