import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../auth/viewer.js';
import { isId } from '../database/id.js';
import { type Rows, type RowWith } from '../database/rows.js';
import { type Connection, type ConnectionArgs, keysetPage, type Order, OrderDirection } from '../graphql/connection.js';
import { nodeSelection, type Selection } from '../graphql/selection.js';
import { visibleTickets } from '../tickets/ticket-visibility.js';
import { Comment } from './comment.entity.js';
import { type CommentFilter } from './comment.inputs.js';
import { canUseInternalComments } from './comment.policy.js';

export type CommentRow = RowWith<Comment>;

/** Oldest first: comments are a ticket's chronological trace (requirements 73). */
const CHRONOLOGICAL: Order<CommentRow> = {
  name: 'comment.CREATED_AT',
  direction: OrderDirection.ASC,
  keys: [
    { expression: sql.ref('c.created_at'), type: 'timestamptz', value: ({ createdAt }) => createdAt },
    { expression: sql.ref('c.id'), type: 'uuid', value: ({ id }) => id },
  ],
};

/** Live comments under `c` that are not kept from the viewer; whether the ticket may be seen is asked beside it. */
function readableComments(viewer: Viewer): RawBuilder<boolean> {
  // The payload of a repeated createTicket shows the ticket to its creator, whether or not they may still see it.
  if (!viewer.bits.view) return sql`false`;
  return canUseInternalComments(viewer) ? sql`c.deleted_at is null` : sql`c.deleted_at is null and not c.internal`;
}

function commentFilter(filter: CommentFilter): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (filter.ticketId) conditions.push(sql`c.ticket_id = any(${filter.ticketId.filter(isId)}::uuid[])`);
  if (filter.authorId) conditions.push(sql`c.author_id = any(${filter.authorId.filter(isId)}::uuid[])`);
  return conditions;
}

export class CommentReader {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** One page of all comments on tickets that the viewer may see, oldest first. One statement. */
  async page(
    viewer: Viewer,
    args: ConnectionArgs & { filter?: CommentFilter | null },
    selection: Selection,
  ): Promise<Connection<CommentRow>> {
    const page = keysetPage(args, CHRONOLOGICAL);
    const conditions = [readableComments(viewer), visibleTickets(viewer, 't'), ...commentFilter(args.filter ?? {})];
    const matching = sql`${sql.join(conditions, sql` and `)}`;
    const { columns, joins } = this.#rows.select(Comment, 'c', nodeSelection(selection).keys());
    const rows = await this.#rows.all(
      sql<CommentRow>`select ${columns} from comment c join ticket t on t.id = c.ticket_id ${joins}
        where ${matching} and ${page.where} order by ${page.orderBy} limit ${page.limit}`,
    );
    return page.connection(rows, () =>
      this.#rows.count(sql`comment c join ticket t on t.id = c.ticket_id where ${matching}`),
    );
  }

  /**
   * The same page of each ticket's comments, in the order of the ids. One statement for all of them. The tickets are
   * ones that the viewer was shown: whether they may be seen is not asked again.
   */
  async pagesByTicketId(
    viewer: Viewer,
    ticketIds: readonly string[],
    args: ConnectionArgs,
    selection: Selection,
  ): Promise<Connection<CommentRow>[]> {
    const page = keysetPage(args, CHRONOLOGICAL);
    const { columns, joins } = this.#rows.select(Comment, 'c', nodeSelection(selection).keys());
    const rows = await this.#rows.all(
      sql<CommentRow>`select ${columns} from unnest(${[...ticketIds]}::uuid[]) as parent (id)
        cross join lateral (
          select * from comment c where c.ticket_id = parent.id and ${readableComments(viewer)} and ${page.where}
          order by ${page.orderBy} limit ${page.limit}
        ) c ${joins} order by ${page.orderBy}`,
    );
    const byTicketId = Map.groupBy(rows, ({ ticketId }) => ticketId);
    let counts: Promise<Map<string, number>> | undefined;
    return ticketIds.map((ticketId) =>
      page.connection(byTicketId.get(ticketId) ?? [], async () => {
        counts ??= this.#countsByTicketId(viewer, ticketIds);
        return (await counts).get(ticketId) ?? 0;
      }),
    );
  }

  /** How many comments the viewer may read on each of the tickets; none where there are none. One statement. */
  async #countsByTicketId(viewer: Viewer, ticketIds: readonly string[]): Promise<Map<string, number>> {
    const counts = await this.#rows.all(
      sql<{ ticketId: string; count: number }>`select c.ticket_id as "ticketId", count(*)::int as count from comment c
        where c.ticket_id = any(${[...ticketIds]}::uuid[]) and ${readableComments(viewer)} group by c.ticket_id`,
    );
    return new Map(counts.map(({ ticketId, count }) => [ticketId, count]));
  }

  async byIds(viewer: Viewer, ids: readonly string[]): Promise<CommentRow[]> {
    return this.#rows.all(
      sql<CommentRow>`select ${this.#rows.columns(Comment, 'c')} from comment c join ticket t on t.id = c.ticket_id
        where c.id = any(${[...ids]}::uuid[]) and ${readableComments(viewer)} and ${visibleTickets(viewer, 't')}`,
    );
  }
}

/** A comment as an edge of its ticket's comments, for a mutation's payload. */
export function chronologicalEdge(comment: CommentRow) {
  return keysetPage<CommentRow>({}, CHRONOLOGICAL).connection([comment], () => Promise.resolve(1)).edges[0];
}
