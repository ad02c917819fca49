import { sql } from 'kysely';
import { User } from '../../accounts/users/user.entity.js';
import { type UserRow } from '../../accounts/users/user.reader.js';
import { type Viewer } from '../../accounts/viewer.js';
import { type Db } from '../../database/db.js';
import { type Connection, type ConnectionArgs, OrderDirection } from '../../graphql/connection.js';
import { keysetPage, type Order } from '../../graphql/keyset-page.js';
import { nodeSelection, type Selection } from '../../graphql/selection.js';
import { canUseInternalComments } from '../comments/comment.policy.js';
import { concernedBy, ignoresTicket, readsInternalComments, seesTicketOf } from '../ticket-audience.js';
import { ticketsVisibleTo, visibleTickets } from '../ticket-visibility.js';
import { WatchState } from './watch-state.js';

/** Maximum number of people of `replyRecipients`. */
export const MAX_REPLY_RECIPIENTS = 50;

/** By age of their accounts, as users are listed. */
const OLDEST_FIRST: Order<UserRow> = {
  name: 'watcher',
  direction: OrderDirection.ASC,
  keys: [
    { expression: sql.ref('u.created_at'), type: 'timestamptz', value: ({ createdAt }) => createdAt },
    { expression: sql.ref('u.id'), type: 'uuid', value: ({ id }) => id },
  ],
};

type OfTicket = UserRow & { readonly ticketId: string };

export class WatchReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** The same page of those who watch each ticket and may see it, in the order of the ids. One statement. */
  async watchersByTicketId(
    viewer: Viewer,
    ticketIds: readonly string[],
    args: ConnectionArgs,
    selection: Selection,
  ): Promise<Connection<UserRow>[]> {
    const page = keysetPage(args, OLDEST_FIRST);
    const { columns, joins } = this.#db.select(User, 'u', nodeSelection(selection), { always: ['createdAt'] });
    const watching = sql`ticket_watch w join ticket t on t.id = w.ticket_id join "user" u on u.id = w.user_id
      join role r on r.id = u.role_id
      where w.state = 'WATCHING' and u.deleted_at is null and ${ticketsVisibleTo('u', 'r', 't')}
        and ${visibleTickets(viewer, 't')}`;
    const rows = await this.#db.all(
      sql<OfTicket>`select ${columns}, parent.id as "ticketId" from unnest(${[...ticketIds]}::uuid[]) as parent (id)
        cross join lateral (
          select u.* from ${watching} and w.ticket_id = parent.id and ${page.where} order by ${page.orderBy} limit ${page.limit}
        ) u ${joins} order by ${page.orderBy}`,
    );
    const byTicketId = Map.groupBy(rows, ({ ticketId }) => ticketId);
    const ticket = sql.ref('w.ticket_id');
    const count = this.#db.counts(ticket, ticketIds, watching);
    return ticketIds.map((id) =>
      page.connection(
        byTicketId.get(id) ?? [],
        () => count(id),
        (beyond) => this.#db.exists(sql`${watching} and ${ticket} = ${id} and ${beyond}`),
      ),
    );
  }

  /** The viewer's state on each ticket, in the order of the ids. */
  async statesOf(viewer: Viewer, ticketIds: readonly string[]): Promise<WatchState[]> {
    const rows = await this.#db.pipelined(
      sql<{ ticketId: string; state: WatchState }>`
        select ticket_id as "ticketId", state from ticket_watch
        where user_id = ${viewer.id} and ticket_id = any(${[...ticketIds]}::uuid[])`,
    );
    const byTicketId = new Map(rows.map(({ ticketId, state }) => [ticketId, state]));
    return ticketIds.map((id) => byTicketId.get(id) ?? WatchState.DEFAULT);
  }

  /**
   * The first of those who would be mailed about a comment of the viewer's on each ticket, in the order of the ids. What
   * others wrote internally makes nobody appear to a viewer who may not read it.
   */
  async replyRecipients(viewer: Viewer, ticketIds: readonly string[], internal: boolean): Promise<UserRow[][]> {
    const reads = canUseInternalComments(viewer);
    if (internal && !reads) return ticketIds.map(() => []);
    const people = { createdById: sql`t.created_by_id`, assignedToId: sql`t.assigned_to_id` };
    const rows = await this.#db.all(
      sql<OfTicket>`select ${this.#db.columns(User, 'u')}, t.id as "ticketId"
        from ticket t cross join lateral (
          select u.* from (select distinct c.user_id from (${concernedBy(sql`t.id`, people, sql`${reads}::boolean`)}) c) c
            join "user" u on u.id = c.user_id join role r on r.id = u.role_id
          where u.deleted_at is null and u.reply_emails and u.email_confirmed and u.id <> ${viewer.id}
            and ${seesTicketOf('u', 'r', people)} and (not ${internal}::boolean or ${readsInternalComments('u', 'r')})
            and not ${ignoresTicket(sql`u.id`, sql`t.id`)}
          order by u.created_at, u.id limit ${sql.lit(MAX_REPLY_RECIPIENTS)}
        ) u
        where t.id = any(${[...ticketIds]}::uuid[]) and ${visibleTickets(viewer, 't')} order by u.created_at, u.id`,
    );
    const byTicketId = Map.groupBy(rows, ({ ticketId }) => ticketId);
    return ticketIds.map((id) => byTicketId.get(id) ?? []);
  }
}
