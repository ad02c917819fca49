import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../../accounts/viewer.js';
import { type Db } from '../../database/db.js';
import { type Connection, type ConnectionArgs, type Edge, OrderDirection } from '../../graphql/connection.js';
import { keysetPage, type Order } from '../../graphql/keyset-page.js';
import { nodeSelection, type Selection } from '../../graphql/selection.js';
import { Comment } from '../comments/comment.entity.js';
import { type CommentRow, ownReadable } from '../comments/comment.reader.js';
import { TicketEvent } from '../ticket-event.entity.js';
import { type TicketEventRow } from '../ticket-event.reader.js';
import { visibleTickets } from '../ticket-visibility.js';

/** A comment or an event, with the name of its type for the union. */
export type TimelineItemRow =
  | (CommentRow & { readonly __typename: 'Comment' })
  | (TicketEventRow & { readonly __typename: 'TicketEvent' });

const CHRONOLOGICAL: Order<TimelineItemRow> = {
  name: 'timeline.CREATED_AT',
  direction: OrderDirection.ASC,
  keys: [
    { expression: sql.ref('i.created_at'), type: 'timestamptz', value: ({ createdAt }) => createdAt },
    { expression: sql.ref('i.id'), type: 'uuid', value: ({ id }) => id },
  ],
};

/** One of the two is null. */
interface JoinedRow {
  readonly ticketId: string;
  readonly comment: CommentRow | null;
  readonly event: TicketEventRow | null;
}

export function commentItem(comment: CommentRow): TimelineItemRow {
  return { ...comment, __typename: 'Comment' };
}

export function eventItem(event: TicketEventRow): TimelineItemRow {
  return { ...event, __typename: 'TicketEvent' };
}

function itemOf({ comment, event }: JoinedRow): TimelineItemRow[] {
  if (comment !== null) return [commentItem(comment)];
  return event === null ? [] : [eventItem(event)];
}

/**
 * The tickets as `parent`, each with whether its comments may be read: those of a deleted ticket are hidden with it,
 * while its history is shown to those who may see deleted tickets. OFFSET 0, so that visibility is tested once for each
 * ticket and not for each comment.
 */
function parents(viewer: Viewer, ticketIds: readonly string[]): RawBuilder<unknown> {
  return sql`(
    select p.id, exists (select from ticket t where t.id = p.id and ${visibleTickets(viewer, 't')}) as visible
    from unnest(${[...ticketIds]}::uuid[]) as p (id) offset 0
  ) parent`;
}

/**
 * The timeline of the ticket under `parent`, as `i`. Events about comments are left out, and with them those about
 * comments that are hidden from the viewer.
 * @param page what follows the FROM clause in each of the two parts, so that each is read from its index in its order,
 * and no further than the page goes
 */
function items(viewer: Viewer, page: RawBuilder<unknown> = sql``): RawBuilder<unknown> {
  const comments = sql`select c.created_at, c.id, c.id as comment_id, null::uuid as event_id from comment c
    where c.ticket_id = parent.id and parent.visible and ${ownReadable(viewer)}`;
  const events = sql`select e.created_at, e.id, null::uuid as comment_id, e.id as event_id from ticket_event e
    where e.ticket_id = parent.id and e.comment_id is null`;
  return sql`((select * from (${comments}) i ${page}) union all (select * from (${events}) i ${page})) i`;
}

/** Reads comments and events of tickets as one list. */
export class TimelineReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * The same page of each ticket's timeline, oldest first, in the order of the ids. One statement for all of them, and
   * so one state of the database: a client that pages on misses nothing. The viewer has been shown these tickets: their
   * visibility is checked for their comments only.
   */
  async pagesByTicketId(
    viewer: Viewer,
    ticketIds: readonly string[],
    args: ConnectionArgs,
    selection: Selection,
  ): Promise<Connection<TimelineItemRow>[]> {
    const page = keysetPage(args, CHRONOLOGICAL);
    const relations = [...nodeSelection(selection).keys()];
    const comment = this.#db.select(Comment, 'c', relations, { inside: 'comment' });
    const event = this.#db.select(TicketEvent, 'e', relations, { inside: 'event' });
    const tickets = parents(viewer, ticketIds);
    const list = items(viewer);
    const inOrder = sql`order by ${page.orderBy} limit ${page.limit}`;
    // OFFSET 0 forces look-ups by id, whatever number of rows PostgreSQL expects.
    const rows = await this.#db.all(
      sql<JoinedRow>`select parent.id as "ticketId", ${comment.columns}, ${event.columns} from ${tickets}
        cross join lateral (select * from ${items(viewer, sql`where ${page.where} ${inOrder}`)} ${inOrder}) i
        left join lateral (select * from comment where id = i.comment_id offset 0) c on true
        left join lateral (select * from ticket_event where id = i.event_id offset 0) e on true
        ${comment.joins} ${event.joins} order by ${page.orderBy}`,
    );
    const byTicketId = Map.groupBy(rows, ({ ticketId }) => ticketId);
    const count = this.#db.countsUnder(tickets, list);
    const exists = this.#db.existsUnder(tickets, sql`${list} where true`);
    return ticketIds.map((id) =>
      page.connection(
        (byTicketId.get(id) ?? []).flatMap(itemOf),
        async () => count(id),
        async (beyond) => exists(id, beyond),
      ),
    );
  }
}

/** A comment or event as an edge of its ticket's timeline, for a mutation's payload. */
export function timelineEdge(item: TimelineItemRow): Edge<TimelineItemRow> {
  return keysetPage<TimelineItemRow>({}, CHRONOLOGICAL).edge(item);
}
