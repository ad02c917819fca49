import { type RawBuilder, sql } from 'kysely';
import { currentTraceparent } from '../observability/tracing/tracing.js';

/** Maximum number of linked traces of one mail. */
const MOST = 20;

/** The list with the current trace added, if there is one and room for it. */
export function withTraceparent(traceparents: readonly string[] | null): string[] | null {
  const current = currentTraceparent();
  const all = [...(traceparents ?? []), ...(current === null ? [] : [current])].slice(0, MOST);
  return all.length === 0 ? null : all;
}

/** The same as SQL: a column that holds such a list, with a traceparent that may be null. */
export function appended(column: RawBuilder<unknown>, traceparent: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case when ${traceparent} is null then ${column}
    else (coalesce(${column}, '{}') || ${traceparent})[1:${sql.lit(MOST)}] end`;
}
