import {
  DatabaseError,
  type CustomTypesConfig,
  type Pool,
  type PoolClient,
  type QueryArrayResult,
  type QueryResult,
} from 'pg';
import { PreparedStatements } from './prepared-statements.js';
import { ChargedTypes } from './column-types.js';
import { type Answer, type Query } from './query.js';
import { DatabaseUnavailableError } from './unavailable-error.js';

type Callback<Result> = (error: Error | null | undefined, result: Result) => void;

interface RunOptions {
  readonly types: CustomTypesConfig;
  /** After this time without an answer the connection is closed; no limit if not given. */
  readonly timeoutMs?: number;
}

/** By the client of `pg`, which stays the same for as long as its connection is in the pool. */
const connections = new WeakMap<PoolClient, PooledConnection>();

/** A connection of a pool, by which all statements of requests are sent. */
export class PooledConnection {
  readonly #client: PoolClient;
  readonly #prepared = new PreparedStatements();
  #problem: Error | undefined;

  private constructor(client: PoolClient) {
    this.#client = client;
    client.once('error', (error) => this.#break(error));
    client.once('end', () => this.#break(new Error('The connection has ended')));
  }

  /** @throws DatabaseUnavailableError when there is none to be had */
  static async acquire(pool: Pool): Promise<PooledConnection> {
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      const isFull = pool.totalCount >= pool.options.max;
      throw new DatabaseUnavailableError(isFull ? 'pool full' : 'no connection', error);
    }
    const connection = connections.get(client) ?? new PooledConnection(client);
    connections.set(client, connection);
    return connection;
  }

  /** Whether it has ended, so that no statement can be sent any more. */
  get isBroken(): boolean {
    return this.#problem !== undefined;
  }

  /** Gives it back to the pool, which drops a broken one. */
  release(): void {
    this.#client.release(this.#problem);
  }

  /** A statement of the ORM, which gives rows as objects. */
  async execute(text: string, values: readonly unknown[]): Promise<QueryResult> {
    return this.#send((callback) => this.#client.query(text, [...values], callback));
  }

  /** A statement that gives rows as arrays. It is prepared when its text comes again. */
  async run({ text, values, account }: Query, { types, timeoutMs }: RunOptions): Promise<Answer> {
    const charged = account && new ChargedTypes(types, account);
    const config = {
      text,
      values: [...values],
      rowMode: 'array' as const,
      types: charged ?? types,
      query_timeout: timeoutMs,
    };
    const { fields, rows } = await this.#prepared.run(text, async (name) =>
      this.#send<QueryArrayResult>((callback) => this.#client.query({ ...config, name }, callback), timeoutMs),
    );
    charged?.charge();
    return { names: fields.map(({ name }) => name), rows };
  }

  /** By a callback: the promise that `pg` makes itself keeps each answer in memory until a full garbage collection. */
  async #send<Result>(query: (callback: Callback<Result>) => void, timeoutMs = Infinity): Promise<Result> {
    if (this.#problem) throw new DatabaseUnavailableError('no connection', this.#problem);
    const since = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    query((error, result) => {
      if (error instanceof DatabaseError) return reject(error);
      if (!error) return resolve(result);
      // By then `pg` has closed it, see `query_timeout`.
      if (performance.now() - since >= timeoutMs) this.#break(error);
      reject(this.isBroken ? new DatabaseUnavailableError('connection lost', error) : error);
    });
    return promise;
  }

  #break(problem: unknown): void {
    this.#problem ??= problem instanceof Error ? problem : new Error('The connection broke', { cause: problem });
  }
}
