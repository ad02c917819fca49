import { type RawBuilder, sql } from 'kysely';
import { isId } from '../../common/id.js';
import { type Db } from '../../database/db.js';
import { type TicketPriority, type TicketStatus, type TicketType } from '../ticket.entity.js';
import { type TicketInsights } from './ticket-insights.types.js';

/** An active ticket without activity for this long is stale. */
const STALE_AFTER_MS = 7 * 86_400_000;

/** The fields of TicketInsights that a client asks for. */
export type Wanted = ReadonlySet<string>;

export function wantsAny(wanted: Wanted, ...fields: readonly (keyof TicketInsights)[]): boolean {
  return fields.some((field) => wanted.has(field));
}

/** Boolean expression over the ticket table under `t`: live, and of one of the products if any are given. */
export function liveTickets(productIds: readonly string[] | null | undefined): RawBuilder<boolean> {
  return productIds
    ? sql`t.deleted_at is null and t.product_id = any(${productIds.filter(isId)}::uuid[])`
    : sql`t.deleted_at is null`;
}

/** A group of tickets with equal values of all counted columns; columns that no requested field needs are null. */
export interface LiveCounts {
  readonly status: TicketStatus | null;
  readonly type: TicketType | null;
  readonly productId: string | null;
  readonly count: number;
  readonly unassigned: number;
}

function grouped(columns: readonly { name: string; as: string; wanted: boolean }[]): {
  selected: RawBuilder<unknown>;
  groupBy: RawBuilder<unknown>;
} {
  const wanted = columns.filter((column) => column.wanted).map(({ name }) => sql.ref(`t.${name}`));
  return {
    selected: sql.join(
      columns.map((column) => sql`${column.wanted ? sql.ref(`t.${column.name}`) : sql`null`} as ${sql.ref(column.as)}`),
    ),
    groupBy: wanted.length > 0 ? sql`group by ${sql.join(wanted)}` : sql``,
  };
}

/** Counts all live tickets by an index-only scan of ticket_tally. One statement, or none. */
export async function countLive(
  db: Db,
  productIds: readonly string[] | null | undefined,
  wanted: Wanted,
): Promise<LiveCounts[]> {
  if (!wantsAny(wanted, 'total', 'active', 'unassigned', 'activeUnassigned', 'byStatus', 'byType', 'byProduct'))
    return [];
  const { selected, groupBy } = grouped([
    { name: 'status', as: 'status', wanted: wantsAny(wanted, 'active', 'activeUnassigned', 'byStatus', 'byProduct') },
    { name: 'type', as: 'type', wanted: wantsAny(wanted, 'byType') },
    { name: 'product_id', as: 'productId', wanted: wantsAny(wanted, 'byProduct') },
  ]);
  return db.all(sql<LiveCounts>`
    select ${selected}, count(*)::int as count, (count(*) - count(t.assigned_to_id))::int as unassigned
    from ticket t where ${liveTickets(productIds)} ${groupBy}`);
}

/** The same for active tickets. */
export interface ActiveCounts {
  readonly priority: TicketPriority | null;
  readonly assigneeId: string | null;
  readonly count: number;
  readonly inProgress: number;
  readonly emergency: number;
  readonly stale: number;
}

/**
 * Counts the active tickets, a small part of all. One statement, or none.
 * @param internal whether internal comments are activity
 */
export async function countActive(
  db: Db,
  productIds: readonly string[] | null | undefined,
  now: Date,
  wanted: Wanted,
  internal: boolean,
): Promise<ActiveCounts[]> {
  if (!wantsAny(wanted, 'stale', 'byPriority', 'workload')) return [];
  const staleSince = new Date(now.getTime() - STALE_AFTER_MS).toISOString();
  const { selected, groupBy } = grouped([
    { name: 'priority', as: 'priority', wanted: wantsAny(wanted, 'byPriority') },
    { name: 'assigned_to_id', as: 'assigneeId', wanted: wantsAny(wanted, 'workload') },
  ]);
  const activity = sql.ref(internal ? 't.last_internal_activity_at' : 't.last_activity_at');
  return db.all(sql<ActiveCounts>`
    select ${selected}, count(*)::int as count,
      count(*) filter (where t.status = 'IN_PROGRESS')::int as "inProgress",
      count(*) filter (where t.priority = 'EMERGENCY')::int as emergency,
      count(*) filter (where ${activity} <= ${staleSince}::timestamptz)::int as stale
    from ticket t where t.status in ('OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD') and ${liveTickets(productIds)}
    ${groupBy}`);
}
