import { type Viewer } from '../../accounts/viewer.js';
import { type Clock } from '../../common/clock.js';
import { SharedRuns } from '../../common/shared-runs.js';
import { type Db } from '../../database/db.js';
import { type SearchLimiter } from '../../search/search-limiter.js';
import { runOutsideScope } from '../../observability/scope.js';
import { canUseInternalComments } from '../comments/comment.policy.js';
import { isActive, TicketPriority, TicketStatus, TicketType } from '../ticket.entity.js';
import { daysOf, insightsRange } from './insights-range.js';
import { type ActiveCounts, type LiveCounts, countActive, countLive, type Wanted } from './current-counts.js';
import { type RangeCounts, countInRange } from './range-counts.js';
import { type TicketInsightsInput } from './ticket-insights.inputs.js';
import { type DayCount, type TicketInsights } from './ticket-insights.types.js';

/** Counts over all tickets for everybody who is signed in, as no row is returned (docs/decisions/0041-insights.md). */
export class InsightsReader {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #searchLimiter: SearchLimiter;
  readonly #runs = new SharedRuns<TicketInsights>();

  constructor(db: Db, clock: Clock, searchLimiter: SearchLimiter) {
    this.#db = db;
    this.#clock = clock;
    this.#searchLimiter = searchLimiter;
  }

  /**
   * Computes the requested fields; the others have the values of an empty help desk. At most three statements: over
   * live tickets, over active ones, and over those created or closed in the range. Concurrent requests for the same share a run.
   * @throws BAD_USER_INPUT for a range that ends before it starts, or is too long
   */
  async tickets(viewer: Viewer, input: TicketInsightsInput, wanted: Wanted): Promise<TicketInsights> {
    // By it alone counts differ: which tickets are stale. So dashboards of many people cost what one does.
    const internal = canUseInternalComments(viewer);
    const key = JSON.stringify([internal, input.productId, input.range, input.timeZone, [...wanted].toSorted()]);
    return this.#searchLimiter.of(viewer)(async () =>
      this.#runs.run(key, async () => runOutsideScope(async () => this.#compute(input, wanted, internal))),
    );
  }

  async #compute(
    { productId, range: asked, timeZone }: TicketInsightsInput,
    wanted: Wanted,
    internal: boolean,
  ): Promise<TicketInsights> {
    const now = this.#clock.now();
    const range = insightsRange(asked, timeZone, now);
    const days = daysOf(range);
    const [live, active, ranged] = await Promise.all([
      countLive(this.#db, productId, wanted),
      countActive(this.#db, productId, now, wanted, internal),
      countInRange(this.#db, productId, range, days, wanted),
    ]);

    const liveActive = live.filter(isActiveTally);
    const activeByProduct = countsBy(liveActive, (counts) => counts.productId);
    const byStatus = countsBy(live, ({ status }) => status);
    const byPriority = countsBy(active, ({ priority }) => priority);
    const byType = countsBy(live, ({ type }) => type);
    const byDay = (what: RangeCounts['what']): DayCount[] => {
      const counts = countsBy(only(ranged, what), ({ key }) => key);
      return days.map((day, index) => ({ day, count: counts.get(String(index + 1)) ?? 0 }));
    };
    return {
      total: sum(live, 'count'),
      active: sum(liveActive, 'count'),
      unassigned: sum(live, 'unassigned'),
      activeUnassigned: sum(liveActive, 'unassigned'),
      stale: sum(active, 'stale'),
      byStatus: Object.values(TicketStatus).map((status) => ({ status, count: byStatus.get(status) ?? 0 })),
      byPriority: Object.values(TicketPriority).map((priority) => ({ priority, count: byPriority.get(priority) ?? 0 })),
      byType: Object.values(TicketType).map((type) => ({ type, count: byType.get(type) ?? 0 })),
      byProduct: [...countsBy(live, (counts) => counts.productId)]
        .map(([id, count]) => ({ productId: id, count, active: activeByProduct.get(id) ?? 0 }))
        .toSorted((a, b) => b.count - a.count || oldestFirst(a.productId, b.productId)),
      workload: workload(active, only(ranged, 'closedBy')),
      created: byDay('created'),
      closed: byDay('closed'),
      medianSecondsToClose: only(ranged, 'median')[0]?.median ?? null,
    };
  }
}

function isActiveTally({ status }: LiveCounts): boolean {
  return status !== null && isActive(status);
}

function workload(active: readonly ActiveCounts[], closed: readonly RangeCounts[]): TicketInsights['workload'] {
  const closedBy = countsBy(closed, ({ key }) => key);
  return [...Map.groupBy(active, ({ assigneeId }) => assigneeId)]
    .map(([userId, tallies]) => ({
      userId,
      active: sum(tallies, 'count'),
      inProgress: sum(tallies, 'inProgress'),
      emergency: sum(tallies, 'emergency'),
      closedInRange: closedBy.get(userId) ?? 0,
    }))
    .filter((load): load is typeof load & { userId: string } => load.userId !== null)
    .toSorted((a, b) => b.active - a.active || b.emergency - a.emergency || oldestFirst(a.userId, b.userId));
}

function only(tallies: readonly RangeCounts[], wanted: RangeCounts['what']): RangeCounts[] {
  return tallies.filter(({ what }) => what === wanted);
}

function sum<Name extends string>(tallies: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return tallies.reduce((total, counts) => total + counts[name], 0);
}

/** The number of tickets by key. */
function countsBy<Tally extends { readonly count: number }, Key>(
  tallies: readonly Tally[],
  keyOf: (counts: Tally) => Key,
): ReadonlyMap<Key, number> {
  return new Map([...Map.groupBy(tallies, keyOf)].map(([key, alike]) => [key, sum(alike, 'count')]));
}

/** UUIDs of version 7 sort by creation time; null last. */
function oldestFirst(a: string | null, b: string | null): number {
  if (a === b) return 0;
  return a !== null && (b === null || a < b) ? -1 : 1;
}
