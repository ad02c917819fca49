import { type InsightsQuery } from '../../generated/graphql.js';
import { type InstantRange } from '../queue/instant-range.js';

/** How many tickets were created and closed in one day. */
export interface Day {
  /** When it begins. */
  readonly at: string;
  readonly created: number;
  readonly closed: number;
  /** The part of it that is counted. */
  readonly range: InstantRange;
}

type Counts = Pick<InsightsQuery['ticketInsights'], 'created' | 'closed'>;

/** The days of a range, oldest first, each until the next one begins. */
export function daysOf({ created, closed }: Counts, { to }: InstantRange): readonly Day[] {
  return created.map(({ day, count }, index) => {
    const end = created[index + 1]?.day ?? to;
    return {
      at: day,
      created: count,
      closed: closed[index]?.count ?? 0,
      range: { from: day, ...(end !== undefined && { to: end }) },
    };
  });
}

export const sumOf = (days: readonly Day[], what: 'created' | 'closed') =>
  days.reduce((sum, day) => sum + day[what], 0);
