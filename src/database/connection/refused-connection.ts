import { isNativeError } from 'node:util/types';
import { StartError } from '../../common/start-error.js';
import { TimeoutError } from '../../common/timeout.js';
import { ConnectionClosedError, NoTlsError, addressOf } from './database-config.js';

/** An address with several hosts, such as localhost, fails with an error for each and no message of its own. */
function errorsOf(error: unknown): unknown[] {
  const several: unknown = isNativeError(error) ? Reflect.get(error, 'errors') : undefined;
  return Array.isArray(several) ? several.flatMap(errorsOf) : [error];
}

function codeOf(error: unknown): string {
  return isNativeError(error) && 'code' in error ? String(error.code) : '';
}

/** The messages of an error and of its aggregated errors. */
export function reasonOf(error: unknown): string {
  return errorsOf(error)
    .map((one) => (isNativeError(one) ? one.message : String(one)))
    .join(', ');
}

/** Transient errors: the server is starting, restarting or full, or the host's name cannot be resolved yet. */
const TRANSIENT_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** Whether a retry may succeed. */
export function isTransient(error: unknown): boolean {
  return errorsOf(error).every(
    (one) => TRANSIENT_CODES.has(codeOf(one)) || one instanceof TimeoutError || one instanceof ConnectionClosedError,
  );
}

/**
 * The message for a connection that broke during the start; undefined for other errors.
 * @param isBroken whether the session of the start has ended: `pg` has no code for a statement on such a one
 */
export function brokenStart(url: string, cause: unknown, isBroken: boolean): StartError | undefined {
  if (cause instanceof StartError || !(isBroken || isTransient(cause))) return undefined;
  const reason = reasonOf(cause).replace(/\.$/, '');
  return new StartError(
    `The database at ${addressOf(url)} broke off while Docket was starting: ${reason}. Start Docket again once PostgreSQL runs; a migration that was under way has left nothing behind.`,
    { cause },
  );
}

const LOOK_AT_URL = 'Look at DATABASE_URL, and whether PostgreSQL runs there.';
const LOOK_AT_TLS =
  'Look at sslmode and sslrootcert in DATABASE_URL (docs/security.md, "TLS to PostgreSQL"), and at the certificate of the server.';
const LOOK_AT_POOLER =
  'Look at DATABASE_URL, whether PostgreSQL runs there, and whether a pooler in between has a connection left (docs/postgresql.md).';
const LOOK_AT_OPTIONS = 'Look at options in DATABASE_URL.';

/** By PostgreSQL's SQLSTATE, or Node's code. */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'Look at the user and the password in DATABASE_URL.',
  '28000': 'Look at the user and sslmode in DATABASE_URL, and at pg_hba.conf of the server.',
  '3D000': 'Look at the name of the database in DATABASE_URL, or make the database: createdb.',
  '42501': 'Grant the user of DATABASE_URL the right to connect: grant connect on database … to ….',
  '42704': LOOK_AT_OPTIONS,
  '22023': LOOK_AT_OPTIONS,
  // PgBouncer's code for refusals without one of their own. Its message, which stands before the advice, tells which.
  '08P01':
    'This is the message of a pooler. If it takes no options, leave them out of DATABASE_URL; if it has no connection left, see docs/postgresql.md.',
  '53300': 'All connections of the server are taken: see max_connections, and how many processes of Docket there are.',
};

/** How the codes of Node's TLS begin. */
const TLS_CODES = [
  'ERR_TLS',
  'ERR_SSL',
  'ERR_OSSL',
  'CERT_',
  'DEPTH_ZERO',
  'SELF_SIGNED',
  'UNABLE_TO',
  'HOSTNAME_MISMATCH',
  'EPROTO',
];

function adviceOn(cause: unknown, code: string): string {
  if (cause instanceof TimeoutError) return LOOK_AT_POOLER;
  const isAboutTls = cause instanceof NoTlsError || TLS_CODES.some((prefix) => code.startsWith(prefix));
  return isAboutTls ? LOOK_AT_TLS : (ADVICE[code] ?? LOOK_AT_URL);
}

/**
 * What `pg` says, without a code or a class, where the server asks for a password and there is none. A function as its
 * option `password` would be asked too, but then `pg` does not read PGPASSFILE (docs/postgresql.md).
 */
const NO_PASSWORD = /client password must be a/;
const INVALID_PASSWORD = '28P01';

/** The message for the operator, without the URL, which contains the password. */
export function refusedConnection(url: string, cause: unknown): StartError {
  // For example a file that the URL names: its message says what to do.
  if (cause instanceof StartError) return cause;
  const said = reasonOf(cause);
  const [code, reason] = NO_PASSWORD.test(said)
    ? [INVALID_PASSWORD, 'the server asks for a password']
    : [codeOf(errorsOf(cause)[0]), said];
  return new StartError(
    `The database at ${addressOf(url)} cannot be used: ${reason.replace(/\.$/, '')}. ${adviceOn(cause, code)}`,
    { cause },
  );
}
