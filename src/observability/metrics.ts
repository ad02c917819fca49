import { type MikroORM, type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Clock } from '../common/clock.js';
import { type Replicas } from '../database/replicas/replicas.js';
import { type Db } from '../database/db.js';
import { type RefusalRule } from './refusal.js';
import { measureChangeLog } from './change-log-metrics.js';
import { measureReplicas } from './replica-metrics.js';
import { SubscriptionMetrics } from './subscription-metrics.js';

/** Seconds; most answers take milliseconds, a hash some tens, and five seconds is the statement time-out. */
const LATENCY_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface MetricsParts {
  readonly orm: MikroORM;
  readonly db: Db;
  readonly clock: Clock;
  readonly replicas?: Replicas;
}

/** What Prometheus reads at /metrics (docs/hardening.md, "Running"). One for each process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly subscriptions = new SubscriptionMetrics(this.#registry);
  readonly #requests: Counter<'operation' | 'code'>;
  readonly #latency: Histogram<'operation'>;
  readonly #mails: Counter<'outcome'>;
  readonly #refusals: Counter<'rule'>;
  readonly #placed: Counter<'server'> | undefined;

  constructor({ orm, db, clock, replicas }: MetricsParts) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({
      name: 'docket_graphql_requests_total',
      help: 'GraphQL requests by their first root field and the code of their first error (OK without one).',
      labelNames: ['operation', 'code'],
      registers,
    });
    this.#latency = new Histogram({
      name: 'docket_graphql_request_duration_seconds',
      help: 'From the parsed HTTP request to the answer, by the first root field.',
      labelNames: ['operation'],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    this.#mails = new Counter({
      name: 'docket_mails_total',
      help: 'Mails by outcome: sent, cancelled at the last look, deferred, failed.',
      labelNames: ['outcome'],
      registers,
    });
    this.#refusals = new Counter({
      name: 'docket_refusals_total',
      help: 'Requests refused by a limit or for who sent them, by rule; one that breaks several counts for each.',
      labelNames: ['rule'],
      registers,
    });
    const pool = new Gauge({
      name: 'docket_database_connections',
      help: 'Connections of the pool by state; waiting: requests that wait for one.',
      labelNames: ['state'],
      registers,
      async collect() {
        const connection: PostgreSqlConnection = orm.em.getConnection();
        const { totalCount, idleCount, waitingCount } = await connection.getNativeClient();
        pool.set({ state: 'used' }, totalCount - idleCount);
        pool.set({ state: 'idle' }, idleCount);
        pool.set({ state: 'waiting' }, waitingCount);
      },
    });
    this.#placed = replicas && measureReplicas(replicas, this.#registry);
    measureChangeLog(db, this.#registry);
    const overdue = new Gauge({
      name: 'docket_oldest_due_notification_seconds',
      help: 'How long the notification that is due for longest has been waiting; 0 when none is due.',
      registers,
      async collect() {
        // A scrape must tell of the rest also while the database is away.
        const oldest = await db
          .first(
            sql<{ seconds: number | null }>`
              select extract(epoch from ${clock.now().toISOString()}::timestamptz - min(greatest(send_at, retry_at)))::float8
                as seconds
              from notification
              where status = 'SCHEDULED' and greatest(send_at, retry_at) <= ${clock.now().toISOString()}::timestamptz`,
          )
          .catch(() => ({ seconds: Number.NaN }));
        overdue.set(oldest?.seconds ?? 0);
      },
    });
  }

  /** @param operation the first root field: unlike a client's operation names, there are only so many */
  requestAnswered(operation: string, code: string, seconds: number): void {
    this.#requests.inc({ operation, code });
    this.#latency.observe({ operation }, seconds);
  }

  /** A request that failed before its operation was known, such as when the database cannot be reached. */
  requestFailed(code: string): void {
    this.#requests.inc({ operation: 'unknown', code });
  }

  requestRefused(rule: RefusalRule): void {
    this.#refusals.inc({ rule });
  }

  mailHandled(outcome: 'sent' | 'cancelled' | 'deferred' | 'failed'): void {
    this.#mails.inc({ outcome });
  }

  /** Where a query was sent to read; only counted with replicas. */
  queryPlaced(server: string): void {
    this.#placed?.inc({ server });
  }

  /** In Prometheus's text format. */
  async print(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
