import { DatabaseError } from 'pg';

/** Errors of changes that may have been made all the same. */
const unknown = new WeakSet<object>();

/** What `pg` says of a connection that had ended before: it has sent nothing on it. */
const NOT_SENT = /is not queryable/;

/**
 * Notes that a COMMIT, or a statement that is a transaction of its own, failed with this error after it was sent. When
 * PostgreSQL itself says that it failed, nothing was done. When the connection broke, or PostgreSQL ended it, the change
 * may have been made before.
 */
export function noteFailedChange(error: unknown): void {
  if (typeof error !== 'object' || error === null) return;
  if (error instanceof DatabaseError && error.severity === 'ERROR') return;
  if ('message' in error && NOT_SENT.test(String(error.message))) return;
  unknown.add(error);
}

/** Whether a change that failed with this error may have been made all the same. */
export function isOutcomeUnknown(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unknown.has(error);
}
