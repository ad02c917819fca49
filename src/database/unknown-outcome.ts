import { DatabaseError } from 'pg';
import { DatabaseUnavailableError } from './unavailable-error.js';

/** Errors of changes that may have been committed. */
const unknown = new WeakSet<object>();

/**
 * Records that a COMMIT, or a statement that is a transaction of its own, failed with this error. If PostgreSQL
 * rejected it, or it was never sent, nothing was changed. If the connection broke, or PostgreSQL closed it, the change
 * may have been committed.
 */
export function recordFailedWrite(error: unknown): void {
  if (typeof error !== 'object' || error === null) return;
  if (error instanceof DatabaseError && error.severity === 'ERROR') return;
  if (error instanceof DatabaseUnavailableError && error.reason !== 'connection lost') return;
  unknown.add(error);
}

/** Whether a change that failed with this error may have been committed. */
export function isOutcomeUnknown(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unknown.has(error);
}
