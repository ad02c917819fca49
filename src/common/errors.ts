/** A failure that Docket foresaw: the message is for the client, whose program decides by `code`. */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  /** Further members for the client's program, such as when to try again. */
  get details(): Readonly<Record<string, unknown>> {
    return {};
  }
}

/** Why a request has no viewer: no access token came, or one that is not good. */
export type UnauthenticatedReason = 'MISSING' | 'EXPIRED' | 'INVALID' | 'REVOKED';

const WHAT_TO_DO: Readonly<Record<UnauthenticatedReason, string>> = {
  MISSING: 'Sign in first: send the header Authorization: Bearer <accessToken>.',
  EXPIRED: 'This access token has expired. Get a new one by refreshSession, or sign in.',
  INVALID: 'This is not a valid access token. Send one that signIn or refreshSession gave, or no Authorization header.',
  REVOKED: 'The session of this access token has ended. Sign in.',
};

export class UnauthenticatedError extends DomainError {
  override name = 'UnauthenticatedError';
  readonly code = 'UNAUTHENTICATED';

  constructor(readonly reason: UnauthenticatedReason) {
    super(WHAT_TO_DO[reason]);
  }

  override get details() {
    return { reason: this.reason };
  }
}

export class ForbiddenError extends DomainError {
  override name = 'ForbiddenError';
  readonly code = 'FORBIDDEN';
}

/** For arguments of queries, which have no `userErrors`. */
export class BadInputError extends DomainError {
  override name = 'BadInputError';
  readonly code = 'BAD_USER_INPUT';
}

export class RateLimitedError extends DomainError {
  override name = 'RateLimitedError';
  readonly code = 'RATE_LIMITED';

  /** @param retryAfterSeconds when another attempt may succeed */
  constructor(
    readonly retryAfterSeconds: number,
    message = tooManyAttempts(retryAfterSeconds),
  ) {
    super(message);
  }

  override get details() {
    return { retryAfterSeconds: this.retryAfterSeconds };
  }
}

function tooManyAttempts(retryAfterSeconds: number): string {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`;
}

/** The whole response is refused, so that no client takes a part of it for all of it. */
export class ResponseTooLargeError extends DomainError {
  override name = 'ResponseTooLargeError';
  readonly code = 'QUERY_TOO_COMPLEX';

  constructor(readonly limitBytes: number) {
    super(
      `The answer would have more than ${limitBytes / 1e6} MB. Ask for less, or for shorter pages. What a mutation changed stands.`,
    );
  }

  override get details() {
    return { answerBytes: this.limitBytes, limit: this.limitBytes };
  }
}

/** All responses together would take too much memory. */
export class ServerBusyError extends DomainError {
  override name = 'ServerBusyError';
  readonly code = 'SERVICE_UNAVAILABLE';

  constructor() {
    super('Too many large answers are under way just now. Ask for less. Try again in a moment.');
  }
}
