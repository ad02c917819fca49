/** Described for clients in graphql/payload.ts. */
export enum UserErrorCode {
  REQUIRED = 'REQUIRED',
  INVALID = 'INVALID',
  TAKEN = 'TAKEN',
  NOT_FOUND = 'NOT_FOUND',
  CONFLICT = 'CONFLICT',
  INVALID_CREDENTIALS = 'INVALID_CREDENTIALS',
  EXPIRED = 'EXPIRED',
}

/** Something in a mutation's input that a person can correct. */
export interface UserError {
  readonly code: UserErrorCode;
  readonly message: string;
  /** The path of the input field, such as ["input", "title"]; null when it is about no single field. */
  readonly field: string[] | null;
}

/**
 * What a service throws when a person can correct the input. It becomes the payload's `userErrors`
 * (graphql/mutation-errors.ts); what else the payload should hold, such as the ticket as it is, goes into `payload`.
 */
export class UserInputError extends Error {
  override name = 'UserInputError';

  constructor(
    readonly userErrors: readonly UserError[],
    readonly payload: Readonly<Record<string, unknown>> = {},
  ) {
    super(userErrors.map(({ message }) => message).join(' '));
  }
}

/** A `UserInputError` about one field of `input`, such as `assignedTo.email`; null: about no single field. */
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
