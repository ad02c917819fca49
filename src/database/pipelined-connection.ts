import { type Pool } from 'pg';
import { runOutsideScope } from '../observability/scope.js';
import { PooledConnection } from './pooled-connection.js';

/** A connection, and the number of statements under way on it. */
interface InUse {
  readonly connection: Promise<PooledConnection>;
  statements: number;
}

/**
 * Pipelines statements on one connection of the pool (`pipeline` in `pg`): each is sent without waiting for the answers
 * to those before it. Each is a transaction of its own and fails alone; when the connection breaks, all on it fail. The
 * connection is released to the pool after the last answer.
 */
export class PipelinedConnection {
  #inUse: InUse | undefined;

  /** How many statements are under way. */
  get pending(): number {
    return this.#inUse?.statements ?? 0;
  }

  /** @throws what `use` throws; DatabaseUnavailableError when there is no connection */
  async run<Result>(pool: Pool, use: (connection: PooledConnection) => Promise<Result>): Promise<Result> {
    this.#inUse ??= { connection: runOutsideScope(async () => PooledConnection.acquire(pool)), statements: 0 };
    const inUse = this.#inUse;
    inUse.statements += 1;
    let connection: PooledConnection | undefined;
    try {
      connection = await inUse.connection;
      return await use(connection);
    } finally {
      inUse.statements -= 1;
      const isDone = inUse.statements === 0;
      if (this.#inUse === inUse && (isDone || connection === undefined || connection.isBroken)) this.#inUse = undefined;
      if (isDone) connection?.release();
    }
  }
}
