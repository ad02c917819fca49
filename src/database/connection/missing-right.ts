import { isNativeError } from 'node:util/types';
import { TimeoutError } from '../../common/timeout.js';
import { StartError } from '../../common/start-error.js';
import { DATABASE_UNAVAILABLE } from '../unavailable-error.js';
import { EXTENSIONS } from './session.js';

const INSUFFICIENT_PRIVILEGE = '42501';
const READ_ONLY = '25006';
const TOO_MANY_CONNECTIONS = '53300';
/** Also for a table on which the user has no right at all: the migrator does not see it. */
const DUPLICATE_TABLE = '42P07';
/** feature_not_supported, or undefined_file before PostgreSQL 17: of what migrations do, for extensions whose files are missing. */
const NO_SUCH_EXTENSION = new Set(['0A000', '58P01']);

const RIGHTS =
  'The user of DATABASE_URL needs to own the database, or: grant connect, create on database … to …, and grant usage, create on schema public to ….';
const MAKE_EXTENSIONS = `Or let a superuser make the extensions in this database: ${EXTENSIONS.map((name) => `create extension ${name}`).join('; ')}.`;

/** The first of the error's lines: MikroORM adds the statement and PostgreSQL's details. */
function sentenceOf(error: Error): string {
  const [first = ''] = error.message.split('\n', 1);
  return first.replace(/^.* - /, '').replace(/\.$/, '');
}

/** The message for the operator when the database rejects a migration; undefined for other errors. */
export function missingRight(error: unknown): StartError | undefined {
  if (error instanceof TimeoutError) {
    return new StartError(
      `The database gave ${error.message}: it has stopped meanwhile, or a pooler in between has too few connections (docs/postgresql.md).`,
      { cause: error },
    );
  }
  if (!isNativeError(error) || !('code' in error)) return undefined;
  // The refusal of the server is the cause of the error that there is no connection.
  if (error.code === DATABASE_UNAVAILABLE && error.cause !== undefined) return missingRight(error.cause);
  const said = sentenceOf(error);
  if (NO_SUCH_EXTENSION.has(String(error.code))) {
    return new StartError(`${said}. Install PostgreSQL's contrib modules on its machine (postgresql-contrib).`, {
      cause: error,
    });
  }
  switch (error.code) {
    case INSUFFICIENT_PRIVILEGE:
      return new StartError(`The database refuses: ${said}. ${RIGHTS} ${MAKE_EXTENSIONS}`, { cause: error });
    case READ_ONLY:
      return new StartError(`The database is read-only: ${said}.`, { cause: error });
    case DUPLICATE_TABLE:
      return new StartError(
        `The database refuses: ${said}. It is another program's, or belongs to another user. Give Docket a database of its own, or make the user of DATABASE_URL the owner of all its tables.`,
        { cause: error },
      );
    case TOO_MANY_CONNECTIONS:
      return new StartError(
        `The database refuses: ${said}. See docs/postgresql.md for how many each process needs, max_connections, and the limits of the role and the database.`,
        { cause: error },
      );
    default:
      return undefined;
  }
}
