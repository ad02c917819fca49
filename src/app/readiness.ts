import { sql } from 'kysely';
import { type App } from './app.js';
import { type Replicas } from '../database/replicas/replicas.js';
import { withTimeout } from '../common/timeout.js';
import { migrations } from '../database/migrations/index.js';

/** SQLSTATE undefined_table: no migration has run. */
const UNDEFINED_TABLE = '42P01';

/** Time-out of the probe: with no connection free a load balancer should use another instance. */
const ANSWER_WITHIN_MS = 1_000;

interface Readiness {
  readonly database: boolean;
  /** Whether the database is at the level of this code, or above it: another process may be newer. */
  readonly migrations: boolean;
  readonly jobs: boolean;
  /** Only with replicas. An unavailable replica makes the server slower, not unready. */
  readonly replicas?: ReturnType<Replicas['states']>;
  /** Faults, a sentence each; empty if ready. */
  readonly reasons: readonly string[];
}

/** Names of this code's migrations that did not run on the database. Rejects when it does not answer. */
async function pendingMigrations({ orm }: Pick<App, 'orm'>): Promise<string[]> {
  const names = migrations.map(({ name }) => name);
  try {
    const { rows } = await sql<{ name: string }>`select name from migration`.execute(orm.em.getKysely<unknown>());
    const ran = new Set(rows.map(({ name }) => name));
    return names.filter((name) => !ran.has(name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE) return names;
    throw error;
  }
}

/** Whether this process can serve: one statement in the database, and one in the job store. */
export async function readiness(app: Pick<App, 'orm' | 'jobs' | 'replicas'>): Promise<Readiness> {
  const answer = withTimeout(pendingMigrations(app), ANSWER_WITHIN_MS).catch(() => null);
  const [pending, jobs] = await Promise.all([answer, app.jobs.isReady()]);
  return {
    database: pending !== null,
    migrations: pending?.length === 0,
    jobs,
    replicas: app.replicas?.states(),
    reasons: [
      ...(pending === null ? ['The database does not answer.'] : []),
      ...(pending && pending.length > 0 ? [`Migrations that have not run: ${pending.join(', ')}.`] : []),
      ...(jobs ? [] : ['The job store does not answer.']),
    ],
  };
}
