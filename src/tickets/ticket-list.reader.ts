import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { type RunLimited } from '../common/bounded-limiter.js';
import { type Db } from '../database/db.js';
import { type Connection, type ConnectionArgs } from '../graphql/connection.js';
import { keysetPage } from '../graphql/keyset-page.js';
import { nodeSelection, type Selection } from '../graphql/selection.js';
import { type SearchLimiter } from '../search/search-limiter.js';
import { canUseInternalComments } from './comments/comment.policy.js';
import { countByParent, SharedCounts, totalOf } from './ticket-counts.js';
import { isSearch, type MatchingTickets, matchingTickets } from './ticket-filter.js';
import { type TicketListOrder, ticketOrder } from './ticket-order.js';
import { checkRelevance, MAX_RANKED, NEWEST, refuseRelevance } from './ticket-relevance.js';
import { Ticket } from './ticket.entity.js';
import { type TicketColumn } from './ticket.fields.js';
import { type TicketFilter, type TicketOrder } from './ticket.inputs.js';
import { type TicketRow } from './ticket.reader.js';
import { type TicketCounts } from './ticket.types.js';

export interface TicketListArgs extends ConnectionArgs {
  filter?: TicketFilter | null;
  orderBy?: readonly TicketOrder[] | null;
}

/**
 * Maximum number of tickets that are scanned in list order for a frequent word; beyond, all matches are collected
 * first.
 */
const MAX_SCANNED_TICKETS = 5000;

/**
 * Maximum number of a search's hits that are looked up one by one, newest first, until they fill a page; beyond,
 * PostgreSQL chooses how to read all of them.
 */
const MAX_HITS_IN_ORDER = 500;

/** The first tickets under `t` in an order, up to a limit. */
function beginning(
  where: RawBuilder<boolean>,
  orderBy: RawBuilder<unknown>,
  most = MAX_SCANNED_TICKETS,
): RawBuilder<unknown> {
  return sql`(select * from ticket t where ${where} order by ${orderBy} limit ${sql.lit(most)}) t`;
}

/**
 * Tickets under `t` of a search's newest hits in the order of `hit.place`. `offset 0` keeps PostgreSQL from
 * merging the lateral query: it must look a ticket up by its number, and test the filter only then.
 */
function hitsInOrder(numbers: string, where: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`(
      select number, place from unnest(${numbers}::int[]) with ordinality as hit (number, place)
      order by place limit ${sql.lit(MAX_HITS_IN_ORDER)}
    ) hit cross join lateral (select * from ticket t where t.number = hit.number offset 0) t where ${where}`;
}

/** What resolvers get for a list of tickets. `counts` costs a statement, and only when it is called. */
export type TicketPage = Connection<TicketRow> & { readonly counts: () => Promise<TicketCounts> };

/** Both counts of a page: the total is made of the others where the client asks for these too. */
function withCounts(
  { counts, count }: { counts: () => Promise<TicketCounts>; count: () => Promise<number> },
  selection: Selection,
) {
  let counted: Promise<TicketCounts> | undefined;
  const once = async () => (counted ??= counts());
  return { counts: once, count: selection.has('counts') ? async () => totalOf(await once()) : count };
}

/** The parents whose tickets can be listed, each by its foreign key. */
const PARENT_COLUMNS = {
  product: sql.ref('t.product_id'),
  createdBy: sql.ref('t.created_by_id'),
  assignedTo: sql.ref('t.assigned_to_id'),
} as const;
export type TicketParent = keyof typeof PARENT_COLUMNS;

/** Lists of tickets: pages of all that the viewer may see, and of those of many products, creators or assignees. */
export class TicketListReader {
  readonly #db: Db;
  readonly #searchLimiter: SearchLimiter;
  readonly #counts: SharedCounts;

  constructor(db: Db, searchLimiter: SearchLimiter) {
    this.#db = db;
    this.#searchLimiter = searchLimiter;
    this.#counts = new SharedCounts(db);
  }

