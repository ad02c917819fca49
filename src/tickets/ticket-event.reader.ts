import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { canUseInternalComments } from './comments/comment.policy.js';
import { type RowWith } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type Connection, type ConnectionArgs, OrderDirection } from '../graphql/connection.js';
import { keysetPage, type Order } from '../graphql/keyset-page.js';
import { nodeSelection, type Selection } from '../graphql/selection.js';
import { TicketEvent } from './ticket-event.entity.js';
import { visibleTickets } from './ticket-visibility.js';

export type TicketEventRow = RowWith<TicketEvent>;

const OLDEST_FIRST: Order<TicketEventRow> = {
  name: 'ticketEvent.CREATED_AT',
  direction: OrderDirection.ASC,
  keys: [
    { expression: sql.ref('e.created_at'), type: 'timestamptz', value: ({ createdAt }) => createdAt },
    { expression: sql.ref('e.id'), type: 'uuid', value: ({ id }) => id },
  ],
};

/** Events under `e` that the viewer may see: the event of an internal comment is hidden with the comment. */
function readableEvents(viewer: Viewer): RawBuilder<boolean> {
  return canUseInternalComments(viewer)
    ? sql`true`
    : sql`not exists (select from comment c where c.id = e.comment_id and c.internal)`;
}

export class TicketEventReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * The same page of each ticket's events, oldest first, in the order of the ids. One statement for all of them. The
   * viewer has been shown these tickets: their visibility is not checked again.
   */
  async pagesByTicketId(
    viewer: Viewer,
    ticketIds: readonly string[],
    args: ConnectionArgs,
    selection: Selection,
  ): Promise<Connection<TicketEventRow>[]> {
    const page = keysetPage(args, OLDEST_FIRST);
    const wanted = nodeSelection(selection).has('actor') ? ['actor'] : [];
    const { columns, joins } = this.#db.select(TicketEvent, 'e', wanted);
    const rows = await this.#db.all(
      sql<TicketEventRow>`select ${columns} from unnest(${[...ticketIds]}::uuid[]) as parent (id)
        cross join lateral (
          select * from ticket_event e where e.ticket_id = parent.id and ${readableEvents(viewer)} and ${page.where}
          order by ${page.orderBy} limit ${page.limit}
        ) e ${joins} order by ${page.orderBy}`,
    );
    const byTicketId = Map.groupBy(rows, ({ ticketId }) => ticketId);
    const list = sql`ticket_event e where ${readableEvents(viewer)}`;
    const ticket = sql.ref('e.ticket_id');
    const count = this.#db.counts(ticket, ticketIds, list);
    const parents = sql`unnest(${[...ticketIds]}::uuid[]) as parent (id)`;
    const exists = this.#db.existsUnder(parents, sql`${list} and ${ticket} = parent.id`);
    return ticketIds.map((id) =>
      page.connection(
        byTicketId.get(id) ?? [],
        () => count(id),
        async (beyond) => exists(id, beyond),
      ),
    );
  }

  /** Those of the events that the viewer may see, in no order. */
  async byIds(viewer: Viewer, ids: readonly string[]): Promise<TicketEventRow[]> {
    return this.#db.pipelined(
      sql<TicketEventRow>`select ${this.#db.columns(TicketEvent, 'e')} from ticket_event e join ticket t on t.id = e.ticket_id
        where e.id = any(${[...ids]}::uuid[]) and ${readableEvents(viewer)} and ${visibleTickets(viewer, 't')}`,
    );
  }
}
