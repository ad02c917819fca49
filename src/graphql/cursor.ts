import { BadInputError } from '../common/errors.js';

export type CursorValue = string | number;

/** An opaque place in one order of one list. */
export function encodeCursor(order: string, values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify([order, ...values])).toString('base64url');
}

function isCursorValue(value: unknown): value is CursorValue {
  return typeof value === 'string' || typeof value === 'number';
}

function parseCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/**
 * The values in a cursor that `encodeCursor` made for the same order.
 * @param checks one for each value: whether it may be compared with its column
 * @throws BAD_USER_INPUT for a cursor that is not ours, or of another order
 */
export function decodeCursor(
  argument: string,
  cursor: string,
  order: string,
  checks: readonly ((value: CursorValue) => boolean)[],
): CursorValue[] {
  const parsed = parseCursor(cursor);
  const [madeFor, ...parts]: unknown[] = Array.isArray(parsed) ? parsed : [];
  const values = parts.filter(isCursorValue);
  const ours =
    madeFor === order &&
    values.length === parts.length &&
    values.length === checks.length &&
    values.every((value, index) => checks[index]?.(value) === true);
  if (!ours) {
    throw new BadInputError(
      `"${argument}" is not a cursor of this list in this order. Use a startCursor, endCursor or edge's cursor of the same query.`,
    );
  }
  return values;
}
