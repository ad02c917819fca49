import { nearestName } from '../../common/nearest-name.js';

/** From the strictest to none; the meaning of each is libpq's (docs/security.md, "TLS to PostgreSQL"). */
export const SSL_MODES = ['verify-full', 'verify-ca', 'require', 'prefer', 'allow', 'disable'] as const;
export type SslMode = (typeof SSL_MODES)[number];

export const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

/** libpq's parameters that are honoured. Others are refused: a mistyped sslmode must not turn TLS off. */
const PARAMETERS = [
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslnegotiation',
  'ssl_min_protocol_version',
  'ssl',
  'channel_binding',
  'application_name',
  'connect_timeout',
  'options',
] as const;
type ParameterName = (typeof PARAMETERS)[number];

const DEFAULT_PORT = 5432;
const MAX_PARAMETER_NAME_LENGTH = 40;
const MAX_EDITS = 3;

/** What a postgres:// URL says. */
export interface DatabaseUrl {
  /** A name or an address, or the folder of a Unix socket, which begins with a slash. */
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly sslMode: SslMode;
  readonly sslNegotiation: 'postgres' | 'direct';
  /** In seconds; undefined for the default, 0 for no limit. */
  readonly connectTimeout: number | undefined;
  /** The other parameters, by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A URL that cannot be used. The message continues a sentence that begins with the setting's name, and holds no secret. */
export class DatabaseUrlError extends Error {
  override name = 'DatabaseUrlError';
}

const URL_PARTS =
  /^postgres(?:ql)?:\/\/(?:(?<userinfo>[^/?#]*)@)?(?<host>\[[^\]/?#]*\]|[^:/?#]*)(?::(?<port>[^/?#]*))?(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

function decoded(text: string, where: string): string {
  let value: string;
  try {
    value = decodeURIComponent(text);
  } catch {
    throw new DatabaseUrlError(`must have %25 where its ${where} holds a percent sign`);
  }
  // PostgreSQL's protocol terminates values with NUL.
  if (value.includes('\0')) throw new DatabaseUrlError(`must have no %00 in its ${where}`);
  return value;
}

function isParameter(name: string): name is ParameterName {
  return PARAMETERS.some((known) => known === name);
}

/** The name is shown only if it looks like a parameter: part of a password with a question mark would end up here. */
function unknownParameter(name: string): DatabaseUrlError {
  const isName = /^\w+$/.test(name) && name.length <= MAX_PARAMETER_NAME_LENGTH;
  const nearest = isName ? nearestName(name.toLowerCase(), PARAMETERS, MAX_EDITS) : undefined;
  const hint = nearest === undefined ? '' : ` Is ${nearest} meant?`;
  return new DatabaseUrlError(
    `must not have the parameter ${isName ? name : 'that follows its ? or &'}, which is unknown.${hint} Known are ${PARAMETERS.join(', ')}`,
  );
}

function parametersOf(query: string): Map<ParameterName, string> {
  const parameters = new Map<ParameterName, string>();
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals), 'query');
    if (!isParameter(name)) throw unknownParameter(name);
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1), 'query');
    // An empty sslrootcert, as a template with a variable that is not set leaves it, must not mean "trust others".
    if (value === '') throw new DatabaseUrlError(`must give a value to ${name}`);
    parameters.set(name, value);
  }
  return parameters;
}

function oneOf<Value extends string>(name: string, given: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === given);
  if (value === undefined) throw new DatabaseUrlError(`must have one of ${values.join(', ')} as ${name}`);
  return value;
}

function wholeNumber(name: string, given: string, least: number, most: number): number {
  if (!/^\d{1,9}$/.test(given) || Number(given) < least || Number(given) > most) {
    throw new DatabaseUrlError(`must have a whole number from ${least} to ${most} as ${name}`);
  }
  return Number(given);
}

const MAX_PORT = 65_535;
/** A day. */
const MAX_CONNECT_TIMEOUT = 86_400;

function sslModeOf(parameters: ReadonlyMap<ParameterName, string>): SslMode {
  const given = parameters.get('sslmode');
  if (given !== undefined) return oneOf('sslmode', given, SSL_MODES);
  // JDBC's, which libpq reads as sslmode=require, too.
  const ssl = parameters.get('ssl');
  if (ssl !== undefined) return oneOf('ssl', ssl, ['true', 'false']) === 'true' ? 'require' : 'disable';
  return parameters.get('sslrootcert') === 'system' ? 'verify-full' : 'prefer';
}

