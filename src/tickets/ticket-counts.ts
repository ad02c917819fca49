import { type RawBuilder, sql } from 'kysely';
import { type RunLimited } from '../common/bounded-limiter.js';
import { SharedRuns } from '../common/shared-runs.js';
import { type Db } from '../database/db.js';
import { compiled } from '../database/sql-text.js';
import { runOutsideScope } from '../observability/scope.js';
import { isActive, TicketStatus } from './ticket.entity.js';
import { type TicketCounts } from './ticket.types.js';

interface Tally {
  readonly parent: string | null;
  readonly status: TicketStatus;
  readonly count: number;
  readonly unassigned: number;
}

const TALLY = sql`t.status, count(*)::int as count, (count(*) - count(t.assigned_to_id))::int as unassigned`;

function sum(tallies: readonly Tally[], what: 'count' | 'unassigned'): number {
  return tallies.reduce((total, tally) => total + tally[what], 0);
}

function countsOf(tallies: readonly Tally[]): TicketCounts {
  return {
    byStatus: Object.values(TicketStatus).map((status) => ({
      status,
      count: sum(
        tallies.filter((tally) => tally.status === status),
        'count',
      ),
    })),
    active: sum(
      tallies.filter(({ status }) => isActive(status)),
      'count',
    ),
    unassigned: sum(tallies, 'unassigned'),
  };
}

/** The number of all tickets that were counted. */
export function totalOf({ byStatus }: TicketCounts): number {
  return byStatus.reduce((total, { count }) => total + count, 0);
}

/**
 * Counts tickets by status. Requests that count the same at the same time share a run, as the views of people with the
 * same rights do: the statement reads every ticket that it counts.
 */
export class SharedCounts {
  readonly #db: Db;
  readonly #runs = new SharedRuns<TicketCounts>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Counts the tickets `t` that fulfil a condition. One statement. */
  async byStatus(condition: RawBuilder<boolean>): Promise<TicketCounts> {
    const query = compiled(
      sql<Tally>`select null as parent, ${TALLY} from ticket t where ${condition} group by t.status`,
    );
    const key = JSON.stringify([query.sql, query.parameters]);
    // What a shared run reads is not charged to the request that happened to begin it.
    return this.#runs.run(key, async () => runOutsideScope(async () => countsOf(await this.#db.all(query))));
  }
}

/**
 * The same for each parent, given the parent's column. One statement for all parents, run when the first counts are
 * requested.
 * @param limited limits the concurrency of the statement
 */
export function countByParent(
  db: Db,
  column: RawBuilder<unknown>,
  ids: readonly string[],
  condition: RawBuilder<boolean>,
  limited: RunLimited,
): (id: string) => Promise<TicketCounts> {
  let tallied: Promise<ReadonlyMap<string | null, Tally[]>> | undefined;
  const tally = async () =>
    Map.groupBy(
      await limited(async () =>
        db.all(
          sql<Tally>`select ${column} as parent, ${TALLY} from ticket t
            where ${condition} and ${column} = any(${[...ids]}::uuid[]) group by ${column}, t.status`,
        ),
      ),
      ({ parent }) => parent,
    );
  return async (id) => {
    tallied ??= tally();
    return countsOf((await tallied).get(id) ?? []);
  };
}
