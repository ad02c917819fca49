/** Copied by MikroORM into its own exceptions, unlike the class. */
export const DATABASE_UNAVAILABLE = 'ERR_DATABASE_UNAVAILABLE';

/**
 * - pool full: all connections of the pool were in use for as long as a request waits for one.
 * - no connection: none could be opened, or the one that the statement was for had ended before it was sent.
 * - connection lost: it ended, or was silent for too long, after the statement was sent.
 */
type Reason = 'pool full' | 'no connection' | 'connection lost';

/** There is no connection to the database. Its cause is the error of `pg`, which has neither a class nor a code. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly code = DATABASE_UNAVAILABLE;
  readonly reason: Reason;

  constructor(reason: Reason, cause: unknown) {
    super(cause instanceof Error ? cause.message : reason, { cause });
    this.reason = reason;
  }
}
