/** A blank at an end of these can be meant; a line break is left by a file or a secret that was read whole. */
const PASSWORDS: ReadonlySet<string> = new Set(['ADMIN_PASSWORD', 'EMAIL_HOST_PASSWORD']);
/** Here blanks do not count: they are taken away, as around the parts of a list, or are JSON's. */
const WITHOUT_BLANKS: ReadonlySet<string> = new Set([
  'ALLOWED_ORIGINS',
  'DATABASE_REPLICA_URLS',
  'EMAIL_FROM',
  'JWT_PRIVATE_KEYS',
  'SIGN_UP',
  'TRUST_PROXY',
]);

function hasBlanks(name: string, value: string): boolean {
  if (WITHOUT_BLANKS.has(name)) return false;
  return PASSWORDS.has(name) ? /^[\r\n]|[\r\n]$/.test(value) : value !== value.trim();
}

/**
 * Which settings have blanks or line breaks around their values. They are not seen in a terminal: a folder, a host or a
 * database with one in its name is another one.
 */
export function settingsWithBlanks(
  names: readonly string[],
  given: Readonly<Record<string, string | undefined>>,
): string[] {
  return names.filter((name) => hasBlanks(name, given[name] ?? ''));
}
