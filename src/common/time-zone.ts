/** IANA names begin with a letter; Intl also takes offsets such as +01:00, which know no daylight saving. */
const LOOKS_LIKE_A_NAME = /^[a-z][a-z0-9_+/-]{0,63}$/i;

/** The IANA name in its usual spelling; null when there is no such time zone. */
export function timeZoneNamed(name: string): string | null {
  if (!LOOKS_LIKE_A_NAME.test(name)) return null;
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return null;
  }
  const lowerCase = name.toLowerCase();
  return Intl.supportedValuesOf('timeZone').find((known) => known.toLowerCase() === lowerCase) ?? name;
}
