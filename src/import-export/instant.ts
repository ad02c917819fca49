import { Temporal } from 'temporal-polyfill';
import { type DateFormat } from './date-format.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Two-digit years below this are of this century, as POSIX reads them. */
const CENTURY_PIVOT = 69;

const ZONE = String.raw`(?<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})`;
const SHAPES = [
  // ISO 8601 and what databases write: 2021-09-30T17:20:00.123Z, 2021-09-30 17:20:00+02, 2021-09-30; 2021/09/30 17:20 too
  new RegExp(
    String.raw`^(?<year>\d{4})(?<separator>[-/])(?<month>\d{2})\k<separator>(?<day>\d{2})(?:[T ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?\s*${ZONE}?)?$`,
    'i',
  ),
  // Jira: 30/Sep/21 17:20, 30/Sep/21 5:20 PM
  /^(?<day>\d{1,2})\/(?<month>[a-z]{3})\/(?<year>\d{4}|\d{2}) (?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?(?: (?<half>AM|PM))?$/i,
  // HTTP and mail: Thu, 30 Sep 2021 17:20:00 GMT
  new RegExp(
    String.raw`^[a-z]{3}, (?<day>\d{1,2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2}) ${ZONE}$`,
    'i',
  ),
  // JavaScript: Thu Sep 30 2021 17:20:00 GMT+0200 (Central European Summer Time)
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>\d{1,2}) (?<year>\d{4}) (?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2}) GMT(?<zone>[+-]\d{4})(?: \(.*\))?$/i,
];

export interface InstantRules {
  /** IANA name, for texts that name no zone. */
  readonly timeZone: string;
  /** What `--date-format` said. */
  readonly formats: readonly DateFormat[];
}

/**
 * Reads an instant as Jira, GitHub, Bugzilla, Flask and databases write it, or in a format that was named; null for
 * anything else, and for days and hours that do not exist. What has several meanings is never guessed.
 */
export function parseInstant(text: string, { timeZone, formats }: InstantRules): Date | null {
  const trimmed = text.trim();
  for (const format of formats) {
    const instant =
      format.kind === 'pattern'
        ? fromParts(format.shape.exec(trimmed)?.groups, timeZone)
        : fromNumber(trimmed, format, timeZone);
    if (instant !== null) return instant;
  }
  return fromParts(SHAPES.map((shape) => shape.exec(trimmed)?.groups).find(Boolean), timeZone);
}

function fromNumber(text: string, format: DateFormat & { kind: 'number' }, timeZone: string): Date | null {
  if (!/^-?\d+(?:[.,]\d+)?$/.test(text)) return null;
  const { at, isLocal } = format.read(Number(text.replace(',', '.')));
  const instant = new Date(Math.round(at));
  if (Number.isNaN(instant.getTime())) return null;
  return isLocal ? fromLocal(instant, timeZone) : instant;
}

function fromParts(parts: Partial<Record<string, string>> | undefined, timeZone: string): Date | null {
  if (!parts) return null;
  const { year = '', month = '', day, hour = '0', minute = '0', second = '0', fraction = '', half, zone } = parts;
  const utc = new Date(0);
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  utc.setUTCFullYear(fullYear(year), monthIndex(month), Number(day));
  utc.setUTCHours(hourOfDay(hour, half), Number(minute), Number(second));
  // 31 February has become 3 March.
  const exists =
    utc.getUTCMonth() === monthIndex(month) &&
    utc.getUTCDate() === Number(day) &&
    utc.getUTCMinutes() === Number(minute) &&
    utc.getUTCSeconds() === Number(second) &&
    utc.getUTCHours() === hourOfDay(hour, half);
  if (!exists) return null;
  utc.setUTCMilliseconds(Number(fraction.padEnd(3, '0').slice(0, 3)));
  return zone === undefined ? fromLocal(utc, timeZone) : new Date(utc.getTime() - zoneMinutes(zone) * 60_000);
}

function fullYear(year: string): number {
  if (year.length === 4) return Number(year);
  return Number(year) + (Number(year) < CENTURY_PIVOT ? 2000 : 1900);
}

function monthIndex(month: string): number {
  return /^\d+$/.test(month) ? Number(month) - 1 : MONTHS.indexOf(month.toLowerCase());
}

function hourOfDay(hour: string, half: string | undefined): number {
  if (half === undefined) return Number(hour);
  if (Number(hour) < 1 || Number(hour) > 12) return NaN;
  return (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

function zoneMinutes(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The instant at which clocks in the zone show what `shown` shows in UTC: the first of two, later by what the clocks skip. */
function fromLocal(shown: Date, timeZone: string): Date {
  if (timeZone === 'UTC') return shown;
  const local = Temporal.Instant.fromEpochMilliseconds(shown.getTime()).toZonedDateTimeISO('UTC').toPlainDateTime();
  return new Date(local.toZonedDateTime(timeZone).epochMilliseconds);
}
