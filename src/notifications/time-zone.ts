/** IANA names begin with a letter; Intl also takes offsets such as +01:00, which know no daylight saving. */
const LOOKS_LIKE_A_NAME = /^[a-z][a-z0-9_+/-]{0,63}$/i;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

/** The IANA name in its usual spelling; null when there is no such time zone. */
export function timeZoneNamed(name: string): string | null {
  if (!LOOKS_LIKE_A_NAME.test(name)) return null;
  try {
    formatOf(name);
  } catch {
    return null;
  }
  const lowerCase = name.toLowerCase();
  return Intl.supportedValuesOf('timeZone').find((known) => known.toLowerCase() === lowerCase) ?? name;
}

/** What a clock on the wall of the time zone shows, as the instant at which a clock in UTC shows the same. */
export function wallClock(instant: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: string) => Number(parts[name]);
  return (
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) +
    (((instant % 1000) + 1000) % 1000)
  );
}
