import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../../accounts/viewer.js';
import { isId } from '../../common/id.js';
import { type RowWith } from '../../database/row.js';
import { type Db } from '../../database/db.js';
import { type Connection, type ConnectionArgs, OrderDirection } from '../../graphql/connection.js';
import { keysetPage, type Order } from '../../graphql/keyset-page.js';
import { nodeSelection, type Selection } from '../../graphql/selection.js';
import { type SearchLimiter } from '../../search/search-limiter.js';
import { inRange } from '../ticket-filter.js';
import { visibleTickets } from '../ticket-visibility.js';
import { Comment } from './comment.entity.js';
import { type CommentFilter } from './comment.inputs.js';
import { canUseInternalComments } from './comment.policy.js';
import { ALL_COMMENTS, beginning, commentSearch, type CommentSource } from './comment-search.js';

export type CommentRow = RowWith<Comment>;

/** Oldest first: comments are a ticket's chronological trace. */
const CHRONOLOGICAL: Order<CommentRow> = {
  name: 'comment.CREATED_AT',
  direction: OrderDirection.ASC,
  keys: [
    { expression: sql.ref('c.created_at'), type: 'timestamptz', value: ({ createdAt }) => createdAt },
    { expression: sql.ref('c.id'), type: 'uuid', value: ({ id }) => id },
  ],
};

/** The parents whose comments can be listed, each by its foreign key. */
const PARENT_COLUMNS = { ticket: sql.ref('c.ticket_id'), author: sql.ref('c.author_id') } as const;
export type CommentParent = keyof typeof PARENT_COLUMNS;

/** Live comments under `c` that the viewer may read, given that the viewer may see their tickets. */
export function ownReadable(viewer: Viewer): RawBuilder<boolean> {
  return canUseInternalComments(viewer) ? sql`c.deleted_at is null` : sql`c.deleted_at is null and not c.internal`;
}

/** The same, on tickets under `t` that the viewer may see. */
function readableComments(viewer: Viewer): RawBuilder<boolean> {
  return sql`${ownReadable(viewer)} and ${visibleTickets(viewer, 't')}`;
}

const COMMENTS = sql`comment c join ticket t on t.id = c.ticket_id`;

function filterConditions(filter: CommentFilter): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (filter.ticketId) conditions.push(sql`c.ticket_id = any(${filter.ticketId.filter(isId)}::uuid[])`);
  if (filter.authorId) conditions.push(sql`c.author_id = any(${filter.authorId.filter(isId)}::uuid[])`);
  if (filter.createdAt) conditions.push(...inRange(sql.ref('c.created_at'), filter.createdAt));
  return conditions;
}

export class CommentReader {
  readonly #db: Db;
  readonly #searchLimiter: SearchLimiter;

  constructor(db: Db, searchLimiter: SearchLimiter) {
    this.#db = db;
    this.#searchLimiter = searchLimiter;
  }

