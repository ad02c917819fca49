import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { randomUUID } from 'node:crypto';
import { type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type App } from './app.js';
import { confirmEmailRoutes } from '../accounts/addresses/confirm-email.routes.js';
import {
  RefreshCookie,
  type RefreshCookieSettings,
  refreshCookieSettings,
} from '../accounts/sessions/refresh-cookie.js';
import { LiveViewers } from '../accounts/sessions/live-viewers.js';
import { viewerOf } from '../accounts/request-viewer.js';
import { resetPasswordRoutes } from '../accounts/passwords/reset-password.routes.js';
import { type DeskFiles } from '../desk/desk.files.js';
import { type DemoPeople } from '../desk/desk.page.js';
import { deskRoutes } from '../desk/desk.routes.js';
import { POOL_SIZE } from '../database/orm.js';
import { explorerRoutes } from '../explorer/explorer.routes.js';
import { ticketRedirects } from '../explorer/ticket-redirects.routes.js';
import { responseSize } from '../graphql/response-size.js';
import { respondInTime } from '../graphql/respond-in-time.js';
import { badTokens } from '../accounts/bad-tokens.js';
import { compiledQueries } from '../graphql/compiled-execution.js';
import { type Context } from '../graphql/context.js';
import { errorReporting, failureBeforeExecution, formatError, logFailures } from '../graphql/format-error.js';
import { RequestContext } from './request-context.js';
import { refuseOtherMethods } from '../http/allowed-methods.js';
import { compressResponses } from '../http/compression.js';
import { homeRoute } from '../http/home.route.js';
import { limitResponses } from '../http/response-limits.js';
import { GracefulHttpServer } from '../http/graceful-http-server.js';
import { respondToHttpErrors } from '../http/http-errors.js';
import { readJsonBodies } from '../http/json-body.js';
import { securityHeaders } from '../http/security-headers.js';
import { refuseConditionalRoots } from '../graphql/conditional-roots.js';
import { queryLimits } from '../graphql/query-limits.js';
import { rejectionDelay } from '../graphql/rejection-delay.js';
import { requestErrors } from '../graphql/request-errors.js';
import { liveRoutes } from '../live/live.routes.js';
import { LiveSubscriptions } from '../live/live-subscriptions.js';
import { type PingTimes } from '../live/web-sockets.js';
import { announceChanges } from './announce-changes.js';
import { changeLogEnds } from './change-log-ends.js';
import { replicaReads } from './replica-reads.js';
import { createSchema } from './schema.js';
import { jwksRoute } from '../accounts/sessions/jwks.route.js';
import { type MetricsAccess, metricsRoute } from '../observability/metrics.route.js';
import { readiness } from './readiness.js';
import { countRefusedBodies } from '../observability/refused-bodies.js';
import { requestLog } from '../observability/request-log.js';
import { requestScopes } from '../observability/request-scope.js';
import { operationSpans } from '../observability/tracing/operation-spans.js';
import { capturedMailRoutes } from '../mail/captured-mail.routes.js';
import { ignoreRoutes } from '../notifications/ignore.routes.js';
import { unsubscribeRoutes } from '../notifications/unsubscribe.routes.js';

/** docs/hardening.md, "Abuse of the query language". */
const MAX_BODY_BYTES = 100 * 1024;
const MAX_TOKENS = 1000;
const MAX_VALIDATION_ERRORS = 5;

const APOLLO_SANDBOX = 'https://studio.apollographql.com';
const LOCALHOST = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export interface ServerOptions {
  readonly introspection: boolean;
  /** Whether refusals that took long are delayed (graphql/rejection-delay.ts): true by default. Tests that send thousands switch it off. */
  readonly delaysRejections?: boolean;
  readonly production: boolean;
  /** Origins that a browser may call from. None in production, any localhost and Apollo Sandbox otherwise. */
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded headers are believed; of none by default. */
  readonly trustedProxies: readonly string[];
  readonly metrics: MetricsAccess;
  /** The folder of captured mails, shown at /mail; undefined when mails are sent. */
  readonly capturedMails: string | undefined;
  /** The built desk, and the people that it offers to sign in as; undefined with DESK=off. A front end of its own replaces it. */
  readonly desk?: { readonly files: DeskFiles; readonly demo: DemoPeople | null } | undefined;
  /** The HTTP server, for a graceful shutdown. */
  readonly httpServer?: GracefulHttpServer;
  /** Of WebSockets; for tests. */
  readonly pings?: PingTimes;
}

let schema: ReturnType<typeof createSchema> | undefined;

function liveSubscriptions(app: App, options: ServerOptions): LiveSubscriptions {
  schema ??= createSchema();
  const { services, readers, replicas, readersOn } = app;
  return new LiveSubscriptions({
    ...app,
    schema,
    introspection: options.introspection,
    maxTokens: MAX_TOKENS,
    maxErrors: MAX_VALIDATION_ERRORS,
    viewers: new LiveViewers({ viewers: services.viewers, clock: app.clock, logger: app.logger }),
    freshReaders: async () => {
      const replica = await replicas?.choose();
      return replica ? readersOn(replica) : readers;
    },
    pings: options.pings,
  });
}

async function contextOf(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  cookie: RefreshCookieSettings,
): Promise<Context> {
  const { accessTokens, services } = app;
  const { authorization } = request.headers;
  const who = await viewerOf({ accessTokens, viewers: services.viewers }, authorization).catch((error: unknown) => {
    throw failureBeforeExecution(error, request.id, app.logger);
  });
  return new RequestContext(app, request, { who, refreshCookie: new RefreshCookie(cookie, app.clock, request, reply) });
}

