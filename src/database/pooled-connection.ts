import {
  Client,
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

/** By the client of `pg`, which lives as long as its connection. */
const connections = new WeakMap<PoolClient, PooledConnection>();

/** A connection from the pool. All statements of requests are sent by this class. */
export class PooledConnection {
  readonly #client: PoolClient;
  readonly #prepared = new PreparedStatements();
  #problem: Error | undefined;

  private constructor(client: PoolClient) {
    this.#client = client;
    client.once('error', (error) => this.#break(error));
    client.once('end', () => this.#break(new Error('The connection has ended')));
  }

  /** @throws DatabaseUnavailableError when the pool is full or no connection can be opened */
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

  /** Whether it has ended, so that no more statements can be sent. */
  get isBroken(): boolean {
    return this.#problem !== undefined;
  }

  /** Releases it to the pool, which discards a broken one. */
  release(): void {
    this.#client.release(this.#problem);
  }

  /** Runs a statement of the ORM; rows are objects. */
  async execute(text: string, values: readonly unknown[]): Promise<QueryResult> {
    return this.#send((callback) => this.#client.query(text, [...values], callback));
  }

  /** Runs a statement whose rows are arrays. It is prepared from its second use on. */
  async run({ text, values, account }: Query, { types, timeoutMs }: RunOptions): Promise<Answer> {
    const charged = account && new ChargedTypes(types, account);
    const config = {
      text,
      values: [...values],
      rowMode: 'array' as const,
      types: charged ?? types,
    };
    const { fields, rows } = await this.#prepared.run(text, async (name) =>
      this.#send<QueryArrayResult>((callback) => this.#client.query({ ...config, name }, callback), timeoutMs),
    );
    charged?.charge();
    return { names: fields.map(({ name }) => name), rows };
  }

  /**
   * Uses a callback and a timer: with the promise of `pg`, and with its `query_timeout`, each result survives V8's minor
   * garbage collections (bench/results.md, "Reads").
   */
  async #send<Result>(query: (callback: Callback<Result>) => void, timeoutMs?: number): Promise<Result> {
    if (this.#problem) throw new DatabaseUnavailableError('no connection', this.#problem);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#giveUp(), timeoutMs);
    query((error, result) => {
      clearTimeout(timer);
      if (error instanceof DatabaseError) return reject(error);
      if (!error) return resolve(result);
      reject(this.#problem ? new DatabaseUnavailableError('connection lost', this.#problem) : error);
    });
    return promise;
  }

  #giveUp(): void {
    this.#break(new Error('PostgreSQL did not answer in time'));
    // Destroyed, as a graceful end would wait for the answers.
    if (this.#client instanceof Client) this.#client.connection.stream.destroy();
  }

  #break(problem: unknown): void {
    this.#problem ??= problem instanceof Error ? problem : new Error('The connection broke', { cause: problem });
  }
}
