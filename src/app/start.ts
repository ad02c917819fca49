import { type MikroORM } from '@mikro-orm/postgresql';
import { type FastifyInstance } from 'fastify';
import { join } from 'node:path';
import { type Logger } from 'pino';
import { type App, createApp } from './app.js';
import { loadSigningKeys } from '../accounts/sessions/signing-keys.js';
import { systemClock } from '../common/clock.js';
import { DEMO_PASSWORD, DEMO_PEOPLE, ensureDemoData } from './demo-data.js';
import { readDeskFiles } from '../desk/desk.files.js';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../database/embedded/embedded-database.js';
import { exclusively, migrate } from '../database/migrate.js';
import { connect } from './orm.js';
import { drain } from './drain.js';
import { Replicas } from '../database/replicas/replicas.js';
import { type Env } from './env.js';
import { GracefulHttpServer } from '../http/graceful-http-server.js';
import { resetStaleChangeLog } from '../tickets/changes/reset-stale-change-log.js';
import { createJobQueue } from '../jobs/create-job-queue.js';
import { withTimeout } from '../common/timeout.js';
import { createCaptureMailer } from '../mail/capture-mailer.js';
import { createSmtpMailer } from '../mail/smtp-mailer.js';
import { type MetricsAccess } from '../observability/metrics.route.js';
import { type Tracing } from '../observability/tracing/tracing.js';
import { createServer } from './server.js';
import { ensureAdministrator } from '../accounts/users/first-administrator.js';
import { startWorker } from './worker.js';

export interface Docket {
  /** The URL of HTTP; null in a process that is only a worker. */
  readonly url: string | null;
  /** Whether people find the desk there. */
  readonly hasDesk: boolean;
  readonly app: App;
  /** Whether the embedded database is in use, and whether the demo data was just created. */
  readonly embedded: boolean;
  readonly demoData: boolean;
  /** Ends what is under way and closes everything; see drain.ts. */
  stop(): Promise<void>;
}

/** Maximum time for closing a resource: nothing is under way by then. */
const CLOSE_MS = 1_500;
const JOBS_TIMEOUT_MS = 500;
/** The same for the embedded PostgreSQL, which flushes to disk; it continues after our exit. */
const CLOSE_POSTGRESQL_MS = 60_000;

/** Open resources, closed in reverse order; a close that fails or hangs does not block the others. */
class Startup {
  readonly #closings: { name: string; close: () => Promise<unknown>; limitMs: number }[] = [];

  constructor(readonly logger: Logger) {}

  add(name: string, close: () => Promise<unknown>, limitMs = CLOSE_MS): void {
    this.#closings.push({ name, close, limitMs });
  }

  async closeAll(): Promise<void> {
    for (let closing = this.#closings.pop(); closing; closing = this.#closings.pop()) {
      try {
        await withTimeout(closing.close(), closing.limitMs);
      } catch (error) {
        this.logger.error({ err: error }, `Closing ${closing.name} failed`);
      }
    }
  }
}

const clock = systemClock;

async function openDatabase(
  env: Env,
  startup: Startup,
  onGone: (error: unknown) => void,
): Promise<{ url: string; embedded: boolean }> {
  if (env.databaseUrl !== undefined) return { url: env.databaseUrl, embedded: false };
  const { logger } = startup;
  const database: EmbeddedDatabase = await startEmbeddedDatabase({
    dataDir: env.dataDir,
    log: (message) => logger.debug({ component: 'postgres' }, message),
  });
  startup.add('PostgreSQL', async () => database.stop(), CLOSE_POSTGRESQL_MS);
  database.supervise({ report: (message) => logger.warn({ component: 'postgres' }, message), onGone });
  return { url: database.url, embedded: true };
}

/** Undefined without replicas. */
async function openReplicas({ replicaUrls }: Env, databaseUrl: string, orm: MikroORM, startup: Startup) {
  if (replicaUrls.length === 0) return undefined;
  const replicas = await Replicas.open({ orm, databaseUrl, replicaUrls, logger: startup.logger });
  startup.add('the replicas', async () => replicas.close());
  return replicas;
}

/**
 * Opened first, so that it is closed last and exports the spans of all others. Without an endpoint the SDK is not
 * loaded.
 */
async function openTracing(env: Env, startup: Startup): Promise<Tracing | undefined> {
  if (!env.tracing) return undefined;
  const { startTracing } = await import('../observability/tracing/otel.js');
  const tracing = startTracing(env.tracing, startup.logger);
  startup.add('the traces', async () => tracing.stop());
  return tracing;
}

