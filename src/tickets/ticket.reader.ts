import { sql } from 'kysely';
import { type Viewer } from '../auth/viewer.js';
import { type Row, type Rows, type RowWith } from '../database/rows.js';
import {
  type Connection,
  type ConnectionArgs,
  keysetPage,
  type Order,
  OrderDirection,
  type OrderKey,
} from '../graphql/connection.js';
import { nodeSelection, type Selection } from '../graphql/selection.js';
import { Ticket, TicketPriority, TicketStatus } from './ticket.entity.js';
import { ticketFilter } from './ticket-filter.js';
import { type TicketFilter, type TicketOrder, TicketOrderField } from './ticket.inputs.js';
import { visibleTickets } from './ticket-visibility.js';

/** A ticket as resolvers get it; relations that the statement brought along are inside. */
export type TicketRow = RowWith<Ticket>;

const ORDER_KEYS: Record<TicketOrderField, OrderKey<Row<Ticket>>> = {
  NUMBER: { expression: sql.ref('t.number'), type: 'integer', value: ({ number }) => number },
  CREATED_AT: { expression: sql.ref('t.created_at'), type: 'timestamptz', value: ({ createdAt }) => createdAt },
  UPDATED_AT: {
    expression: sql`coalesce(t.updated_at, t.created_at)`,
    type: 'timestamptz',
    value: ({ updatedAt, createdAt }) => updatedAt ?? createdAt,
  },
  PRIORITY: {
    expression: sql.ref('t.priority'),
    type: 'ticket_priority',
    values: Object.values(TicketPriority),
    value: ({ priority }) => priority,
  },
  STATUS: {
    expression: sql.ref('t.status'),
    type: 'ticket_status',
    values: Object.values(TicketStatus),
    value: ({ status }) => status,
  },
};

function orderOf({ field, direction }: TicketOrder): Order<TicketRow> {
  const keys = field === TicketOrderField.NUMBER ? [ORDER_KEYS.NUMBER] : [ORDER_KEYS[field], ORDER_KEYS.NUMBER];
  return { name: `ticket.${field}`, keys, direction };
}

const NEWEST_FIRST: TicketOrder = { field: TicketOrderField.CREATED_AT, direction: OrderDirection.DESC };

export interface TicketListArgs extends ConnectionArgs {
  filter?: TicketFilter | null;
  orderBy?: TicketOrder | null;
}

export class TicketReader {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** One page of the tickets that the viewer may see, newest first if nothing else is asked. One statement. */
  async page(viewer: Viewer, args: TicketListArgs, selection: Selection): Promise<Connection<TicketRow>> {
    const page = keysetPage(args, orderOf(args.orderBy ?? NEWEST_FIRST));
    const conditions = [visibleTickets(viewer, 't'), ...ticketFilter(args.filter ?? {}, 't')];
    const matching = sql<boolean>`${sql.join(conditions, sql` and `)}`;
    const { columns, joins } = this.#rows.select(Ticket, 't', nodeSelection(selection).keys());
    const rows = await this.#rows.all(
      sql<TicketRow>`select ${columns} from ticket t ${joins} where ${matching} and ${page.where} order by ${page.orderBy} limit ${page.limit}`,
    );
    return page.connection(rows, () => this.#rows.count(sql`ticket t where ${matching}`));
  }

  /** Those of the tickets that the viewer may see, in no order. */
  async byIds(viewer: Viewer, ids: readonly string[]): Promise<TicketRow[]> {
    return this.#rows.all(
      sql<TicketRow>`select ${this.#rows.columns(Ticket, 't')} from ticket t where t.id = any(${[...ids]}::uuid[]) and ${visibleTickets(viewer, 't')}`,
    );
  }

  async one(viewer: Viewer, key: { id: string } | { number: number }, selection: Selection): Promise<TicketRow | null> {
    const { columns, joins } = this.#rows.select(Ticket, 't', selection.keys());
    const which = 'id' in key ? sql`t.id = ${key.id}` : sql`t.number = ${key.number}`;
    return this.#rows.first(
      sql<TicketRow>`select ${columns} from ticket t ${joins} where ${which} and ${visibleTickets(viewer, 't')}`,
    );
  }

  /** What a mutation's payload shows: the ticket just changed, deleted or not, whoever may see it from now on. */
  async changed(id: string, selection: Selection): Promise<TicketRow | null> {
    const { columns, joins } = this.#rows.select(Ticket, 't', selection.keys());
    return this.#rows.first(sql<TicketRow>`select ${columns} from ticket t ${joins} where t.id = ${id}`);
  }
}

/** A ticket as an edge of a list in the default order, for a mutation's payload. */
export function newestFirstEdge(ticket: TicketRow) {
  return keysetPage<TicketRow>({}, orderOf(NEWEST_FIRST)).connection([ticket], () => Promise.resolve(1)).edges[0];
}
