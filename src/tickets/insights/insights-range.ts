import { BadInputError } from '../../common/errors.js';
import { type DateTimeRange } from '../ticket.inputs.js';

const DAY_MS = 86_400_000;
export const DEFAULT_RANGE_DAYS = 30;
export const LONGEST_RANGE_DAYS = 366;

/** Half-open: from <= instant < to. */
export interface Range {
  readonly from: Date;
  readonly to: Date;
}

/**
 * The range that is asked for, its open ends filled in.
 * @throws BAD_USER_INPUT when it ends before it starts, or is longer than 366 days
 */
export function insightsRange(range: DateTimeRange | null | undefined, now: Date): Range {
  const to = range?.to ?? now;
  const from = range?.from ?? new Date(to.getTime() - DEFAULT_RANGE_DAYS * DAY_MS);
  if (from > to) throw new BadInputError('range.from must not be after range.to.');
  if (to.getTime() - from.getTime() > LONGEST_RANGE_DAYS * DAY_MS) {
    throw new BadInputError(`range must be at most ${LONGEST_RANGE_DAYS} days long.`);
  }
  return { from, to };
}

/** The UTC midnights of the days that overlap the range, oldest first. */
export function daysOf({ from, to }: Range): Date[] {
  if (from.getTime() === to.getTime()) return [];
  const first = Math.floor(from.getTime() / DAY_MS);
  const end = Math.ceil(to.getTime() / DAY_MS);
  return Array.from({ length: end - first }, (_, index) => new Date((first + index) * DAY_MS));
}
