import { type FieldChange } from '../tickets/ticket-event.entity.js';

/** The field under which a comment stands among the changes, `to` being its id. */
export const COMMENT = 'comment';

/** Comments add up; every other field is there once. */
function keyOf({ field, to }: FieldChange): string {
  return field === COMMENT ? `${COMMENT}:${to}` : field;
}

/**
 * One list of what happened over both: each field from its first value to its last, in the order in which they first
 * changed. A field that is back at its first value drops out.
 */
export function mergeChanges(earlier: readonly FieldChange[], later: readonly FieldChange[]): FieldChange[] {
  const merged = new Map(earlier.map((change) => [keyOf(change), change]));
  for (const change of later) {
    const first = merged.get(keyOf(change)) ?? change;
    merged.set(keyOf(change), { field: change.field, from: first.from, to: change.to });
  }
  return [...merged.values()].filter(({ from, to }) => from !== to);
}

/** What is left to tell somebody who has changed fields themselves since: they know how those stand. */
export function withoutFieldsOf(waiting: readonly FieldChange[], own: readonly FieldChange[]): FieldChange[] {
  const known = new Set(own.map(keyOf));
  return waiting.filter((change) => !known.has(keyOf(change)));
}
