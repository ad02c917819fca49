// Answers in one form, whatever each schema wraps around the same data.

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** Around a list, and around what a mutation changed. */
const WRAPPERS = new Set(['nodes', 'ticket']);

/**
 * Connections become their nodes, payloads their ticket, instants ISO 8601 with milliseconds; keys are sorted. The ids
 * and numbers of new tickets cannot be the same: `forgetIdentity` leaves them out.
 */
export function normalise(value: unknown, forgetIdentity = false): unknown {
  if (Array.isArray(value)) return value.map((item) => normalise(item, forgetIdentity));
  if (typeof value === 'string' && ISO_INSTANT.test(value)) return new Date(value).toISOString();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key, inner]) => !(key === 'userErrors' && Array.isArray(inner) && inner.length === 0))
    .filter(([key]) => !(forgetIdentity && (key === 'id' || key === 'number')));
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && WRAPPERS.has(only[0])) return normalise(only[1], forgetIdentity);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, normalise(inner, forgetIdentity)]),
  );
}
