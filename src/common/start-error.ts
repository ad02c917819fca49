/**
 * Docket cannot start, for a reason that the person who starts it can mend. The message says what to do: it is shown
 * alone, without a stack.
 */
export class StartError extends Error {
  override name = 'StartError';
}
