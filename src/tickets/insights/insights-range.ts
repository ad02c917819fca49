import { Temporal } from 'temporal-polyfill';
import { BadInputError } from '../../common/errors.js';
import { timeZoneNamed } from '../../common/time-zone.js';
import { type DateTimeRange } from '../ticket.inputs.js';

const DAY_MS = 86_400_000;
export const DEFAULT_RANGE_DAYS = 30;
export const MAX_RANGE_DAYS = 366;

/** PostgreSQL and our instants begin with year 1. Two days later, as the first day begins up to a day earlier in another time zone. */
const EARLIEST = new Date('0001-01-03T00:00:00.000Z');

/** Half-open: from <= instant < to. */
export interface Range {
  readonly from: Date;
  readonly to: Date;
  /** An IANA name: where its days begin. */
  readonly timeZone: string;
}

function zoned(instant: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
}

/**
 * The range that is asked for, its open ends filled in.
 * @throws BAD_USER_INPUT when it ends before it starts, is longer than 366 days or too early, or there is no such time zone
 */
export function insightsRange(
  range: DateTimeRange | null | undefined,
  zone: string | null | undefined,
  now: Date,
): Range {
  const timeZone = timeZoneNamed(zone ?? 'UTC');
  if (timeZone === null) {
    throw new BadInputError('There is no such timeZone. Name one by continent and city, as Europe/Stockholm.');
  }
  const to = range?.to ?? now;
  const from = range?.from ?? new Date(to.getTime() - DEFAULT_RANGE_DAYS * DAY_MS);
  if (from < EARLIEST) {
    const fault = range?.from
      ? 'range.from is too early.'
      : `range.to is too early: without range.from the range begins ${DEFAULT_RANGE_DAYS} days before it.`;
    throw new BadInputError(`${fault} Name a range.from that is not before ${EARLIEST.toISOString()}.`);
  }
  if (from > to) throw new BadInputError('range.from must not be after range.to.');
  // Counted in days of the calendar, of 23 to 25 hours. Not for ranges that are far too long: Temporal's years end.
  const isFarTooLong = to.getTime() - from.getTime() > (MAX_RANGE_DAYS + 1) * DAY_MS;
  if (isFarTooLong || zoned(from, timeZone).add({ days: MAX_RANGE_DAYS }).epochMilliseconds < to.getTime()) {
    throw new BadInputError(`range must be at most ${MAX_RANGE_DAYS} days long.`);
  }
  return { from, to, timeZone };
}

/** When the days begin that overlap the range, in its time zone, oldest first. */
export function daysOf({ from, to, timeZone }: Range): Date[] {
  const days: Date[] = [];
  if (from.getTime() === to.getTime()) return days;
  const end = to.getTime();
  let day = zoned(from, timeZone).startOfDay();
  // Temporal is asked only where the clock is changed, as that takes 50 µs: between two changes all days have 24 hours.
  while (day.epochMilliseconds < end) {
    const change = day.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
    const first = day.epochMilliseconds;
    // Where the clock is put forward at midnight the day begins at one o'clock, and is shorter.
    const isWhole = day.hour === 0 && day.minute === 0;
    const count = isWhole ? Math.ceil((Math.min(change, end) - first) / DAY_MS) : 1;
    for (let index = 0; index < count; index += 1) days.push(new Date(first + index * DAY_MS));
    day = day.toPlainDate().add({ days: count }).toZonedDateTime(timeZone);
  }
  return days;
}
