import { type RawBuilder, sql } from 'kysely';
import { type Db } from '../../database/db.js';
import { type Range } from './insights-range.js';
import { liveTickets, type Wanted, wantsAny } from './current-counts.js';

export interface RangeCounts {
  readonly what: 'created' | 'closed' | 'closedBy' | 'median';
  /** The midnight that begins the day, or the assignee's id. */
  readonly key: string | null;
  readonly count: number;
  /** Seconds; of `median` only. */
  readonly median: number | null;
}

function within(instant: RawBuilder<unknown>, { from, to }: Range): RawBuilder<boolean> {
  return sql`${instant} >= ${from.toISOString()}::timestamptz and ${instant} < ${to.toISOString()}::timestamptz`;
}

/** The UTC day of an instant, and the same as text, which is formatted once for each day and not for each ticket. */
function dayOf(instant: RawBuilder<unknown>): { day: RawBuilder<unknown>; text: RawBuilder<string> } {
  const day = sql`date_trunc('day', ${instant} at time zone 'UTC')`;
  return { day, text: sql`to_char(${day}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` };
}

/** Counts what was created and closed in the range, for the fields that are wanted: one statement, or none. */
export async function tallyRange(
  db: Db,
  productIds: readonly string[] | null | undefined,
  range: Range,
  wanted: Wanted,
): Promise<RangeCounts[]> {
  const parts: RawBuilder<RangeCounts>[] = [];
  if (wanted.has('created')) {
    const { day, text } = dayOf(sql.ref('t.created_at'));
    parts.push(sql`select 'created' as what, ${text} as key, count(*)::int as count, null::float8 as median
      from ticket t where ${liveTickets(productIds)} and ${within(sql.ref('t.created_at'), range)} group by ${day}`);
  }
  if (wanted.has('closed')) {
    const { day, text } = dayOf(sql.ref('closed_at'));
    parts.push(sql`select 'closed' as what, ${text} as key, count(*)::int as count, null::float8 as median
      from closed group by ${day}`);
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
