import { PostgresJobRepository } from '@agendajs/postgres-backend';
import { type Client, Pool } from 'pg';
import type { Logger } from 'pino';
import { withAdvisoryLock } from '../database/connection/advisory-lock.js';
import { refuseTransactionPooling } from '../database/connection/check-pooling.js';
import { connectClient, poolConfig } from '../database/connection/database-config.js';
import type { JobStore } from './job-store.js';
import { STORE_ANSWER_TIMEOUT_MS, STORE_CONNECT_TIMEOUT_MS, STORE_MAX_CONNECTIONS } from './job-store.js';
import { JOBS_SCHEMA } from './jobs-schema.js';

const TABLE = 'agenda_jobs';

/** Key of the advisory lock: "dktjobs" as bytes. */
const SCHEMA_LOCK = '28265645417128563';

/** Maximum wait for the lock: creating the tables takes some milliseconds. */
const SCHEMA_TIMEOUT_MS = 60_000;

/**
 * Jobs in PostgreSQL, through Agenda's repository but not its backend: the backend's LISTEN channel emits 'error' with
 * nobody listening when its connection is cut, which ends the process; it gives up after ten attempts, and it sends
 * four NOTIFY a job. Polling each second needs none of that.
 */
export class PostgresJobStore implements JobStore {
  readonly name = 'PostgreSQL';
  readonly repository: PostgresJobRepository;
  readonly #url: string;
  readonly #pool: Pool;

  constructor(url: string, logger: Logger) {
    this.#url = url;
    this.#pool = new Pool({
      ...poolConfig(url, '-jobs', { timeoutMs: STORE_CONNECT_TIMEOUT_MS, session: { search_path: JOBS_SCHEMA } }),
      max: STORE_MAX_CONNECTIONS,
      query_timeout: STORE_ANSWER_TIMEOUT_MS,
    });
    // A connection that breaks while idle emits its error on the pool, one that breaks while in use only on itself.
    // Without both listeners either would end the process.
    const onError = (error: Error): void => logger.debug({ err: error }, 'a connection to the job store was lost');
    this.#pool.on('error', onError);
    this.#pool.on('connect', (client) => client.on('error', onError));
    this.repository = new PostgresJobRepository({ pool: this.#pool, tableName: TABLE, ensureSchema: true });
  }

  async connect(): Promise<void> {
    const session = await this.#openSession();
    try {
      await refuseTransactionPooling(session, async () => this.#openSession());
      // CREATE … IF NOT EXISTS is not safe against itself: two at once fail with a duplicate key in pg_catalog.
      const meanwhile = 'Another process makes the tables of the job store';
      await withAdvisoryLock(session, { key: SCHEMA_LOCK, meanwhile, timeoutMs: SCHEMA_TIMEOUT_MS }, async () => {
        await session.query(`create schema if not exists ${JOBS_SCHEMA}`);
        await this.repository.connect();
      });
    } finally {
      await session.end();
    }
  }

  async ping(): Promise<void> {
    await this.#pool.query('select 1');
  }

  async removeLeftovers(dueBefore: Date): Promise<number> {
    const result = await this.#pool.query(
      `delete from ${TABLE} where coalesce(locked_at, next_run_at, '-infinity') < $1`,
      [dueBefore],
    );
    return result.rowCount ?? 0;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #openSession(): Promise<Client> {
    return connectClient(this.#url, '-jobs', {
      timeoutMs: STORE_CONNECT_TIMEOUT_MS,
      queryTimeoutMs: STORE_ANSWER_TIMEOUT_MS,
    });
  }
}
