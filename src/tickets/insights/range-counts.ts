import { type RawBuilder, sql } from 'kysely';
import { type Db } from '../../database/db.js';
import { type Range } from './insights-range.js';
import { liveTickets, type Wanted, wantsAny } from './current-counts.js';

export interface RangeCounts {
  readonly what: 'created' | 'closed' | 'closedBy' | 'median';
  /** The number of the day, or the assignee's id. */
  readonly key: string | null;
  readonly count: number;
  /** Seconds; of `median` only. */
  readonly median: number | null;
}

function within(instant: RawBuilder<unknown>, { from, to }: Range): RawBuilder<boolean> {
  return sql`${instant} >= ${from.toISOString()}::timestamptz and ${instant} < ${to.toISOString()}::timestamptz`;
}

/** The number of the day that an instant is in, 1 for the first of them. */
function dayNumber(instant: RawBuilder<unknown>, days: readonly Date[]): RawBuilder<number> {
  return sql`width_bucket(${instant}, ${days.map((day) => day.toISOString())}::timestamptz[])`;
}

/**
 * Counts what was created and closed in the range, for the fields that are wanted: one statement, or none.
 * @param days when the days of the range begin
 */
export async function countInRange(
  db: Db,
  productIds: readonly string[] | null | undefined,
  range: Range,
  days: readonly Date[],
  wanted: Wanted,
): Promise<RangeCounts[]> {
  const parts: RawBuilder<RangeCounts>[] = [];
  if (wanted.has('created')) {
    const day = dayNumber(sql.ref('t.created_at'), days);
    parts.push(sql`select 'created' as what, ${day}::text as key, count(*)::int as count, null::float8 as median
      from ticket t where ${liveTickets(productIds)} and ${within(sql.ref('t.created_at'), range)} group by key`);
  }
  if (wanted.has('closed')) {
    const day = dayNumber(sql.ref('closed_at'), days);
    parts.push(sql`select 'closed' as what, ${day}::text as key, count(*)::int as count, null::float8 as median
      from closed group by key`);
  }
  if (wanted.has('workload')) {
    parts.push(sql`select 'closedBy' as what, assigned_to_id::text as key, count(*)::int as count, null::float8 as median
      from closed where assigned_to_id is not null group by assigned_to_id`);
  }
  if (wanted.has('medianSecondsToClose')) {
    parts.push(sql`select 'median' as what, null as key, count(*)::int as count,
      extract(epoch from percentile_cont(0.5) within group (order by closed_at - created_at))::float8 as median
      from closed`);
  }
  if (parts.length === 0) return [];

  const closed = sql`with closed as (
    select t.assigned_to_id, t.created_at, t.closed_at from ticket t
    where ${liveTickets(productIds)} and ${within(sql.ref('t.closed_at'), range)})`;
  const statement = sql<RangeCounts>`${sql.join(parts, sql` union all `)}`;
  return db.all(
    wantsAny(wanted, 'closed', 'workload', 'medianSecondsToClose')
      ? sql<RangeCounts>`${closed} ${statement}`
      : statement,
  );
}
