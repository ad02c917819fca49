import { PostgresJobRepository } from '@agendajs/postgres-backend';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import type { JobStore } from './job-store.js';
import { STORE_ANSWER_TIMEOUT_MS, STORE_CONNECT_TIMEOUT_MS, STORE_MAX_CONNECTIONS } from './job-store.js';
import { JOBS_SCHEMA } from './jobs-schema.js';

const TABLE = 'agenda_jobs';

/** Any number that nothing else in this database locks: "dktjobs" as bytes. */
const SCHEMA_LOCK = '28265645417128563';

/**
 * Jobs in PostgreSQL, through Agenda's repository but not its backend: the backend's LISTEN channel emits 'error'
 * with nobody listening when its connection is cut, which ends the process; it gives up after ten attempts, and it
 * sends four NOTIFY a job. Looking each second needs none of that.
 */
export class PostgresJobStore implements JobStore {
  readonly name = 'PostgreSQL';
  readonly repository: PostgresJobRepository;
  readonly #pool: Pool;

  constructor(url: string, logger: Logger) {
    this.#pool = new Pool({
      connectionString: withSearchPath(url),
      application_name: 'docket-jobs',
      max: STORE_MAX_CONNECTIONS,
      connectionTimeoutMillis: STORE_CONNECT_TIMEOUT_MS,
      query_timeout: STORE_ANSWER_TIMEOUT_MS,
      keepAlive: true,
    });
    // A connection that is cut while idle reports to the pool, one that is cut while lent out only to itself.
    // Without both listeners either ends the process.
    const onError = (error: Error): void => logger.debug({ err: error }, 'a connection to the job store was lost');
    this.#pool.on('error', onError);
    this.#pool.on('connect', (client) => client.on('error', onError));
    this.repository = new PostgresJobRepository({ pool: this.#pool, tableName: TABLE, ensureSchema: true });
  }

  async connect(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      // CREATE … IF NOT EXISTS is not safe against itself: two at once fail with a duplicate key in pg_catalog.
      await client.query('select pg_advisory_lock($1)', [SCHEMA_LOCK]);
      await client.query(`create schema if not exists ${JOBS_SCHEMA}`);
      await this.repository.connect();
    } finally {
      // Closing the connection is what frees the lock, whatever state it is in.
      client.release(true);
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
}

/** In the URL, since an `options` that is already there takes precedence over the pool's setting of that name. */
function withSearchPath(url: string): string {
  const parsed = new URL(url);
  const options = [parsed.searchParams.get('options'), `-c search_path=${JOBS_SCHEMA}`];
  parsed.searchParams.set('options', options.filter(Boolean).join(' '));
  return parsed.toString();
}
