import { sql } from 'kysely';
import { type Row } from '../database/row.js';
import { OrderDirection } from '../graphql/connection.js';
import { type Order, type OrderKey } from '../graphql/keyset-page.js';
import { type Ticket, TicketPriority, TicketStatus } from './ticket.entity.js';
import { type TicketOrder, TicketOrderField } from './ticket.inputs.js';

type Item = Row<Ticket>;

const KEYS: Record<TicketOrderField, OrderKey<Item>> = {
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

/** A list's order over the ticket table under `t`. Ties are broken by number in the same direction. */
export function ticketOrder({ field, direction }: TicketOrder): Order<Item> {
  const keys = field === TicketOrderField.NUMBER ? [KEYS.NUMBER] : [KEYS[field], KEYS.NUMBER];
  return { name: `ticket.${field}`, keys, direction };
}

export const NEWEST_FIRST: TicketOrder = { field: TicketOrderField.CREATED_AT, direction: OrderDirection.DESC };
