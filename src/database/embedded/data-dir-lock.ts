import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';

/** Key of the advisory lock: "docket" in ASCII. */
const LOCK_KEY = 0x64_6f_63_6b_65_74;
/** Timeout of a statement: a server that is stuck counts as unreachable. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Grace period: PostgreSQL needs a moment to notice that the holder was killed. */
const RELEASE_GRACE_MS = 1_500;
const GRACE_POLL_MS = 50;
const REGAIN_INTERVAL_MS = 1_000;

/**
 * The right to use a DATA_DIR: an advisory lock in its PostgreSQL, held for as long as a connection of ours lives. It
 * cannot go stale, since it ends with our connection. If only the connection breaks, the lock is acquired again.
 */
export class DataDirLock {
  readonly #connection: ClientConfig;
  /** Called each time that the connection breaks. */
  onBroken: () => void = () => undefined;
  #client: Client | undefined;
  #seizing: Promise<boolean> | undefined;
  #regainTimer: NodeJS.Timeout | undefined;
  #givenUp = false;

  private constructor(connection: ClientConfig) {
    this.#connection = connection;
  }

  /**
   * Takes the lock.
   * @param connection to the maintenance database: each database has advisory locks of its own.
   * @returns the lock, or undefined when another process holds it.
   * @throws the connection's error when the server does not answer.
   */
  static async take(connection: ClientConfig): Promise<DataDirLock | undefined> {
    const lock = new DataDirLock(connection);
    return (await lock.#seize(RELEASE_GRACE_MS)) ? lock : undefined;
  }

  /**
   * Whether some process holds the lock at this moment.
   * @param client connected to the maintenance database.
   */
  static async isHeld(client: Client): Promise<boolean> {
    // https://www.postgresql.org/docs/18/view-pg-locks.html: a bigint key is split over classid and objid.
    const { rowCount } = await client.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (classid::bigint << 32) + objid::bigint = $1`,
      [LOCK_KEY],
    );
    return (rowCount ?? 0) > 0;
  }

  /**
   * Checks that we still hold the lock, and stops acquiring it again: for a server about to stop.
   * @returns false when another process has taken it over, which takes a broken connection; true when nobody answers.
   */
  async confirmForTheLastTime(): Promise<boolean> {
    this.#givenUp = true;
    clearTimeout(this.#regainTimer);
    return this.#client !== undefined || this.#seize(0).catch(() => true);
  }

  /** Ends the connection, and with it the lock. Never throws: the server may be gone already. */
  async release(): Promise<void> {
    this.#givenUp = true;
    clearTimeout(this.#regainTimer);
    await this.#seizing?.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
  }

  /** One attempt at a time, for two of ours would each take the other for a stranger. */
  async #seize(timeoutMs: number): Promise<boolean> {
    this.#seizing ??= this.#connectAndLock(timeoutMs).finally(() => (this.#seizing = undefined));
    return this.#seizing;
  }

  async #connectAndLock(timeoutMs: number): Promise<boolean> {
    const client = new Client({
      ...this.#connection,
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
    });
    // Without a listener a broken connection would end our process; 'end' follows each error.
    client.on('error', () => undefined);
    client.on('end', () => this.#connectionEnded(client));
    try {
      await client.connect();
      const locked = await tryLock(client, timeoutMs);
      if (locked) {
        this.#client = client;
      } else {
        await client.end();
      }
      return locked;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  #connectionEnded(client: Client): void {
    if (this.#client === client) {
      this.#client = undefined;
      if (!this.#givenUp) this.onBroken();
      this.#regainLater();
    }
  }

  #regainLater(): void {
    if (!this.#givenUp) {
      this.#regainTimer = setTimeout(() => {
        this.#seize(0).then(
          (regained) => regained || this.#regainLater(),
          () => this.#regainLater(),
        );
      }, REGAIN_INTERVAL_MS).unref();
    }
  }
}

async function tryLock(client: Client, timeoutMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK_KEY]);
    if (rows[0]?.locked === true) {
      return true;
    }
    if (performance.now() >= giveUpAt) {
      return false;
    }
    await delay(GRACE_POLL_MS);
  }
}
