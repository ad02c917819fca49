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

const DEFAULT_APPLICATION_NAME = 'docket';
/** PostgreSQL's NAMEDATALEN - 1: it cuts off what is beyond. */
const LONGEST_APPLICATION_NAME = 63;
/** What each kind of connection appends to the name that it has in pg_stat_activity; the request pool appends nothing. */
export type ConnectionUse = '' | '-jobs' | '-start' | '-probe' | '-backup' | '-restore';

interface ConnectionOptions {
  /** Of waiting for a connection: for the server to answer, and in a pool for one to be free. */
  readonly timeoutMs: number;
  /** Of waiting for an answer, where the network may fall silent; no limit if not given. */
  readonly queryTimeoutMs?: number;
  readonly session?: SessionSettings;
}

function parsed(url: string): DatabaseUrl {
  try {
    return parseDatabaseUrl(url);
  } catch (error) {
    // env.ts has told which setting it is; scripts and tests come here first.
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

/** What pg_stat_activity calls a connection of the given use; a long name is cut, so that the use is seen behind it. */
export function applicationName(url: string, use: ConnectionUse): string {
  const name = parsed(url).parameters.get('application_name') ?? DEFAULT_APPLICATION_NAME;
  return `${name.slice(0, LONGEST_APPLICATION_NAME - use.length)}${use}`;
}

/** Where the URL leads, without secrets, for messages. */
export function placeOf(url: string): string {
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
    // A server that fell silent would never be noticed otherwise.
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
        // The pool would end it in good order, and wait for a server or a pooler that does not answer.
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

/** Opens the connection. What `pg` reports without a code is told apart by what has happened. */
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
    if (performance.now() - since >= connectionTimeoutMillis) throw new TimeoutError(connectionTimeoutMillis);
    if (isClosed) throw new ConnectionClosedError(error.message, { cause: error });
    throw ssl === false ? error : new NoTlsError(error.message, { cause: error });
  }
}
