import { type ClientBase, DatabaseError } from 'pg';
import { noteFailedChange } from './unknown-outcome.js';

const BEGIN = /^(?:begin|start transaction)\b/;
const COMMIT = 'commit';
const ROLLBACK = 'rollback';

/** What the ORM's query builder reads of the answer. */
const ROLLED_BACK = { command: 'ROLLBACK', rowCount: null, rows: [] };

/** Closes a connection that its user never gives back to the pool. */
function close(client: ClientBase, problem: unknown): void {
  if ('release' in client && typeof client.release === 'function') client.release(problem);
}

async function begun(client: ClientBase, sent: unknown): Promise<unknown> {
  try {
    return await sent;
  } catch (error) {
    close(client, error);
    throw error;
  }
}

async function committed(sent: unknown): Promise<unknown> {
  try {
    return await sent;
  } catch (error) {
    noteFailedChange(error);
    throw error;
  }
}

async function rolledBack(sent: unknown): Promise<unknown> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof DatabaseError && error.severity === 'ERROR') throw error;
    return ROLLED_BACK;
  }
}

/**
 * Answers the statements around a transaction of the ORM so that no broken connection stays in use. Kysely's controlled
 * transactions give theirs back to the pool after a COMMIT or ROLLBACK that succeeds, and only then: each one that broke
 * would be missing from the pool for good. A connection on which BEGIN fails is closed here, and a ROLLBACK on a broken
 * one counts as done, which it is: PostgreSQL takes back what a connection leaves. Before a COMMIT nothing is done, so
 * that only its failure leaves open whether the change was made.
 * @param sent what `Client.query` gave for the text
 */
export function transactionStatement(client: ClientBase, text: unknown, sent: unknown): unknown {
  if (typeof text !== 'string') return sent;
  if (text === COMMIT) return committed(sent);
  if (text === ROLLBACK) return rolledBack(sent);
  return BEGIN.test(text) ? begun(client, sent) : sent;
}
