import { type RawBuilder, sql } from 'kysely';
import { BadInputError } from '../common/errors.js';
import { isId } from '../common/id.js';
import { isInstant } from '../common/instant.js';
import {
  type Connection,
  type ConnectionArgs,
  DEFAULT_PAGE_SIZE,
  type Edge,
  MAX_PAGE_SIZE,
  OrderDirection,
  type PageInfo,
} from './connection.js';
import { type CursorValue, decodeCursor, encodeCursor } from './cursor.js';

/** One column that a list is ordered by. */
export interface OrderKey<Item> {
  readonly expression: RawBuilder<unknown>;
  /** What a cursor's value is cast to before it is compared. */
  readonly type: 'timestamptz' | 'integer' | 'uuid' | 'text' | 'ticket_priority' | 'ticket_status';
  readonly value: (item: Item) => CursorValue;
  /** Enums only: the values there are. */
  readonly values?: readonly string[];
  /** Default: the order's. */
  readonly direction?: OrderDirection;
}

/** A total order: the last key is unique. No key is null. */
export interface Order<Item> {
  readonly name: string;
  readonly keys: readonly OrderKey<Item>[];
  readonly direction: OrderDirection;
}

/** Creates cursors lazily: most clients select nodes only. */
class KeysetConnection<Item> implements Connection<Item> {
  readonly nodes: readonly Item[];
  readonly count: () => Promise<number>;
  readonly #edge: (item: Item) => Edge<Item>;
  #edges: readonly Edge<Item>[] | undefined;
  #pageInfo: Connection<Item>['pageInfo'] | undefined;
  readonly #beyond: Pick<PageInfo, 'next' | 'previous'>;

  constructor(
    nodes: readonly Item[],
    edge: (item: Item) => Edge<Item>,
    ask: Pick<Connection<Item>, 'count'> & Pick<PageInfo, 'next' | 'previous'>,
  ) {
    this.nodes = nodes;
    this.count = ask.count;
    this.#edge = edge;
    this.#beyond = ask;
  }

