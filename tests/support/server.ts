import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { type FastifyInstance } from 'fastify';
import { Client } from 'pg';
import { type Logger, pino } from 'pino';
import { type App, createApp } from '../../src/app/app.js';
import { type SignUpPolicy } from '../../src/accounts/sign-in/sign-up-policy.js';
import { loadSigningKeys } from '../../src/accounts/sessions/signing-keys.js';
import { type Clock } from '../../src/common/clock.js';
import { SET_UP } from '../../src/database/connection/session.js';
import { connect } from '../../src/app/orm.js';
import { Replicas } from '../../src/database/replicas/replicas.js';
import { createJobQueue } from '../../src/jobs/create-job-queue.js';
import { type PingTimes } from '../../src/live/web-sockets.js';
import { type Mailer } from '../../src/mail/mailer.js';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.js';
import { type MetricsAccess } from '../../src/observability/metrics.route.js';
import { type Tracing } from '../../src/observability/tracing/tracing.js';
import { createServer, type ServerOptions } from '../../src/app/server.js';
import { createClient, type GraphqlClient } from './client.js';
import { startSmtpServer } from './smtp.js';
import { databaseUrl, onServer, TEMPLATE } from './test-database.js';

/** A clock that stands still until a test turns it. */
export class TestClock implements Clock {
  #now = new Date('2026-03-02T08:00:00.000Z');

