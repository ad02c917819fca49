/** MikroORM copies this property into its own exceptions, but not the class. */
export const DATABASE_UNAVAILABLE = 'ERR_DATABASE_UNAVAILABLE';

/**
 * - pool full: no connection became free within the maximum wait.
 * - no connection: none could be opened, or it had ended before the statement was sent.
 * - connection lost: it ended or timed out after the statement was sent, whose outcome is unknown.
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