/** The host in the URL of a server that listens on an address; localhost for the wildcard address. */
function httpUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** The desk's files and the demo people; undefined with DESK=off, with FRONT_END_URL, and where it was not built. */
async function openDesk({ desk, demoData, frontEndUrl }: Env, logger: Logger) {
  if (!desk || frontEndUrl !== undefined) return undefined;
  const files = await readDeskFiles();
  if (files === null) {
    logger.warn(
      'The desk is not served: dist/desk-files is missing. `npm run build` makes it; DESK=off is for servers without.',
    );
    return undefined;
  }
  const people = DEMO_PEOPLE.map(({ username, firstName, lastName, role }) => ({
    username,
    name: `${firstName} ${lastName}`,
    role: role.toLowerCase(),
  }));
  return { files, demo: demoData ? { password: DEMO_PASSWORD, people } : null };
}

/** In production metrics need a token (docs/decisions/0061-metrics-access.md). */
function metricsAccess({ production, metricsToken: token }: Env): MetricsAccess {
  if (token !== undefined) return { token };
  return production ? 'closed' : 'open';
}

/** Gives the server's URL; port 0 selects a free port. */
async function listen({ host, port }: Env, http: FastifyInstance): Promise<string> {
  await http.listen({ port, host });
  const address = http.server.address();
  return httpUrl(host, typeof address === 'object' && address !== null ? address.port : port);
}

/**
 * Starts Docket: database, schema, first accounts, jobs, HTTP, worker. When a step fails, everything that was opened is
 * closed.
 * @param onGone called when the embedded database has ended and cannot be restarted
 */
export async function start(env: Env, logger: Logger, onGone: (error: unknown) => void): Promise<Docket> {
  const startup = new Startup(logger);
  try {
    const tracing = await openTracing(env, startup);
    const database = await openDatabase(env, startup, onGone);
    const orm = await connect(database.url, (message) => logger.debug({ component: 'orm' }, message));
    startup.add('the database pool', async () => orm.close(true));

    const demoData = await exclusively(
      database.url,
      async () => {
        await migrate(orm);
        await resetStaleChangeLog(orm);
        const filled = env.demoData && (await ensureDemoData(orm, clock));
        if (env.admin && (await ensureAdministrator(orm, clock, env.admin))) {
          logger.info({ username: env.admin.username }, 'The first administrator was made');
        }
        return filled;
      },
      (message) => logger.info({ component: 'database' }, message),
    );

    const jobs = await createJobQueue({ url: env.jobsUrl ?? database.url, logger });
    startup.add('the job queue', async () => jobs.stop(JOBS_TIMEOUT_MS));
    const mailDirectory = join(env.dataDir, 'mail');
    const mailer = env.smtp
      ? createSmtpMailer({ ...env.smtp, from: env.mailFrom })
      : createCaptureMailer({ directory: mailDirectory, from: env.mailFrom, clock });
    startup.add('the mailer', async () => mailer.close());

    const replicas = env.run === 'worker' ? undefined : await openReplicas(env, database.url, orm, startup);

    const app = createApp({
      orm,
      databaseUrl: database.url,
      replicas,
      clock,
      logger,
      jobs,
      mailer,
      signingKeys: await loadSigningKeys(env.jwtPrivateKeys, env.dataDir),
      tracing,
      settings: {
        accessTokenSeconds: env.accessTokenSeconds,
        sessionDays: env.sessionDays,
        signUp: env.signUp,
        confirmsEmail: env.confirmsEmail,
        ticketMailDelayMs: env.ticketMailDelayMs,
        replyMailDelayMs: env.replyMailDelayMs,
        reopensOnReply: env.reopensOnReply,
        digestIntervalMs: env.digestIntervalMs,
        publicUrl: env.publicUrl ?? httpUrl(env.host, env.port),
        frontEndUrl: env.frontEndUrl,
      },
    });

    startup.add('the schedule of deliveries', async () => app.deliverySchedule.flush());
    app.searchUpkeep.start();
    startup.add('the upkeep of search', async () => app.searchUpkeep.stop());
    startup.add('the signal of changes', async () => app.changeSignal.stop());

    const desk = env.run === 'worker' ? undefined : await openDesk(env, logger);
    let url: string | null = null;
    const httpServer = env.run === 'worker' ? null : new GracefulHttpServer();
    if (httpServer) {
      const http = await createServer(app, {
        introspection: env.introspection,
        production: env.production,
        allowedOrigins: env.allowedOrigins,
        trustedProxies: env.trustedProxies,
        desk,
        capturedMails: env.mailPage ? mailDirectory : undefined,
        httpServer,
        metrics: metricsAccess(env),
      });
      startup.add('HTTP', async () => http.close());
      url = await listen(env, http);
    }
    const worker = env.run === 'api' ? null : startWorker(app, env.smtp ? undefined : mailDirectory);
    return {
      url,
      hasDesk: desk !== undefined,
      app,
      embedded: database.embedded,
      demoData,
      async stop() {
        await drain({ app, httpServer, worker }, httpServer ? env.shutdownDelayMs : 0);
        await startup.closeAll();
      },
    };
  } catch (error) {
    await startup.closeAll();
    throw error;
  }
}
