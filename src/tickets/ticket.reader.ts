import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { type RowWith } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type Connection, type ConnectionArgs } from '../graphql/connection.js';
import { keysetPage } from '../graphql/keyset-page.js';
import { nodeSelection, type Selection } from '../graphql/selection.js';
import { Ticket } from './ticket.entity.js';
import { type SearchLimiter } from '../search/search-limiter.js';
import { type RunLimited } from '../common/bounded-limiter.js';
import { isSearch, type MatchingTickets, matchingTickets } from './ticket-filter.js';
import { type TicketFilter, type TicketOrder } from './ticket.inputs.js';
import { canUseInternalComments } from './comments/comment.policy.js';
import { type TicketColumn } from './ticket.fields.js';
import { ticketOrder } from './ticket-order.js';
import { canSeeDeletedTickets } from './ticket.policy.js';
import { readableTickets, visibleTickets } from './ticket-visibility.js';

/** A ticket as resolvers get it, with the relations that the statement joined. */
export type TicketRow = RowWith<Ticket>;

export interface TicketListArgs extends ConnectionArgs {
  filter?: TicketFilter | null;
  orderBy?: readonly TicketOrder[] | null;
}

/**
 * Maximum number of tickets that are scanned in list order for a frequent word; beyond, all matches are collected
 * first.
 */
const MOST_WALKED = 5000;

/** The first tickets under `t` in an order, up to a limit. */
function beginning(where: RawBuilder<boolean>, orderBy: RawBuilder<unknown>, most = MOST_WALKED): RawBuilder<unknown> {
  return sql`(select * from ticket t where ${where} order by ${orderBy} limit ${sql.lit(most)}) t`;
}

/** Maximum length of `duplicates`, which has no pages. */
export const MOST_DUPLICATES = 100;

/** The parents whose tickets can be listed, each by its foreign key. */
const PARENT_COLUMNS = {
  product: sql.ref('t.product_id'),
  createdBy: sql.ref('t.created_by_id'),
  assignedTo: sql.ref('t.assigned_to_id'),
} as const;
export type TicketParent = keyof typeof PARENT_COLUMNS;

const DEFAULT_ORDER = ticketOrder(null, false);

export class TicketReader {
  readonly #db: Db;
  readonly #searchLimiter: SearchLimiter;

  constructor(db: Db, searchLimiter: SearchLimiter) {
    this.#db = db;
    this.#searchLimiter = searchLimiter;
  }

