import 'reflect-metadata';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { Field, ObjectType, registerEnumType } from 'type-graphql';

export enum UserErrorCode {
  REQUIRED = 'REQUIRED',
  INVALID = 'INVALID',
  TAKEN = 'TAKEN',
  NOT_FOUND = 'NOT_FOUND',
  CONFLICT = 'CONFLICT',
  INVALID_CREDENTIALS = 'INVALID_CREDENTIALS',
  EXPIRED = 'EXPIRED',
}
registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'What kind of thing a person can put right.',
  valuesConfig: {
    REQUIRED: { description: 'Something is missing, or shows nothing.' },
    INVALID: { description: 'The value is not one that the field can have.' },
    TAKEN: { description: 'Somebody else has it already.' },
    NOT_FOUND: { description: 'There is no such thing, or the viewer may not see it.' },
    CONFLICT: { description: 'It does not go together with how things are now.' },
    INVALID_CREDENTIALS: { description: 'A password or token is wrong.' },
    EXPIRED: { description: 'A token is too old, or what it belongs to has ended.' },
  },
});

@ObjectType({ description: 'Something in the input that a person can put right. Nothing was changed.' })
export class UserError {
  @Field(() => UserErrorCode, { description: 'What kind of fault it is: clients decide by it.' })
  code!: UserErrorCode;

  @Field(() => String, { description: 'A sentence for the person; clients decide by `code`.' })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Path of the input field at fault, e.g. ["input", "title"]; null when no one field is.',
  })
  field!: string[] | null;
}

/** Every payload of a mutation. */
@ObjectType()
export abstract class Payload {
  /** Filled in by the middleware around mutations. */
  @Field(() => [UserError], { description: 'Empty when the change was made.' })
  userErrors?: readonly UserError[];
}

/**
 * What a service throws when a person can put it right. A middleware turns it into `userErrors`; whatever else the
 * payload should then hold, such as the ticket as it is, goes into `payload`.
 */
export class UserInputError extends Error {
  override name = 'UserInputError';
  readonly userErrors: readonly UserError[];

  constructor(
    userErrors: readonly UserError[],
    readonly payload: Readonly<Record<string, unknown>> = {},
  ) {
    super(userErrors.map(({ message }) => message).join(' '));
    this.userErrors = userErrors;
  }
}

/** A `UserInputError` about one field of `input`; `field` names it, e.g. `assignedTo.email`; null: about no one field. */
export function userInputError(
  code: UserErrorCode,
  field: string | null,
  message: string,
  payload?: Readonly<Record<string, unknown>>,
): UserInputError {
  return new UserInputError(
    [{ code, message, field: field === null ? null : ['input', ...field.split('.')] }],
    payload,
  );
}

export type TopLevelCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'BAD_USER_INPUT' | 'RATE_LIMITED' | 'SERVICE_UNAVAILABLE';

function topLevelError(code: TopLevelCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Why a request has no viewer, as extensions.reason tells: no access token came, or one that is not good. */
export type UnauthenticatedReason = 'MISSING' | 'EXPIRED' | 'INVALID' | 'REVOKED';

const WHAT_TO_DO: Readonly<Record<UnauthenticatedReason, string>> = {
  MISSING: 'Sign in first: send the header Authorization: Bearer <accessToken>.',
  EXPIRED: 'This access token has expired. Get a new one by refreshSession, or sign in.',
  INVALID: 'This is not a valid access token. Send one that signIn or refreshSession gave, or no Authorization header.',
  REVOKED: 'The session of this access token has ended. Sign in.',
};

export function unauthenticated(reason: UnauthenticatedReason): GraphQLError {
  return new GraphQLError(WHAT_TO_DO[reason], {
    extensions: { code: 'UNAUTHENTICATED' satisfies TopLevelCode, reason },
  });
}

export function forbidden(message = 'You may not do that.') {
  return topLevelError('FORBIDDEN', message);
}

/** @param retryAfterSeconds when trying again may succeed */
export function rateLimited(retryAfterSeconds: number): GraphQLError {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return new GraphQLError(`Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`, {
    extensions: { code: 'RATE_LIMITED' satisfies TopLevelCode, retryAfterSeconds },
  });
}

/** @param retryAfterSeconds when those that run now will have ended, or have been refused */
export function tooManySearches(retryAfterSeconds: number): GraphQLError {
  return new GraphQLError(
    `Too many of your searches are under way. Try again in ${retryAfterSeconds} seconds, with fewer at once.`,
    { extensions: { code: 'RATE_LIMITED' satisfies TopLevelCode, retryAfterSeconds } },
  );
}

/** The answer is not given at all, so that nobody takes a part of it for the whole. */
export function responseTooLarge(limit: number): GraphQLError {
  return new GraphQLError(
    `The answer would have more than ${limit / 1e6} MB. Ask for less, or for shorter pages. What a mutation changed stands.`,
    { extensions: { answerBytes: limit, limit, code: 'QUERY_TOO_COMPLEX' } },
  );
}

export function isResponseTooLarge({ extensions }: GraphQLFormattedError): boolean {
  return extensions !== undefined && 'answerBytes' in extensions;
}

export function tooMuchInFlight(): GraphQLError {
  return topLevelError(
    'SERVICE_UNAVAILABLE',
    'Too many large answers are under way just now. Ask for less. Try again in a moment.',
  );
}

export function badUserInput(message: string) {
  return topLevelError('BAD_USER_INPUT', message);
}
