/** The offset of a time zone that is whole hours away from UTC. */
const HOURS = /[+-]\d\d$/;

const WITH_MILLISECONDS = '2026-11-21 05:52:54.123+00';

/**
 * `2026-11-21 05:52:54.1+00`, which PostgreSQL writes for an instant in UTC, as ISO 8601 with milliseconds. Converted
 * here, as to_char and `at time zone` cost PostgreSQL more (bench/results.md).
 */
export function isoInstant(text: string): string {
  // The session's time zone is not UTC.
  if (!text.endsWith('+00')) return new Date(text.replace(' ', 'T').replace(HOURS, '$&:00')).toISOString();
  // Usually three digits, but PostgreSQL omits trailing zeros, and other programs may have written microseconds.
  if (text.length === WITH_MILLISECONDS.length) return `${text.slice(0, 10)}T${text.slice(11, 23)}Z`;
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).slice(0, 3).padEnd(3, '0')}Z`;
}