  now(): Date {
    return new Date(this.#now);
  }

  advance({ minutes = 0, seconds = 0 }: { minutes?: number; seconds?: number }): void {
    this.#now = new Date(this.#now.getTime() + minutes * 60_000 + seconds * 1000);
  }
}

/** Whether a statement is none of a request: the pool may open a connection meanwhile; changes are told to others, and jobs stored, later. */
function isBackground(query: unknown): boolean {
  const text = typeof query === 'object' && query !== null && 'text' in query ? query.text : query;
  return text === SET_UP || /^\s*(select pg_notify\(|INSERT INTO "agenda_jobs")/.test(String(text));
}

/** A key pair that lives as long as the server: none stands in the repository. */
export function newSigningKey() {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
}

export interface TestServer {
  readonly url: string;
  readonly app: App;
  readonly http: FastifyInstance;
  readonly clock: TestClock;
  /** Mails that the server handed to SMTP; see startSmtpServer. */
  readonly smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  readonly databaseUrl: string;
  /** A client that is not signed in. */
  readonly anonymous: GraphqlClient;
  /** Plans digests and sends all mails that are due by the test's clock, as the worker's sweeps do. */
  deliverDue(): Promise<void>;
  /** How many statements reach PostgreSQL while the action runs. */
  countStatements(action: () => Promise<unknown>): Promise<number>;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  ticketMailDelayMinutes?: number;
  replyMailDelaySeconds?: number;
  digestIntervalMs?: number;
  /** REOPEN_ON_REPLY; on by default. */
  reopensOnReply?: boolean;
  /** Longer than the usual 600, for tests that turn the clock far. */
  accessTokenSeconds?: number;
  /** Instead of one that sends to the test's SMTP server; the test closes it. */
  mailer?: Mailer;
  introspection?: boolean;
  /** See ServerOptions; for tests that send thousands of documents that are refused. */
  delaysRejections?: boolean;
  /** SIGN_UP; open by default, but off in production. */
  signUp?: SignUpPolicy;
  /** CONFIRM_EMAIL=required; by default in production only. */
  confirmsEmail?: boolean;
  production?: boolean;
  allowedOrigins?: readonly string[];
  trustedProxies?: readonly string[];
  publicUrl?: string;
  frontEndUrl?: string;
  /** The front end; none by default. */
  desk?: ServerOptions['desk'];
  /** A folder whose mails are shown at /mail. */
  capturedMails?: string;
  metrics?: MetricsAccess;
  tracing?: Tracing;
  /** JWT_PRIVATE_KEYS; a new key by default. */
  jwtPrivateKeys?: string;
  /** Another instance, whose database, clock and keys this one shares. Stop this one first. */
  beside?: TestServer;
  /** A database that is there already, and stays; and the clock by which it was filled. */
  on?: { readonly databaseUrl: string; readonly clock: TestClock };
  /** Another PostgreSQL than the one of all tests, with the template in it. */
  postgres?: string;
  /** Read replicas of it: their maintenance databases. */
  replicas?: readonly string[];
  /** When WebSockets are pinged, and cut. */
  pings?: PingTimes;
  /** Where the logs go; nowhere by default. */
  logger?: Logger;
}

/**
 * The real server on a database of its own, listening on loopback, with a real SMTP server and a clock that the test
 * turns. Agenda's jobs run on the wall clock: what is due is sent by `deliverDue`.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { beside } = options;
  const postgres = options.postgres ?? process.env['TEST_DATABASE_URL'] ?? '';
  const given = beside ?? options.on;
  const url = given?.databaseUrl ?? databaseUrl(postgres, `docket_test_${randomUUID().replaceAll('-', '')}`);
  const database = new URL(url).pathname.slice(1);
  if (!given) await onServer(postgres, `create database ${database} template ${TEMPLATE}`);

  const clock = given?.clock ?? new TestClock();
  const logger = options.logger ?? pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
  const keys = options.jwtPrivateKeys ?? JSON.stringify([newSigningKey()]);
  const orm = await connect(url);
  const smtp = await startSmtpServer();
  const ownMailer = createSmtpMailer({ host: '127.0.0.1', port: smtp.port, from: 'Docket <docket@docket.example>' });
  const mailer = options.mailer ?? ownMailer;
  const jobs = await createJobQueue({ url, logger, lockLifetimeMs: 2000 });
  const replicaUrls = (options.replicas ?? []).map((replica) => databaseUrl(replica, database));
  const replicas =
    replicaUrls.length > 0 ? await Replicas.open({ orm, databaseUrl: url, replicaUrls, logger }) : undefined;
  const app = createApp({
    orm,
    databaseUrl: url,
    replicas,
    clock,
    logger,
    jobs,
    mailer,
    signingKeys: (!options.jwtPrivateKeys && beside?.app.signingKeys) || (await loadSigningKeys(keys, '')),
    tracing: options.tracing,
    settings: {
      accessTokenSeconds: options.accessTokenSeconds ?? 600,
      sessionDays: 30,
      signUp: options.signUp ?? (options.production === true ? 'off' : 'open'),
      confirmsEmail: options.confirmsEmail ?? options.production ?? false,
      ticketMailDelayMs: (options.ticketMailDelayMinutes ?? 12) * 60_000,
      replyMailDelayMs: (options.replyMailDelaySeconds ?? 60) * 1000,
      digestIntervalMs: options.digestIntervalMs ?? 86_400_000,
      reopensOnReply: options.reopensOnReply ?? true,
      publicUrl: options.publicUrl ?? 'https://docket.example',
      frontEndUrl: options.frontEndUrl,
    },
  });
  const http = await createServer(app, {
    introspection: options.introspection ?? true,
    delaysRejections: options.delaysRejections ?? true,
    production: options.production ?? false,
    allowedOrigins: options.allowedOrigins ?? [],
    trustedProxies: options.trustedProxies ?? [],
    desk: options.desk,
    capturedMails: options.capturedMails,
    metrics: options.metrics ?? 'open',
    ...(options.pings && { pings: options.pings }),
  });
  const address = await http.listen({ port: 0, host: '127.0.0.1' });

  return {
    url: address,
    app,
    http,
    clock,
    smtp,
    databaseUrl: url,
    anonymous: createClient(address),
    async deliverDue() {
      await app.accountMails.sweep();
      await app.digests.plan();
      while ((await app.delivery.sweep()) > 0);
    },
    async countStatements(action) {
      const query = jest.spyOn(Client.prototype, 'query');
      try {
        await action();
        return query.mock.calls.filter(([sent]) => !isBackground(sent)).length;
      } finally {
        query.mockRestore();
      }
    },
    async stop() {
      await http.close();
      await app.changeSignal.stop();
      await jobs.stop();
      await ownMailer.close();
      await smtp.close();
      await replicas?.close();
      await orm.close(true);
      if (!given) await onServer(postgres, `drop database ${database} with (force)`);
    },
  };
}
