import { type Client, DatabaseError } from 'pg';
import { withTimeout } from '../../common/timeout.js';
import { StartError } from '../../common/start-error.js';

/** Number of attempts: a pooler that others use may give the second session another connection by chance. */
const TRIES = 5;
const ANSWER_MS = 10_000;

const SENTENCE =
  'DATABASE_URL leads to a connection pooler, such as PgBouncer, that gives a session another connection for each transaction. ' +
  'Docket needs sessions of its own: set pool_mode = session there, or let DATABASE_URL name PostgreSQL itself.';

async function backendOf(client: Client): Promise<unknown> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}

/** Whether a second session, in a transaction, got the server connection of the first. */
async function sharesBackend(session: Client, other: Client): Promise<boolean> {
  const before = await backendOf(session);
  try {
    await other.query('begin');
    if ((await backendOf(other)) === before) return true;
    return (await backendOf(session)) !== before;
  } finally {
    // A pooler in statement mode has closed the connection.
    await other.query('rollback').catch(() => undefined);
  }
}

/** SQLSTATE protocol_violation: PgBouncer's refusal of "begin" in statement mode. PostgreSQL never refuses it so. */
const REFUSES_TRANSACTIONS = '08P01';

function isStatementMode(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === REFUSES_TRANSACTIONS;
}

/**
 * Refuses poolers in transaction or statement mode: settings, advisory locks and prepared statements of a session would
 * leak to others, and cause wrong answers later.
 * @param session to the database
 * @param openOther gives another one to the same
 * @throws StartError when such a pooler is in between
 */
export async function refuseTransactionPooling(session: Client, openOther: () => Promise<Client>): Promise<void> {
  const other = await openOther();
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (await withTimeout(sharesBackend(session, other), ANSWER_MS)) throw new StartError(SENTENCE);
    }
  } catch (error) {
    if (isStatementMode(error)) throw new StartError(SENTENCE, { cause: error });
    throw error;
  } finally {
    await other.end();
  }
}
