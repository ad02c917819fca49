import { type Client, DatabaseError } from 'pg';
import { withTimeout } from '../../common/timeout.js';
import { StartError } from '../../common/start-error.js';

/** A pooler with others on it may give the second session another connection by chance. */
const TRIES = 5;
const ANSWER_MS = 10_000;

const SENTENCE =
  'DATABASE_URL leads to a connection pooler, such as PgBouncer, that gives a session another connection for each transaction. ' +
  'Docket needs sessions of its own: set pool_mode = session there, or let DATABASE_URL name PostgreSQL itself.';

async function backendOf(client: Client): Promise<unknown> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}

/** Whether another session, in a transaction, has the connection that was this one's. */
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
 * Settings of a session, its locks and its prepared statements would be another's behind a pooler in transaction or
 * statement mode, and show as wrong answers at some later time.
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
