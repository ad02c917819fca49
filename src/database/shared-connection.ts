import { type Pool, type PoolClient } from 'pg';
import { outOfScope } from '../observability/scope.js';

/** Work on a connection that others use at the same time. It must not wait for anything but its own statement. */
type Use<Result> = (client: PoolClient) => Promise<Result>;

interface Waiting {
  readonly begin: (client: PoolClient) => Promise<unknown>;
  readonly refuse: (error: unknown) => void;
}

/** More would make the last wait for all before it. */
const MOST_TOGETHER = 16;

/**
 * Lets quick statements travel together. Those of one turn of the event loop, whoever they are for, go to the same
 * connection one behind the other (`pipeline` in `pg`), in one packet: sending and waking up PostgreSQL for each would
 * cost more than the statements do (bench/results.md). Each is a transaction of its own, and fails alone.
 */
export class SharedConnection {
  readonly #pool: Pool;
  #waiting: Waiting[] = [];

  /** @param pool one whose clients are made with `pipeline` */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** What the use gives. Rejects with its error, or when there is no connection to be had. */
  async run<Result>(use: Use<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#waiting.length === 0) outOfScope(() => setImmediate(() => this.#send()));
      this.#waiting.push({
        begin: async (client) => use(client).then(resolve, reject),
        refuse: reject,
      });
    });
  }

  #send(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let first = 0; first < all.length; first += MOST_TOGETHER) {
      void this.#together(all.slice(first, first + MOST_TOGETHER));
    }
  }

  async #together(some: readonly Waiting[]): Promise<void> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      for (const { refuse } of some) refuse(error);
      return;
    }
    const { stream } = client.connection;
    stream.cork();
    const begun = some.map(async ({ begin }) => begin(client));
    stream.uncork();
    await Promise.all(begun);
    client.release();
  }
}
