/** Half-open: from <= instant < to, in ISO 8601; an end may be open. */
export interface InstantRange {
  readonly from?: string;
  readonly to?: string;
}

const SEPARATOR = '..';

/** In the form in which the API takes it; undefined for what is no instant. */
function instantOf(text: string | undefined): string | undefined {
  const instant = new Date(text ?? '');
  return text === '' || Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** The range that an address has; null where it has none, or none that can be read. */
export function readRange(text: string | null): InstantRange | null {
  const [from, to, ...more] = (text ?? '').split(SEPARATOR).map(instantOf);
  if (more.length > 0 || (from === undefined && to === undefined)) return null;
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

export function writeRange({ from = '', to = '' }: InstantRange): string {
  return `${from}${SEPARATOR}${to}`;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const minute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Whether a day begins then for the reader: at midnight, or at one where the clock is put forward at midnight. */
function beginsDay(instant: Date): boolean {
  return day.format(instant) !== day.format(new Date(instant.getTime() - 1));
}

/** In the reader's zone: "12 Nov 2026", "1 Nov – 30 Nov 2026", "before 20 Nov 2026, 17:20". */
export function rangeInWords(range: InstantRange): string {
  const from = range.from === undefined ? null : new Date(range.from);
  const to = range.to === undefined ? null : new Date(range.to);
  const isWholeDays = [from, to].every((end) => end === null || beginsDay(end));
  const format = isWholeDays ? day : minute;
  if (!to) return from ? `since ${format.format(from)}` : '';
  if (!from) return `before ${format.format(to)}`;
  if (from >= to) return 'never';
  return format.formatRange(from, isWholeDays ? new Date(to.getTime() - 1) : to);
}
