import { type FieldChange } from '../tickets/ticket-event.entity.js';

/** The field name of a comment among the changes; `to` is its id. */
export const COMMENT = 'comment';

/** Comments accumulate; every other field occurs once. */
function keyOf({ field, to }: FieldChange): string {
  return field === COMMENT ? `${COMMENT}:${to}` : field;
}

/**
 * Merges two lists of changes: each field from its first value to its last, in the order of the first changes. A field
 * that is back at its first value drops out.
 */
export function mergeChanges(earlier: readonly FieldChange[], later: readonly FieldChange[]): FieldChange[] {
  const merged = new Map(earlier.map((change) => [keyOf(change), change]));
  for (const change of later) {
    const first = merged.get(keyOf(change)) ?? change;
    merged.set(keyOf(change), { field: change.field, from: first.from, to: change.to });
  }
  return [...merged.values()].filter(({ from, to }) => from !== to);
}

/** The changes without those of fields that the recipient has changed since, and whose value they therefore know. */
export function withoutFieldsOf(waiting: readonly FieldChange[], own: readonly FieldChange[]): FieldChange[] {
  const known = new Set(own.map(keyOf));
  return waiting.filter((change) => !known.has(keyOf(change)));
}

/** The changes without those of fields that have their first value again by silent changes, which no mail tells. */
export function withoutSetBack(waiting: readonly FieldChange[], silent: readonly FieldChange[]): FieldChange[] {
  const last = new Map(silent.map((change) => [keyOf(change), change.to]));
  return waiting.filter((change) => last.get(keyOf(change)) !== change.from);
}
