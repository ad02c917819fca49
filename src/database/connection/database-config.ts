import { userInfo } from 'node:os';
import { isNativeError } from 'node:util/types';
import { Client, type ClientConfig, type PoolConfig } from 'pg';
import { TimeoutError, withTimeout } from '../../common/timeout.js';
import { StartError } from '../../common/start-error.js';
import { type DatabaseUrl, DatabaseUrlError, parseDatabaseUrl } from './database-url.js';
import { GatheringSocket } from './gathering-socket.js';
import { OptionalTlsStream } from './optional-tls-stream.js';
import { type SessionSettings, setUpSession } from './session.js';
import { type Tls, tlsOf } from './tls.js';

/** A timer may fire a moment before its time. */
const TIMER_TOLERANCE_MS = 50;
const DEFAULT_APPLICATION_NAME = 'docket';
/** PostgreSQL's NAMEDATALEN - 1: it truncates longer names. */
const MAX_APPLICATION_NAME_LENGTH = 63;
/** The suffix of application_name (pg_stat_activity) for each kind of connection; the request pool has none. */
export type ConnectionUse = '' | '-jobs' | '-changes' | '-start' | '-probe' | '-backup' | '-restore';

interface ConnectionOptions {
  /** Timeout for opening a connection, and in a pool for a free one. */
  readonly timeoutMs: number;
  /** Timeout for the answer to a statement; no limit if not given. */
  readonly queryTimeoutMs?: number;
  readonly session?: SessionSettings;
}

function parsed(url: string): DatabaseUrl {
  try {
    return parseDatabaseUrl(url);
  } catch (error) {
    // env.ts has validated the settings already; this error is for scripts and tests.
    if (error instanceof DatabaseUrlError) throw new StartError(`The database URL ${error.message}.`, { cause: error });
    throw error;
  }
}

function operatingSystemUser(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new StartError('The database URL names no user, and this process has none that has a name.', { cause });
  }
}

/** The application_name of a connection of the given use; a long name is truncated before the suffix. */
export function applicationName(url: string, use: ConnectionUse): string {
  const name = parsed(url).parameters.get('application_name') ?? DEFAULT_APPLICATION_NAME;
  return `${name.slice(0, MAX_APPLICATION_NAME_LENGTH - use.length)}${use}`;
}

/** Host and port of the URL, for messages and logs: without user, password and database. */
export function addressOf(url: string): string {
  const { host, port } = parsed(url);
  if (host.startsWith('/')) return `${host}/.s.PGSQL.${port}`;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The only way from a URL to a connection of `pg`, so that each connection honours all of it. */
function configOf(url: string, use: ConnectionUse, timeoutMs: number) {
  const database = parsed(url);
  const tls = tlsOf(database);
  const user = database.user ?? operatingSystemUser();
  const { connectTimeout, parameters } = database;
  const longestMs = connectTimeout === undefined || connectTimeout === 0 ? timeoutMs : connectTimeout * 1000;
  return {
    host: database.host,
    port: database.port,
    user,
    ...(database.password !== undefined && { password: database.password }),
    database: database.database ?? user,
    ...tlsConfig(tls, database),
    enableChannelBinding: parameters.get('channel_binding') === 'prefer',
    application_name: applicationName(url, use),
    ...(parameters.has('options') && { options: parameters.get('options') }),
    connectionTimeoutMillis: longestMs,
    // Without a timeout a dead connection would never be noticed.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  } satisfies ClientConfig;
}

/** Without a code of its own in `pg`: the server closed the connection before it was open, and did not say why. */
export class ConnectionClosedError extends Error {
  override readonly name = 'ConnectionClosedError';
}

/** Without a code of its own in `pg`: the server has no TLS, and the URL asks for it. */
export class NoTlsError extends Error {
  override readonly name = 'NoTlsError';
}

function tlsConfig({ options, isOptional }: Tls, { sslNegotiation }: DatabaseUrl): ClientConfig {
  if (options === false) return { ssl: false, stream: () => new GatheringSocket() };
  if (isOptional) return { ssl: false, stream: () => new OptionalTlsStream(options) };
  return { ssl: options, sslnegotiation: sslNegotiation };
}

/**
 * A pool's configuration: each of its connections is set up before it is used.
 * @throws StartError when the URL or a file that it names cannot be used
 */
export function poolConfig(url: string, use: ConnectionUse, { timeoutMs, session }: ConnectionOptions) {
  const config = configOf(url, use, timeoutMs);
  return {
    ...config,
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool awaits the promise, unlike its type says
    onConnect: async (client) => {
      try {
        await withTimeout(setUpSession(client, session), config.connectionTimeoutMillis);
      } catch (error) {
        // Destroyed, as pg-pool does after its own timeout: its graceful end, which follows, may wait for a pooler that
        // does not answer (tests/postgres/pgbouncer.test.ts, pools that are too small).
        if (client instanceof Client) client.connection.stream.destroy();
        throw error;
      }
    },
  } satisfies PoolConfig;
}

/**
 * One connection, set up; the caller ends it.
 * @throws StartError when the URL or a file that it names cannot be used; what `pg` throws when there is no connection
 */
export async function connectClient(url: string, use: ConnectionUse, options: ConnectionOptions): Promise<Client> {
  const config = configOf(url, use, options.timeoutMs);
  const client = new Client({ ...config, query_timeout: options.queryTimeoutMs });
  // What breaks shows as an error of the statement that runs; without a listener it would end the process.
  client.on('error', () => undefined);
  await opened(client, config);
  try {
    await withTimeout(setUpSession(client, options.session), config.connectionTimeoutMillis);
    return client;
  } catch (error) {
    // Closes the connection even if it is silent: a statement is under way.
    void client.end();
    throw error;
  }
}

/** Opens the connection. Errors of `pg` without a code are classified by the connection's state. */
async function opened(client: Client, { connectionTimeoutMillis, ssl }: ReturnType<typeof configOf>): Promise<void> {
  const since = performance.now();
  let isClosed = false;
  client.once('end', () => {
    isClosed = true;
  });
  try {
    await client.connect();
  } catch (error) {
    if (!isNativeError(error) || 'code' in error) throw error;
    if (performance.now() - since >= connectionTimeoutMillis - TIMER_TOLERANCE_MS)
      throw new TimeoutError(connectionTimeoutMillis);
    if (isClosed) throw new ConnectionClosedError(error.message, { cause: error });
    throw ssl === false ? error : new NoTlsError(error.message, { cause: error });
  }
}
