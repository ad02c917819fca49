import { UsageError } from '../cli/command.js';

/** What `--date-format` may say beside a pattern, and how a number becomes an instant. */
const NUMBERS = new Map<string, (value: number) => { at: number; isLocal: boolean }>([
  ['epoch', (value) => ({ at: value * 1000, isLocal: false })],
  ['epoch-ms', (value) => ({ at: value, isLocal: false })],
  ['excel', (value) => ({ at: fromSerial(value, EXCEL_1900), isLocal: true })],
  ['excel-1904', (value) => ({ at: fromSerial(value, EXCEL_1904), isLocal: true })],
]);

/** Days from Excel's day 0 to 1970-01-01; its own 29 February 1900 is counted. Old files of Excel for Mac begin in 1904. */
const EXCEL_1900 = 25_569;
const EXCEL_1904 = 24_107;
const DAY_MS = 86_400_000;

/** A serial number has about six digits for the time of day, so that seconds are all that is sure. */
function fromSerial(serial: number, epoch: number): number {
  return Math.round(((serial - epoch) * DAY_MS) / 1000) * 1000;
}

/** How a text is read that has one of several meanings. */
export type DateFormat =
  | { readonly kind: 'pattern'; readonly name: string; readonly shape: RegExp }
  | { readonly kind: 'number'; readonly name: string; read(value: number): { at: number; isLocal: boolean } };

const TOKENS: Readonly<Record<string, string>> = {
  YYYY: String.raw`(?<year>\d{4})`,
  YY: String.raw`(?<year>\d{2})`,
  MMM: '(?<month>[a-z]{3})',
  MM: String.raw`(?<month>\d{1,2})`,
  M: String.raw`(?<month>\d{1,2})`,
  DD: String.raw`(?<day>\d{1,2})`,
  D: String.raw`(?<day>\d{1,2})`,
  HH: String.raw`(?<hour>\d{1,2})`,
  H: String.raw`(?<hour>\d{1,2})`,
  hh: String.raw`(?<hour>\d{1,2})`,
  h: String.raw`(?<hour>\d{1,2})`,
  mm: String.raw`(?<minute>\d{2})`,
  ss: String.raw`(?<second>\d{2})`,
  A: '(?<half>AM|PM)',
  a: '(?<half>AM|PM)',
};

/** What may follow a pattern that names no time of day: nothing, or `14:05`, `14:05:09`, `2:05 PM`, and a zone. */
const ANY_TIME = String.raw`(?:,?[T ]\s*(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?(?:\s*(?<half>AM|PM))?(?:\s*(?<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}))?)?`;

export const DATE_FORMAT_HELP = 'DD/MM/YYYY, MM-DD-YYYY HH:mm, …; excel, excel-1904, epoch, epoch-ms';

/**
 * Reads `--date-format`: a pattern of YYYY, YY, MMM, MM, DD, HH, hh, mm, ss and A, or the name of a kind of number.
 * @throws UsageError for what is neither, or leaves out day, month or year
 */
export function parseDateFormat(name: string): DateFormat {
  const read = NUMBERS.get(name.toLowerCase());
  if (read !== undefined) return { kind: 'number', name, read };
  const seen = new Set<string>();
  const shape = name.replaceAll(/YYYY|YY|MMM|MM?|DD?|HH?|hh?|mm|ss|[Aa]|[\s\S]/g, (part) => {
    const token = TOKENS[part];
    if (token === undefined) return escapeForRegExp(part);
    const group = /<(\w+)>/.exec(token)?.[1] ?? part;
    if (seen.has(group)) throw new UsageError(`--date-format "${name}" names the ${group} twice.`);
    seen.add(group);
    return token;
  });
  if (!['year', 'month', 'day'].every((group) => seen.has(group))) {
    throw new UsageError(`--date-format "${name}" has no day, month and year. Give one of: ${DATE_FORMAT_HELP}.`);
  }
  const time = seen.has('hour') ? '' : ANY_TIME;
  return { kind: 'pattern', name, shape: new RegExp(`^${shape}${time}$`, 'i') };
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}

/** What a text may mean that is refused without `--date-format`: the formats that fit it, the likeliest first. */
export function possibleFormats(text: string): readonly string[] {
  const trimmed = text.trim();
  if (/^\d{4,5}(?:[.,]\d+)?$/.test(trimmed)) return ['excel'];
  if (/^\d{9,10}(?:\.\d+)?$/.test(trimmed)) return ['epoch'];
  if (/^\d{12,13}$/.test(trimmed)) return ['epoch-ms'];
  const [, first = '', separator = '', second = '', , year = ''] =
    /^(\d{1,2})([/.\-\s])(\d{1,2})(\2)(\d{4}|\d{2})(?:\D|$)/.exec(trimmed) ?? [];
  if (separator === '') return [];
  const of = (...parts: string[]) => [...parts, 'Y'.repeat(year.length)].join(separator);
  return [
    ...(Number(first) <= 31 && Number(second) <= 12 ? [of('DD', 'MM')] : []),
    ...(Number(first) <= 12 && Number(second) <= 31 ? [of('MM', 'DD')] : []),
  ];
}