function apolloServer(app: App, options: ServerOptions): ApolloServer<Context> {
  schema ??= createSchema();
  const plugins: ApolloServerPlugin<Context>[] = [
    // Disabled, as it wraps every field: without it a page costs 17 % less CPU.
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ...(app.tracing ? [operationSpans()] : []),
    // Before the log, which counts what was refused.
    responseSize(),
    requestLog({ logger: app.logger, metrics: app.metrics, viewerIdOf: ({ viewer }) => viewer?.id ?? null }),
    refuseConditionalRoots(),
    queryLimits(),
    // One more, as graphql says in the last one that there are more.
    requestErrors({ most: MAX_VALIDATION_ERRORS + 1, suggestions: options.introspection }),
    errorReporting(app.logger),
    ...(options.delaysRejections === false ? [] : [rejectionDelay()]),
    badTokens(),
    announceChanges(app),
    // Before the choice of a replica.
    changeLogEnds(app),
    ...(app.replicas ? [replicaReads(app)] : []),
    // Behind the choice of a replica.
    compiledQueries(schema, {
      // Only for signed-in viewers: requests without a viewer must not evict documents of others from the cache.
      isEligible: ({ viewer }) => viewer !== null,
      report: (failure) => logFailures(app.logger, failure),
    }),
  ];
  return new ApolloServer<Context>({
    schema,
    // Apollo's own indents for people.
    stringifyResult: JSON.stringify,
    plugins,
    formatError,
    introspection: options.introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS },
    // main.ts handles signals.
    stopOnTerminationSignals: false,
    logger: app.logger,
  });
}

/** Docket over HTTP: the API, the explorer, captured mails and the probes. Not listening yet. */
export async function createServer(app: App, options: ServerOptions): Promise<FastifyInstance> {
  const { httpServer = new GracefulHttpServer() } = options;
  const logger: FastifyBaseLogger = app.logger;
  const http = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    genReqId: () => randomUUID(),
    serverFactory: (handler) => httpServer.createServer(handler),
    // Accepted requests are answered during a shutdown.
    return503OnClosing: false,
  });
  http.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  requestScopes(http, { tracing: app.tracing, accountOf: limitResponses(http) });
  securityHeaders(http, { https: app.settings.publicUrl.startsWith('https:') });
  compressResponses(http);
  respondToHttpErrors(http);
  readJsonBodies(http);
  countRefusedBodies(http, app.metrics);
  http.setNotFoundHandler(async (_request, reply) => {
    await reply.status(404).send({ error: 'There is nothing here. The API is at /graphql.' });
  });

  const refuseUnknownMethods = refuseOtherMethods(http);
  const developmentOrigins = options.production ? [] : [LOCALHOST, APOLLO_SANDBOX];
  const origins = options.allowedOrigins.length > 0 ? [...options.allowedOrigins] : developmentOrigins;
  await http.register(cors, {
    origin: origins,
    // For the cookie with the refresh token.
    credentials: true,
    methods: ['GET', 'POST'],
    // The request's id, for reports of errors.
    exposedHeaders: ['x-request-id'],
    maxAge: 600,
  });

  http.get('/healthz', async () => ({ status: 'ok' }));
  http.get('/readyz', async (_request, reply) => {
    if (httpServer.isClosing) return reply.status(503).send({ stopping: true });
    const state = await readiness(app);
    return reply.status(state.reasons.length === 0 ? 200 : 503).send(state);
  });

  await jwksRoute(http, { keys: app.signingKeys });
  await http.register(metricsRoute, { metrics: app.metrics, access: options.metrics });

  const apollo = apolloServer(app, options);
  await apollo.start();
  const cookie = refreshCookieSettings(app.settings.publicUrl, origins);
  const answer = fastifyApolloHandler(apollo, {
    context: async (request, reply) => contextOf(app, request, reply, cookie),
  });
  const connection: PostgreSqlConnection = app.orm.em.getConnection();
  const pool = await connection.getNativeClient();
  const inTime = { isPoolFull: () => pool.idleCount === 0 && pool.totalCount >= POOL_SIZE, logger: app.logger };
  await liveRoutes(http, {
    live: liveSubscriptions(app, options),
    answer: async (request, reply) => respondInTime(answer.call(http, request, reply), reply, inTime),
    httpServer,
    isTrusted: (origin) => cookie.isTrusted(origin),
    maxFrameBytes: MAX_BODY_BYTES,
  });
  const { publicUrl } = app.settings;
  // The same path is not redirected, which would loop.
  const frontEndUrl = app.settings.frontEndUrl === publicUrl ? undefined : app.settings.frontEndUrl;
  await explorerRoutes(http);
  const desk = frontEndUrl === undefined ? options.desk : undefined;
  if (desk) {
    const settings = { signUp: app.settings.signUp !== 'off', demo: desk.demo };
    await http.register(deskRoutes, { files: desk.files, settings, publicUrl });
  } else {
    await ticketRedirects(http, { frontEndUrl });
  }
  await homeRoute(http, { publicUrl, frontEndUrl, hasDesk: desk !== undefined });
  await resetPasswordRoutes(http);
  await http.register(confirmEmailRoutes, { confirmations: app.services.confirmations });
  await http.register(unsubscribeRoutes, {
    tokens: app.unsubscribeTokens,
    settings: app.services.notificationSettings,
  });
  await http.register(ignoreRoutes, { tokens: app.ignoreTokens, ignoring: app.ticketIgnoring });
  if (options.capturedMails !== undefined) {
    const publicHost = new URL(publicUrl).hostname;
    await http.register(capturedMailRoutes, { directory: options.capturedMails, publicHost });
  }
  refuseUnknownMethods();
  return http;
}