  /** A ticket's columns, with those that the order needs, and those joinable relations that the client asks for. */
  #select(selection: Selection, order: TicketListOrder, always: readonly TicketColumn[] = []) {
    const { columns, joins } = this.#db.select(Ticket, 't', selection, { always: [...order.columns, ...always] });
    return { columns: order.isRanked ? sql`${columns}, t.relevance as "relevance"` : columns, joins };
  }

  #limited(viewer: Viewer, { filter }: TicketListArgs): { limited: RunLimited; countLimited: RunLimited } {
    const searches = filter != null && isSearch(filter);
    return {
      limited: this.#searchLimiter.of(viewer, searches),
      countLimited: this.#searchLimiter.ofCount(viewer, searches),
    };
  }

  /**
   * One page of the tickets that the viewer may see, newest first by default. One statement, two with a filter or several
   * orders, one more when the scan in list order does not fill the page or for RELEVANCE, and up to four for each search.
   */
  async page(viewer: Viewer, args: TicketListArgs, selection: Selection): Promise<TicketPage> {
    const order = ticketOrder(args.orderBy, canUseInternalComments(viewer));
    checkRelevance(args.orderBy ?? [], args);
    const page = keysetPage(args, order, selection.has('pageInfo'));
    const { columns, joins } = this.#select(nodeSelection(selection), order);
    // First the page, then its joins: otherwise PostgreSQL would join all matches. With a filter the page has a
    // statement of its own, whose plan depends on the filter's values; the plan of the second statement stays the same.
    // So it has with several orders, which no index has: an index that holds all their columns is sorted without rows.
    const isSorted = (args.orderBy ?? []).length > 1;
    const shown = (tickets: RawBuilder<unknown>) =>
      sql<TicketRow>`select ${columns} from ${tickets} ${joins} order by ${page.orderBy}`;
    const read = async (tickets: RawBuilder<unknown>, readable: RawBuilder<boolean>, orderBy = page.orderBy) => {
      const found = sql`from ${tickets} order by ${orderBy} limit ${page.limit}`;
      if (args.filter == null && !isSorted) return this.#db.all(shown(sql`(select * ${found}) t`));
      const numbers = await this.#db.all(sql<{ number: number }>`select t.number ${found}`);
      if (numbers.length === 0) return [];
      return this.#db.all(
        shown(
          sql`(select * from ticket t where t.number = any(${numbers.map(({ number }) => number)}::int[]) and ${readable}) t`,
        ),
      );
    };
    const { limited, countLimited } = this.#limited(viewer, args);
    const { rows, ranked, ...matching } = await limited(async () => {
      const tickets = await matchingTickets(this.#db, viewer, args.filter ?? {}, 't');
      if (order.isRanked) {
        const source = await this.#ranked(tickets);
        const found = sql`select t.number, t.relevance from ${source} where ${page.where} order by ${page.orderBy} limit ${page.limit}`;
        const joined = sql`(select t.*, hit.relevance from (${found}) hit join ticket t on t.number = hit.number) t`;
        return { ...tickets, ranked: source, rows: await this.#db.all(shown(joined)) };
      }
      const { readable, condition, walked, searched } = tickets;
      let found: TicketRow[] | null = null;
      let areAllHitsRead = false;
      if (walked !== null) {
        found = await read(
          sql`${beginning(sql`${readable} and ${page.where}`, page.orderBy)} where ${walked}`,
          readable,
        );
      } else if (searched !== null && order.isNewestFirst && args.last == null) {
        const hits = hitsInOrder(searched.hits.numbers, sql`${searched.condition} and ${page.where}`);
        found = await read(hits, readable, sql`hit.place`);
        areAllHitsRead = searched.hits.count <= MAX_HITS_IN_ORDER;
      }
      if (found === null || !(areAllHitsRead || page.isFull(found))) {
        found = await read(sql`ticket t where ${condition} and ${page.where}`, readable);
      }
      return { ...tickets, ranked: null, rows: found };
    });
    const { count, counts } = withCounts(
      {
        counts: async () => countLimited(async () => this.#counts.byStatus(matching.condition)),
        count: async () => countLimited(async () => this.#db.count(sql`ticket t where ${matching.condition}`)),
      },
      selection,
    );
    const connection = page.connection(rows, count, async (outside) =>
      limited(async () =>
        ranked === null
          ? this.#exists(matching, outside, page.orderBy)
          : this.#db.exists(sql`${ranked} where ${outside}`),
      ),
    );
    return Object.assign(connection, { counts });
  }

  /** The newest hits of a search under `t`, with their relevance. One statement finds which they are, or two. */
  async #ranked({ readable, condition, walked, relevance }: MatchingTickets): Promise<RawBuilder<unknown>> {
    if (relevance === null) refuseRelevance();
    const newest = async (tickets: RawBuilder<unknown>) =>
      this.#db.all(
        sql<{ number: number }>`select t.number from ${tickets} order by ${NEWEST} limit ${sql.lit(MAX_RANKED)}`,
      );
    let hits = walked && (await newest(sql`${beginning(readable, NEWEST)} where ${walked}`));
    if (hits === null || hits.length < MAX_RANKED) hits = await newest(sql`ticket t where ${condition}`);
    return sql`(select t.*, ${relevance} as relevance from ticket t
      where t.number = any(${hits.map(({ number }) => number)}::int[]) and ${readable}) t`;
  }

  /** Whether a match fulfils a further condition; scans no more tickets than a page does. */
  async #exists(
    { readable, condition, walked }: MatchingTickets,
    where: RawBuilder<boolean>,
    orderBy: RawBuilder<unknown>,
  ): Promise<boolean> {
    return (
      (walked !== null &&
        (await this.#db.exists(sql`${beginning(sql`${readable} and ${where}`, orderBy)} where ${walked}`))) ||
      this.#db.exists(sql`ticket t where ${condition} and ${where}`)
    );
  }

  /**
   * The same page for each parent, in the order of the ids. One statement for all of them, and one more for those whose
   * page is not full after the scan in list order.
   * @throws BAD_USER_INPUT for an order that the list cannot have
   */
  async pagesByParent(
    viewer: Viewer,
    parent: TicketParent,
    parentIds: readonly string[],
    args: TicketListArgs,
    selection: Selection,
  ): Promise<TicketPage[]> {
    const column = PARENT_COLUMNS[parent];
    const order = ticketOrder(args.orderBy, canUseInternalComments(viewer));
    checkRelevance(args.orderBy ?? [], args);
    const page = keysetPage(args, order, selection.has('pageInfo'));
    const key = `${parent}Id` as const;
    const { columns, joins } = this.#select(nodeSelection(selection), order, [key]);
    const { limited, countLimited } = this.#limited(viewer, args);
    const read = async (ids: readonly string[], tickets: RawBuilder<unknown>) =>
      this.#db.all(
        sql<TicketRow>`select ${columns} from unnest(${[...ids]}::uuid[]) as parent (id)
          cross join lateral (select * from ${tickets} order by ${page.orderBy} limit ${page.limit}) t ${joins} order by ${page.orderBy}`,
      );
    const { byParent, ...matching } = await limited(async () => {
      const found = await matchingTickets(this.#db, viewer, args.filter ?? {}, 't');
      const { readable, condition, walked } = found;
      if (order.isRanked) {
        const ranked = await read(parentIds, sql`${rankedOf(found, sql`${column} = parent.id`)} where ${page.where}`);
        return { ...found, byParent: Map.groupBy(ranked, (row) => row[key]) };
      }
      const own = sql`${column} = parent.id and ${page.where}`;
      const most = Math.ceil(MAX_SCANNED_TICKETS / parentIds.length);
      const first = walked
        ? await read(parentIds, sql`${beginning(sql`${own} and ${readable}`, page.orderBy, most)} where ${walked}`)
        : [];
      const pages = Map.groupBy(first, (row) => row[key]);
      const others = parentIds.filter((id) => !page.isFull(pages.get(id) ?? []));
      for (const id of others) pages.delete(id);
      const rest = others.length > 0 ? await read(others, sql`ticket t where ${own} and ${condition}`) : [];
      for (const [id, ofParent] of Map.groupBy(rest, (row) => row[key])) pages.set(id, ofParent);
      return { ...found, byParent: pages };
    });
    const countOf = this.#db.counts(column, parentIds, sql`ticket t where ${matching.condition}`, countLimited);
    const countsOf = countByParent(this.#db, column, parentIds, matching.condition, countLimited);
    return parentIds.map((id) => {
      const { count, counts } = withCounts(
        { counts: async () => countsOf(id), count: async () => countOf(id) },
        selection,
      );
      const own = sql<boolean>`${column} = ${id}`;
      const connection = page.connection(byParent.get(id) ?? [], count, async (outside) =>
        limited(async () =>
          order.isRanked
            ? this.#db.exists(sql`${rankedOf(matching, own)} where ${outside}`)
            : this.#exists(matching, sql`${own} and ${outside}`, page.orderBy),
        ),
      );
      return Object.assign(connection, { counts });
    });
  }
}

/** The newest hits of a search that fulfil a condition, under `t`, with their relevance. */
function rankedOf({ condition, relevance }: MatchingTickets, own: RawBuilder<unknown>): RawBuilder<unknown> {
  if (relevance === null) refuseRelevance();
  return sql`(select t.*, ${relevance} as relevance
    from (select * from ticket t where ${own} and ${condition} order by ${NEWEST} limit ${sql.lit(MAX_RANKED)}) t) t`;
}
