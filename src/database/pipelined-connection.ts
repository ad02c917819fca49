import { type Pool, type PoolClient } from 'pg';
import { TimeoutError, withTimeout } from '../common/timeout.js';
import { outOfScope } from '../observability/scope.js';

/**
 * For a statement and the one that it is sent behind, each of which has five seconds (orm.ts). Only a connection that has
 * fallen silent takes longer.
 */
const LONGEST_ANSWER_MS = 12_000;

/** A connection in use, and by how many statements. */
interface InUse {
  readonly client: Promise<PoolClient>;
  users: number;
}

async function release(connecting: Promise<PoolClient>, problem: Error | undefined): Promise<void> {
  try {
    const client = await connecting;
    client.release(problem);
    // `pg` would let what is under way end first.
    if (problem) client.connection.stream.destroy();
  } catch {
    // There was none to be had: whoever waited for it knows.
  }
}

/**
 * Statements that stand in line: one that comes while others are under way is sent behind them on the same connection
 * (`pipeline` in `pg`), so that PostgreSQL has it as soon as it is done with those (bench/results.md, "Writes"). Each is
 * a transaction of its own, and fails alone.
 */
export class PipelinedConnection {
  readonly #longestAnswerMs: number;
  #inUse: InUse | undefined;

  constructor(longestAnswerMs = LONGEST_ANSWER_MS) {
    this.#longestAnswerMs = longestAnswerMs;
  }

  /**
   * @throws what the use throws; when there is no connection to be had; when there is no answer for too long: then the
   * connection is closed, and those behind get the error that it was
   */
  async run<Result>(pool: Pool, use: (client: PoolClient) => Promise<Result>): Promise<Result> {
    this.#inUse ??= { client: outOfScope(async () => pool.connect()), users: 0 };
    const inUse = this.#inUse;
    inUse.users += 1;
    try {
      return await withTimeout(use(await inUse.client), this.#longestAnswerMs);
    } catch (error) {
      if (error instanceof TimeoutError) this.#leave(inUse, error);
      throw error;
    } finally {
      inUse.users -= 1;
      if (inUse.users === 0) this.#leave(inUse);
    }
  }

  /** @param problem why the connection is closed, instead of given back to the pool */
  #leave(inUse: InUse, problem?: Error): void {
    if (this.#inUse !== inUse) return;
    this.#inUse = undefined;
    void release(inUse.client, problem);
  }
}