function checkHost(host: string): void {
  if (host.includes(',')) throw new DatabaseUrlError('must name one host');
  if (host.startsWith('@'))
    throw new DatabaseUrlError('must have a folder as the host of a Unix socket: /run/postgresql');
}

/** PostgreSQL replaces other characters, and Docket would not know its own connections by the name. */
function checkApplicationName(name = ''): void {
  if (!/^[ -~]*$/.test(name)) throw new DatabaseUrlError('must have ASCII characters only in application_name');
}

/** Checks of the TLS parameters that need no file. */
function checkTls(mode: SslMode, parameters: ReadonlyMap<ParameterName, string>): void {
  const root = parameters.get('sslrootcert');
  if (mode === 'verify-ca' && root === undefined) {
    throw new DatabaseUrlError('must have sslrootcert beside sslmode=verify-ca: the certificate of the CA to trust');
  }
  if (root === 'system' && mode !== 'verify-full') {
    throw new DatabaseUrlError(
      'must have sslmode=verify-full beside sslrootcert=system: anybody can get such a certificate',
    );
  }
  if (parameters.has('sslcert') !== parameters.has('sslkey')) {
    throw new DatabaseUrlError('must have both sslcert and sslkey, or neither');
  }
  if (parameters.get('channel_binding') === 'require') {
    throw new DatabaseUrlError('must have channel_binding=prefer; verify-full as sslmode makes sure of the server');
  }
  const least = parameters.get('ssl_min_protocol_version');
  if (least !== undefined) oneOf('ssl_min_protocol_version', least, TLS_VERSIONS);
  if (parameters.get('sslnegotiation') === 'direct' && ['prefer', 'allow', 'disable'].includes(mode)) {
    throw new DatabaseUrlError('must have require, verify-ca or verify-full as sslmode beside sslnegotiation=direct');
  }
}

/**
 * Reads a postgres:// URL as libpq does. Everything in it is honoured, or refused.
 * @throws DatabaseUrlError that says what to change
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new DatabaseUrlError('must be a URL that begins with postgres:// or postgresql://');
  }
  if (text.includes('#')) throw new DatabaseUrlError('must have %23 in place of #');
  const parts = URL_PARTS.exec(text)?.groups;
  if (parts === undefined) throw new DatabaseUrlError('must be a URL like postgres://user:password@host:5432/database');
  const { userinfo, host = '', port = '', path = '', query = '' } = parts;
  if (userinfo === undefined && text.includes('@')) {
    throw new DatabaseUrlError(
      'must have %2F and %3F in place of / and ? in its user and password, and %40 in place of @ behind them',
    );
  }
  if (port.includes(',')) throw new DatabaseUrlError('must name one host');
  if (port.includes(':')) throw new DatabaseUrlError('must have an IPv6 address in brackets: [::1]');
  const parameters = parametersOf(query);
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/s.exec(userinfo ?? '') ?? [];
  const sslMode = sslModeOf(parameters);
  checkTls(sslMode, parameters);
  const given = (name: ParameterName, otherwise: string | undefined) =>
    parameters.get(name) ?? (otherwise || undefined);
  const timeout = parameters.get('connect_timeout');
  const portText = given('port', port);
  const place = given('host', decoded(host.replace(/^\[(.*)\]$/, '$1'), 'host')) ?? 'localhost';
  checkHost(place);
  checkApplicationName(parameters.get('application_name'));
  return {
    host: place,
    port: portText === undefined ? DEFAULT_PORT : wholeNumber('port', portText, 1, MAX_PORT),
    user: given('user', decoded(user, 'user')),
    password: given('password', password === undefined ? undefined : decoded(password, 'password')),
    database: given('dbname', decoded(path, 'path')),
    sslMode,
    sslNegotiation: oneOf('sslnegotiation', parameters.get('sslnegotiation') ?? 'postgres', ['postgres', 'direct']),
    connectTimeout: timeout === undefined ? undefined : wholeNumber('connect_timeout', timeout, 0, MAX_CONNECT_TIMEOUT),
    parameters,
  };
}