  get edges(): readonly Edge<Item>[] {
    return (this.#edges ??= this.nodes.map(this.#edge));
  }

  get pageInfo(): Connection<Item>['pageInfo'] {
    const { next, previous } = this.#beyond;
    return (this.#pageInfo ??= { startCursor: this.#cursorAt(0), endCursor: this.#cursorAt(-1), next, previous });
  }

  #cursorAt(index: number): string | null {
    const node = this.nodes.at(index);
    return node === undefined ? null : this.#edge(node).cursor;
  }
}

/** What a statement for one page needs. */
export interface Page<Item> {
  /** Boolean expression: between the cursors. */
  readonly where: RawBuilder<boolean>;
  readonly orderBy: RawBuilder<unknown>;
  /**
   * LIMIT: one more than the page's size to learn whether there is a next page, if the client asks. A literal in a list without a filter:
   * with a parameter PostgreSQL does not know the number of rows, and plans the statement anew for each use. With a
   * filter a parameter is right, as the best plan depends on the filter's values (bench/results.md).
   */
  readonly limit: RawBuilder<number>;
  /** Whether the statement returned as many rows as its LIMIT. */
  isFull(rows: readonly Item[]): boolean;
  /**
   * Puts the statement's rows in the list's order and makes the connection.
   * @param exists whether the list has a row for which a condition holds: called for rows beyond the cursors, and only
   * if the client selects the page flag
   */
  connection(
    rows: readonly Item[],
    count: () => Promise<number>,
    exists: (condition: RawBuilder<boolean>) => Promise<boolean>,
  ): Connection<Item>;
  /** One row with its place in the list. */
  edge(item: Item): Edge<Item>;
}

const INTEGER_LIMIT = 2 ** 31;

/** By type: whether a cursor's value may be compared with such a column. */
const CHECKS: Record<OrderKey<never>['type'], (value: CursorValue, values: readonly string[]) => boolean> = {
  timestamptz: (value) => typeof value === 'string' && isInstant(value),
  integer: (value) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < INTEGER_LIMIT,
  uuid: (value) => typeof value === 'string' && isId(value),
  text: (value) => typeof value === 'string' && !value.includes('\0') && value.isWellFormed(),
  ticket_priority: (value, values) => values.includes(String(value)),
  ticket_status: (value, values) => values.includes(String(value)),
};

/** Consecutive keys of one direction, which one row comparison compares. */
interface Run {
  readonly direction: OrderDirection;
  readonly columns: RawBuilder<unknown>[];
  readonly place: RawBuilder<unknown>[];
}

/**
 * Boolean expression: a row lies on one side of a place. With keys of both directions the first comparison is written so
 * that an index on its keys can start at the place.
 * @param inclusive whether the place itself fulfils it
 */
function beyond(runs: readonly Run[], side: 'after' | 'before', inclusive: boolean): RawBuilder<boolean> {
  const [run, ...rest] = runs;
  if (!run) return sql`${sql.lit(inclusive)}`;
  const operator = (side === 'after') === (run.direction === OrderDirection.ASC) ? '>' : '<';
  const compare = (by: string) => sql<boolean>`(${sql.join(run.columns)}) ${sql.raw(by)} (${sql.join(run.place)})`;
  if (rest.length === 0) return compare(inclusive ? `${operator}=` : operator);
  return sql`(${compare(`${operator}=`)} and (${compare('<>')} or ${beyond(rest, side, inclusive)}))`;
}

function pageSize({ first, last }: ConnectionArgs): number {
  if (first != null && last != null) throw new BadInputError('Give first or last, not both.');
  for (const [name, value] of [
    ['first', first],
    ['last', last],
  ] as const) {
    if (value != null && (value < 1 || value > MAX_PAGE_SIZE)) {
      throw new BadInputError(`${name} must be from 1 to ${MAX_PAGE_SIZE}, not ${value}.`);
    }
  }
  return first ?? last ?? DEFAULT_PAGE_SIZE;
}

/**
 * Keyset paging by the Relay cursor connections specification: a cursor holds the order's keys of its row, so that rows
 * made or deleted between two pages move nothing.
 * @param looksAhead false for a client that does not select `pageInfo`: the row behind the page is not read then
 * @throws BAD_USER_INPUT for sizes out of range and for cursors that are not of this order
 */
export function keysetPage<Item>(
  args: ConnectionArgs & { filter?: object | null },
  order: Order<Item>,
  looksAhead = true,
): Page<Item> {
  const size = pageSize(args);
  const limit = looksAhead ? size + 1 : size;
  const backwards = args.last != null;
  const name = `${order.name}:${order.direction}`;

  const placeOf = (argument: 'after' | 'before'): readonly Run[] | null => {
    const cursor = args[argument];
    if (cursor == null) return null;
    const checks = order.keys.map(
      ({ type, values = [] }) =>
        (value: CursorValue) =>
          CHECKS[type](value, values),
    );
    const values = decodeCursor(argument, cursor, name, checks);
    const runs: Run[] = [];
    for (const [index, { expression, type, direction = order.direction }] of order.keys.entries()) {
      if (runs.at(-1)?.direction !== direction) runs.push({ direction, columns: [], place: [] });
      runs.at(-1)?.columns.push(expression);
      runs.at(-1)?.place.push(sql`${values[index]}::${sql.raw(type)}`);
    }
    return runs;
  };

  const after = placeOf('after');
  const before = placeOf('before');
  const conditions = [
    ...(after ? [beyond(after, 'after', false)] : []),
    ...(before ? [beyond(before, 'before', false)] : []),
  ];
  // One object for all connections of the page: lists under many parents ask for all of them at once.
  const outside = {
    next: before && beyond(before, 'after', true),
    previous: after && beyond(after, 'before', true),
  };
  const sorted = ({ expression, direction = order.direction }: OrderKey<Item>) =>
    sql`${expression} ${sql.raw((direction === OrderDirection.ASC) === backwards ? 'desc' : 'asc')}`;
  const edge = (node: Item) => ({
    cursor: encodeCursor(
      name,
      order.keys.map(({ value }) => value(node)),
    ),
    node,
  });

  return {
    where: conditions.length > 0 ? sql<boolean>`${sql.join(conditions, sql` and `)}` : sql<boolean>`true`,
    orderBy: sql.join(order.keys.map(sorted)),
    limit: args.filter == null ? sql.lit(limit) : sql<number>`${limit}`,
    isFull: (rows) => rows.length >= limit,
    edge,
    connection(rows, count, exists) {
      const more = () => {
        if (!looksAhead) throw new Error('Whether there is more was not looked for, as pageInfo was not selected');
        return rows.length > size;
      };
      const nodes = rows.slice(0, size);
      if (backwards) nodes.reverse();
      const found = async (condition: RawBuilder<boolean> | null) => condition !== null && exists(condition);
      return new KeysetConnection(nodes, edge, {
        count,
        next: async () => (!backwards && more()) || found(outside.next),
        previous: async () => (backwards && more()) || found(outside.previous),
      });
    },
  };
}