  /**
   * One page of all comments on tickets that the viewer may see, oldest first. One statement, and a few more for a
   * search.
   */
  async page(
    viewer: Viewer,
    args: ConnectionArgs & { filter?: CommentFilter | null },
    selection: Selection,
  ): Promise<Connection<CommentRow>> {
    const page = keysetPage(args, CHRONOLOGICAL, selection.has('pageInfo'));
    const filter = args.filter ?? {};
    const readable = readableComments(viewer);
    const { columns, joins } = this.#db.select(Comment, 'c', nodeSelection(selection), { always: ['createdAt'] });
    const searches = (filter.search ?? '').trim() !== '';
    const limited = this.#searchLimiter.of(viewer, searches);
    const countLimited = this.#searchLimiter.ofCount(viewer, searches);
    const conditions = sql.join([readable, ...filterConditions(filter)], sql` and `);
    const range = filter.createdAt ? inRange(sql.ref('c.created_at'), filter.createdAt) : [];
    const matching = ({ source, condition }: CommentSource, where: RawBuilder<boolean>) =>
      sql`${source} join ticket t on t.id = c.ticket_id where ${conditions} and ${condition} and ${where}`;
    /** A walk in list order, tested by the words. */
    const walk = (condition: RawBuilder<boolean>, where: RawBuilder<boolean>) => {
      const walked = sql<boolean>`${sql.join([ownReadable(viewer), ...range], sql` and `)} and ${where}`;
      return matching({ source: beginning(walked, page.orderBy), condition }, sql`true`);
    };
    const read = async (comments: RawBuilder<unknown>) =>
      this.#db.all(
        sql<CommentRow>`select ${columns} from (select c.* from ${comments}) c ${joins}
          order by ${page.orderBy} limit ${page.limit}`,
      );
    const { walked, collected, rows } = await limited(async () => {
      const found = filter.search == null ? null : await commentSearch(this.#db, filter.search, readable);
      const searched = found ?? ALL_COMMENTS;
      const first = searched.walked && (await read(walk(searched.walked, page.where)));
      if (first && page.isFull(first)) return { ...searched, rows: first };
      const all = matching(await searched.collected(), page.where);
      // Planned for all matches: for the first few PostgreSQL would walk the list without a bound.
      return { ...searched, rows: await read(searched.walked ? sql`${all} offset 0` : all) };
    });
    return page.connection(
      rows,
      async () => countLimited(async () => this.#db.count(matching(await collected(), sql`true`))),
      async (beyond) =>
        limited(
          async () =>
            (walked !== null && (await this.#db.exists(walk(walked, beyond)))) ||
            this.#db.exists(matching(await collected(), beyond)),
        ),
    );
  }

  /**
   * The same page of the comments of each ticket or author, in the order of the ids. One statement for all of them.
   * Those of a deleted ticket are hidden with it (docs/behaviour.md, "Deleting and restoring"), also from those who may
   * see deleted tickets.
   */
  async pagesByParent(
    viewer: Viewer,
    parent: CommentParent,
    parentIds: readonly string[],
    args: ConnectionArgs,
    selection: Selection,
  ): Promise<Connection<CommentRow>[]> {
    const column = PARENT_COLUMNS[parent];
    const page = keysetPage(args, CHRONOLOGICAL, selection.has('pageInfo'));
    const key = `${parent}Id` as const;
    const { columns, joins } = this.#db.select(Comment, 'c', nodeSelection(selection), {
      always: ['createdAt', key],
    });
    const limited = sql`${page.where} order by ${page.orderBy} limit ${page.limit}`;
    // A subquery, so that visibility is tested once for each ticket and not for each comment.
    const from =
      parent === 'ticket'
        ? sql`(select id from ticket t where t.id = any(${[...parentIds]}::uuid[]) and ${visibleTickets(viewer, 't')}) parent
            cross join lateral (select c.* from comment c where c.ticket_id = parent.id and ${ownReadable(viewer)} and ${limited}) c`
        : sql`unnest(${[...parentIds]}::uuid[]) as parent (id)
            cross join lateral (
              select c.* from ${COMMENTS} where ${column} = parent.id and ${readableComments(viewer)} and ${limited}
            ) c`;
    const rows = await this.#db.all(sql<CommentRow>`select ${columns} from ${from} ${joins} order by ${page.orderBy}`);
    const byParent = Map.groupBy(rows, (row) => row[key]);
    const list = sql`${COMMENTS} where ${readableComments(viewer)}`;
    const count = this.#db.counts(column, parentIds, list);
    const parents = sql`unnest(${[...parentIds]}::uuid[]) as parent (id)`;
    const exists = this.#db.existsUnder(parents, sql`${list} and ${column} = parent.id`);
    return parentIds.map((id) =>
      page.connection(
        byParent.get(id) ?? [],
        () => count(id),
        async (beyond) => exists(id, beyond),
      ),
    );
  }

  /** Those of the comments that the viewer may see, in no order. */
  async byIds(viewer: Viewer, ids: readonly string[]): Promise<CommentRow[]> {
    return this.#db.pipelined(
      sql<CommentRow>`select ${this.#db.columns(Comment, 'c')} from ${COMMENTS}
        where c.id = any(${[...ids]}::uuid[]) and ${readableComments(viewer)}`,
    );
  }
}

/** A comment as an edge of its ticket's comments, for a mutation's payload. */
export function chronologicalEdge(comment: CommentRow) {
  return keysetPage<CommentRow>({}, CHRONOLOGICAL).edge(comment);
}
