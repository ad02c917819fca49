import { type InstantRange } from '../queue/instant-range.js';

/** How many days a range may have, today among them; more are refused by the API. */
const MOST_DAYS = 366;

/** The last so many days, today among them; or the days from one date to another, both included: "2026-11-30". */
export type Period = { readonly days: PresetDays } | { readonly from: string; readonly to: string };

export const PRESETS = [7, 30, 90, 365] as const;
export type PresetDays = (typeof PRESETS)[number];
export const USUAL_DAYS: PresetDays = 30;

/** The browser's time zone: insights count by its days. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The first instant of a date in the browser's time zone; null where the text is not a date. */
function beginningOf(date: string): Date | null {
  const begins = new Date(`${date}T00:00`);
  return /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(begins.getTime()) ? begins : null;
}

/** The date that an address has; empty where it has none, or a wrong one. */
export function dateIn(text: string | null): string {
  return text !== null && beginningOf(text) ? text : '';
}

/** The beginning of the day that is so many days later. */
function daysLater(date: Date, days: number): Date {
  const later = new Date(date);
  later.setDate(later.getDate() + days);
  later.setHours(0, 0, 0, 0);
  return later;
}

/** The date of an instant in the browser's time zone, in the format of `<input type="date">`. */
function dateOf(instant: Date): string {
  const [year, month, day] = [instant.getFullYear(), instant.getMonth() + 1, instant.getDate()];
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

type Span = { readonly range: InstantRange } | { readonly fault: string };

/** The instants of a period, or what is wrong with it. */
export function spanOf(period: Period, now: Date): Span {
  // Without an end, so that the links to the queue also show tickets that are created or closed later.
  if ('days' in period) return { range: { from: daysLater(now, 1 - period.days).toISOString() } };
  const [from, last] = [beginningOf(period.from), beginningOf(period.to)];
  if (!from || !last) return { fault: 'Choose the first and the last day.' };
  if (from > last) return { fault: 'The first day is after the last one.' };
  if (daysLater(from, MOST_DAYS) <= last)
    return { fault: `At most ${MOST_DAYS} days show at once: choose them closer together.` };
  return { range: { from: from.toISOString(), to: daysLater(last, 1).toISOString() } };
}

/** The first and the last day of a period, for the two date fields. */
export function endsOf(period: Period, now: Date): { readonly from: string; readonly to: string } {
  return 'days' in period ? { from: dateOf(daysLater(now, 1 - period.days)), to: dateOf(now) } : period;
}
