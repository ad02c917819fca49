import { currentScope } from './scope.js';
import { withoutSecrets } from './secrets.js';

const MAX_MESSAGE_LENGTH = 2000;
const MAX_CAUSE_DEPTH = 5;

/** What helps and is no text of a user's: an error's other members, such as PostgreSQL's `detail`, hold whole rows. */
const SAFE_MEMBERS = [
  'code',
  'errno',
  'syscall',
  'port',
  'statusCode',
  'responseCode',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
] as const;

/** PostgreSQL's classes 23 (constraints) and 42 (names, rights) quote names; other messages may quote values. */
const QUOTES_NAMES = /^(23|42)/;

/** Without what MikroORM adds on further lines: PostgreSQL's details, which may be a whole row. */
function databaseMessage({ message }: Error, code: unknown): string {
  const [first = ''] = message.split('\n', 1);
  return QUOTES_NAMES.test(String(code)) ? first : first.replaceAll(/"[^"]*"/g, '"…"');
}

function messageOf(error: Error): string {
  const isFromDatabase = 'severity' in error && 'code' in error;
  const text = isFromDatabase ? databaseMessage(error, error.code) : error.message;
  return withoutSecrets(text, currentScope()?.secrets?.()).slice(0, MAX_MESSAGE_LENGTH);
}

function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^ {2,}at .*(:\d+:\d+\)?|\(<anonymous>\)|native\))$/.test(line))
    .join('\n');
}

/**
 * An error as it stands in the log: what it is, its message without secrets, where it came from and what caused it.
 * In place of pino's own, which writes every member that an error has.
 */
export function loggedError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return withoutSecrets(String(error), currentScope()?.secrets?.());
  const message = messageOf(error);
  const members = SAFE_MEMBERS.map((name): [string, unknown] => [name, Reflect.get(error, name)]).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number',
  );
  const deeper = depth < MAX_CAUSE_DEPTH;
  return {
    type: error.name,
    message,
    ...Object.fromEntries(members),
    stack: `${error.name}: ${message}\n${framesOf(error)}`,
    ...(deeper && error.cause !== undefined && { cause: loggedError(error.cause, depth + 1) }),
    ...(deeper &&
      error instanceof AggregateError && {
        errors: error.errors.slice(0, 10).map((one) => loggedError(one, depth + 1)),
      }),
  };
}
