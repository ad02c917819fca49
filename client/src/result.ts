import { type UserErrorCode } from './generated/graphql.js';

export type { UserErrorCode };

export interface UserError {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly field?: readonly string[] | null | undefined;
}

/** What a form shows: each message beside its field, by its name; those of no field under ''. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What a mutation gave, or what the person has to put right. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fields: FieldErrors; readonly errors: readonly UserError[] };

interface Payload {
  readonly userErrors: readonly UserError[];
}

/** A field's name in a form: `["input", "assignedTo", "email"]` is assignedTo. */
function formField({ field }: UserError): string {
  return field?.find((part) => part !== 'input') ?? '';
}

/**
 * The result of a mutation from its payload.
 * @param pick what the payload has when there are no userErrors
 * @throws when it is null nevertheless
 */
export function resultOf<P extends Payload, Value>(
  payload: P,
  pick: (payload: P) => Value | null | undefined,
): Result<Value> {
  if (payload.userErrors.length > 0) return failure(payload.userErrors);
  const value = pick(payload);
  if (value === null || value === undefined) throw new Error('The answer has neither a value nor userErrors');
  return { ok: true, value };
}

function failure(errors: readonly UserError[]): Result<never> {
  const fields: Record<string, string> = {};
  for (const error of errors) {
    const name = formField(error);
    fields[name] = name in fields ? `${fields[name]} ${error.message}` : error.message;
  }
  return { ok: false, fields, errors };
}
