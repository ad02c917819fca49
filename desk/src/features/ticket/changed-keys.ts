const MOST_NAMED = 5;

function membersOf(json: string | null): ReadonlyMap<string, string> {
  if (json === null) return new Map();
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return new Map();
    return new Map(Object.entries(value).map(([key, member]) => [key, JSON.stringify(member)]));
  } catch {
    return new Map();
  }
}

/** The names of the members of details that a change added, changed or took away; null when none differs. */
export function changedKeys(from: string | null, to: string | null): string | null {
  const [before, after] = [membersOf(from), membersOf(to)];
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
  if (keys.length === 0) return null;
  const rest = keys.length - MOST_NAMED;
  return keys.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
