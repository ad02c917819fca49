import { type RawBuilder, sql } from 'kysely';
import { type Viewer } from '../accounts/viewer.js';
import { isId } from '../common/id.js';
import { type RowWith } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type Connection, type ConnectionArgs, OrderDirection } from '../graphql/connection.js';
import { keysetPage, type Order } from '../graphql/keyset-page.js';
import { nodeSelection, type Selection } from '../graphql/selection.js';
import { visibleTickets } from '../tickets/ticket-visibility.js';
import { Notification } from './notification.entity.js';
import { type NotificationFilter } from './notification.inputs.js';
import { canSeeAllNotifications } from './notification.policy.js';

export type NotificationRow = RowWith<Notification>;

const NEWEST_FIRST: Order<NotificationRow> = {
  name: 'notification',
  keys: [
    { expression: sql.ref('n.send_at'), type: 'timestamptz', value: ({ sendAt }) => sendAt },
    { expression: sql.ref('n.id'), type: 'uuid', value: ({ id }) => id },
  ],
  direction: OrderDirection.DESC,
};

function visibleNotifications(viewer: Viewer): RawBuilder<boolean> {
  return canSeeAllNotifications(viewer) ? sql`true` : sql`n.recipient_id = ${viewer.id}`;
}

function notificationFilter(viewer: Viewer, filter: NotificationFilter): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (filter.kind) conditions.push(sql`n.kind = any(${filter.kind}::notification_kind[])`);
  if (filter.status) conditions.push(sql`n.status = any(${filter.status}::notification_status[])`);
  if (filter.ticketId) {
    const ids = filter.ticketId.filter(isId);
    // A hidden ticket matches nothing: otherwise its id could be matched with a mail.
    conditions.push(
      sql`n.ticket_id in (select t.id from ticket t where t.id = any(${ids}::uuid[]) and ${visibleTickets(viewer, 't')})`,
    );
  }
  if (filter.recipientId) conditions.push(sql`n.recipient_id = any(${filter.recipientId.filter(isId)}::uuid[])`);
  return conditions;
}

export class NotificationReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * One page of the viewer's own notifications, or of everyone's for staff, newest sendAt first. One statement. The
   * tickets are read by their loader, which checks visibility.
   */
  async page(
    viewer: Viewer,
    args: ConnectionArgs & { filter?: NotificationFilter | null },
    selection: Selection,
  ): Promise<Connection<NotificationRow>> {
    const page = keysetPage(args, NEWEST_FIRST);
    const conditions = [visibleNotifications(viewer), ...notificationFilter(viewer, args.filter ?? {})];
    const matching = sql<boolean>`${sql.join(conditions, sql` and `)}`;
    const wanted = nodeSelection(selection).has('recipient') ? ['recipient'] : [];
    const { columns, joins } = this.#db.select(Notification, 'n', wanted);
    const rows = await this.#db.all(
      sql<NotificationRow>`select ${columns} from notification n ${joins} where ${matching} and ${page.where} order by ${page.orderBy} limit ${page.limit}`,
    );
    return page.connection(
      rows,
      () => this.#db.count(sql`notification n where ${matching}`),
      (beyond) => this.#db.exists(sql`notification n where ${matching} and ${beyond}`),
    );
  }

  /** Those of the notifications that the viewer may see, in no order. */
  async byIds(viewer: Viewer, ids: readonly string[]): Promise<NotificationRow[]> {
    return this.#db.pipelined(
      sql<NotificationRow>`select ${this.#db.columns(Notification, 'n')} from notification n where n.id = any(${[...ids]}::uuid[]) and ${visibleNotifications(viewer)}`,
    );
  }
}
