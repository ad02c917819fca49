import { sql } from 'kysely';
import { type Client } from 'pg';
import { type Logger } from 'pino';
import { connectClient } from '../../database/connection/database-config.js';
import { type Db } from '../../database/db.js';
import { newId } from '../../common/id.js';

const CHANNEL = 'docket_changes';
/**
 * How long commits are gathered before they are announced: of the transactions that notify PostgreSQL commits one at a
 * time, in the whole server.
 */
const GATHER_MS = 50;
/** How often listeners look without being told: for imports, statements by hand, and while there is no connection. */
const LOOK_EVERY_MS = 2000;
const CONNECT_TIMEOUT_MS = 5000;

export interface ChangeSignalParts {
  readonly db: Db;
  readonly databaseUrl: string;
  readonly logger: Logger;
}

/**
 * Tells that the log of changes may have grown: by this process at once, by others through NOTIFY, and otherwise every
 * two seconds. It says neither what changed nor that anything did. One connection of its own, while somebody listens.
 */
export class ChangeSignal {
  readonly #parts: ChangeSignalParts;
  /** Tells this process's notifications, which it need not hear, from others'. */
  readonly #own = newId();
  readonly #listeners = new Set<() => void>();
  #gathering: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #client: Client | undefined;
  #connecting: Promise<void> | undefined;
  #isStopped = false;

  constructor(parts: ChangeSignalParts) {
    this.#parts = parts;
  }

  /** Whether others' notifications arrive. */
  get isListening(): boolean {
    return this.#client !== undefined;
  }

  /** To be called after a commit that may have changed tickets or comments. */
  announce(): void {
    if (this.#isStopped) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#notify();
      // What was not announced is found by the next look.
      this.#parts.db.all(sql`select pg_notify(${CHANNEL}, ${this.#own})`).catch(() => undefined);
    }, GATHER_MS);
  }

  /** @returns what ends it */
  subscribe(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    if (!this.#isStopped) {
      this.#looking ??= setInterval(() => {
        this.#notify();
        this.#connect();
      }, LOOK_EVERY_MS);
      this.#connect();
    }
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) void this.#rest();
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#gathering);
    this.#listeners.clear();
    await this.#rest();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Without listeners nothing looks, and there is no connection. */
  async #rest(): Promise<void> {
    clearInterval(this.#looking);
    this.#looking = undefined;
    await this.#connecting;
    if (this.#listeners.size > 0) return;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  #connect(): void {
    if (this.#client !== undefined || this.#isStopped) return;
    this.#connecting ??= this.#listen()
      .catch((error: unknown) => {
        this.#parts.logger.warn({ err: error }, 'Changes by other processes are found every two seconds for now');
      })
      .finally(() => {
        this.#connecting = undefined;
      });
  }

  async #listen(): Promise<void> {
    const client = await connectClient(this.#parts.databaseUrl, '-changes', { timeoutMs: CONNECT_TIMEOUT_MS });
    client.on('notification', ({ payload }) => {
      if (payload !== this.#own) this.#notify();
    });
    client.once('end', () => {
      if (this.#client === client) this.#client = undefined;
    });
    await client.query(`listen ${CHANNEL}`);
    this.#client = client;
    // What came before.
    this.#notify();
  }
}