  /** A ticket's columns, and those joinable relations that the client asks for. */
  #select(selection: Selection, always: readonly TicketColumn[]) {
    return this.#db.select(Ticket, 't', selection, { always });
  }

  #limited(viewer: Viewer, { filter }: TicketListArgs): { limited: RunLimited; countLimited: RunLimited } {
    const searches = filter != null && isSearch(filter);
    return {
      limited: this.#searchLimiter.of(viewer, searches),
      countLimited: this.#searchLimiter.ofCount(viewer, searches),
    };
  }

  /** Whether the statement joins relations for a selection. */
  brings(fields: Selection): boolean {
    return Object.keys(PARENT_COLUMNS).some((relation) => fields.has(relation));
  }

  /**
   * One page of the tickets that the viewer may see, newest first by default. One statement, two with a filter or several
   * orders, one more when the scan in list order does not fill the page, and up to four for each search.
   */
  async page(viewer: Viewer, args: TicketListArgs, selection: Selection): Promise<Connection<TicketRow>> {
    const order = ticketOrder(args.orderBy, canUseInternalComments(viewer));
    const page = keysetPage(args, order);
    const { columns, joins } = this.#select(nodeSelection(selection), order.columns);
    // First the page, then its joins: otherwise PostgreSQL would join all matches. With a filter the page has a
    // statement of its own, whose plan depends on the filter's values; the plan of the second statement stays the same.
    // So it has with several orders, which no index has: an index that holds all their columns is sorted without rows.
    const isSorted = (args.orderBy ?? []).length > 1;
    const shown = (tickets: RawBuilder<unknown>) =>
      sql<TicketRow>`select ${columns} from ${tickets} ${joins} order by ${page.orderBy}`;
    const read = async (tickets: RawBuilder<unknown>, readable: RawBuilder<boolean>) => {
      const found = sql`from ${tickets} order by ${page.orderBy} limit ${page.limit}`;
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
    const { rows, ...matching } = await limited(async () => {
      const tickets = await matchingTickets(this.#db, viewer, args.filter ?? {}, 't');
      const { readable, condition, walked } = tickets;
      let found =
        walked &&
        (await read(sql`${beginning(sql`${readable} and ${page.where}`, page.orderBy)} where ${walked}`, readable));
      if (found === null || !page.isFull(found)) {
        found = await read(sql`ticket t where ${condition} and ${page.where}`, readable);
      }
      return { ...tickets, rows: found };
    });
    return page.connection(
      rows,
      async () => countLimited(async () => this.#db.count(sql`ticket t where ${matching.condition}`)),
      async (beyond) => limited(async () => this.#exists(matching, beyond, page.orderBy)),
    );
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
   */
  async pagesByParent(
    viewer: Viewer,
    parent: TicketParent,
    parentIds: readonly string[],
    args: TicketListArgs,
    selection: Selection,
  ): Promise<Connection<TicketRow>[]> {
    const column = PARENT_COLUMNS[parent];
    const order = ticketOrder(args.orderBy, canUseInternalComments(viewer));
    const page = keysetPage(args, order);
    const key = `${parent}Id` as const;
    const { columns, joins } = this.#select(nodeSelection(selection), [...order.columns, key]);
    const { limited, countLimited } = this.#limited(viewer, args);
    const read = async (ids: readonly string[], tickets: RawBuilder<unknown>) =>
      this.#db.all(
        sql<TicketRow>`select ${columns} from unnest(${[...ids]}::uuid[]) as parent (id)
          cross join lateral (select * from ${tickets} order by ${page.orderBy} limit ${page.limit}) t ${joins} order by ${page.orderBy}`,
      );
    const { byParent, ...matching } = await limited(async () => {
      const found = await matchingTickets(this.#db, viewer, args.filter ?? {}, 't');
      const { readable, condition, walked } = found;
      const own = sql`${column} = parent.id and ${page.where}`;
      const most = Math.ceil(MOST_WALKED / parentIds.length);
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
    const list = sql`ticket t where ${matching.condition}`;
    const count = this.#db.counts(column, parentIds, list, countLimited);
    return parentIds.map((id) =>
      page.connection(
        byParent.get(id) ?? [],
        async () => count(id),
        async (beyond) =>
          limited(async () => this.#exists(matching, sql`${column} = ${id} and ${beyond}`, page.orderBy)),
      ),
    );
  }

  /** Those of the tickets that the viewer may see, in no order; with deleted ones for those who may see them. */
  async byIds(viewer: Viewer, ids: readonly string[], { withDeleted = false } = {}): Promise<TicketRow[]> {
    const readable = readableTickets(viewer, 't', { deletedToo: withDeleted && canSeeDeletedTickets(viewer) });
    return this.#db.pipelined(
      sql<TicketRow>`select ${this.#db.columns(Ticket, 't')} from ticket t where t.id = any(${[...ids]}::uuid[]) and ${readable}`,
    );
  }

  /** The first duplicates of each ticket that the viewer may see, by number, in the order of the ids. One statement. */
  async duplicatesOf(viewer: Viewer, ids: readonly string[]): Promise<TicketRow[][]> {
    const rows = await this.#db.all(
      sql<TicketRow>`select ${this.#db.columns(Ticket, 't')} from unnest(${[...ids]}::uuid[]) as original (id)
        cross join lateral (
          select * from ticket t where t.duplicate_of_id = original.id and ${visibleTickets(viewer, 't')}
          order by t.number limit ${sql.lit(MOST_DUPLICATES)}
        ) t order by t.number`,
    );
    const byOriginal = Map.groupBy(rows, ({ duplicateOfId }) => duplicateOfId);
    return ids.map((id) => byOriginal.get(id) ?? []);
  }

  async one(viewer: Viewer, key: { id: string } | { number: number }, selection: Selection): Promise<TicketRow | null> {
    const which = 'id' in key ? sql`t.id = ${key.id}` : sql`t.number = ${key.number}`;
    const [ticket] = await this.#where(sql`${which} and ${visibleTickets(viewer, 't')}`, selection);
    return ticket ?? null;
  }

  /**
   * The tickets of a mutation's payload, in the order of the ids: deleted ones too, and also those that the viewer may
   * not see after the change.
   */
  async changed(ids: readonly string[], selection: Selection): Promise<TicketRow[]> {
    const rows = await this.#where(sql`t.id = any(${[...ids]}::uuid[])`, selection);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async #where(condition: RawBuilder<unknown>, selection: Selection): Promise<readonly TicketRow[]> {
    const { columns, joins } = this.#select(selection, DEFAULT_ORDER.columns);
    return this.#db.pipelined(sql<TicketRow>`select ${columns} from ticket t ${joins} where ${condition}`);
  }
}

/** A ticket as an edge of a list in the default order, for a mutation's payload. */
export function newestFirstEdge(ticket: TicketRow) {
  return keysetPage<TicketRow>({}, DEFAULT_ORDER).edge(ticket);
}
