import { type Row } from '../database/row.js';
import { OrderDirection } from '../graphql/connection.js';
import { type Order, type OrderKey } from '../graphql/keyset-page.js';
import { fieldSql, sqlTypeOf } from './ticket-field-sql.js';
import { type Ticket } from './ticket.entity.js';
import { TICKET_FIELDS, type TicketColumn, type TicketField } from './ticket.fields.js';
import { type TicketOrder, TicketOrderField } from './ticket.inputs.js';

type Item = Row<Ticket>;

const ORDERED = TICKET_FIELDS.filter(({ order }) => order !== null);

/** The columns that cursors contain. */
export const ORDERED_COLUMNS: readonly TicketColumn[] = [
  ...new Set(ORDERED.flatMap(({ column, fallback }) => (fallback ? [column, fallback] : [column]))),
];

function keyOf(field: TicketField): OrderKey<Item> {
  const type = sqlTypeOf(field);
  if (type === 'jsonb' || type === 'ticket_type') throw new Error(`Nothing is ordered by ${field.property}`);
  return {
    expression: fieldSql(field, 't'),
    type,
    ...(field.kind === 'enum' && { values: field.values }),
    value: (item) => {
      const value = item[field.column] ?? (field.fallback && item[field.fallback]);
      if (typeof value !== 'string' && typeof value !== 'number')
        throw new Error(`${field.property} has no place in an order`);
      return value;
    },
  };
}

const KEYS = new Map(ORDERED.map((field) => [field.order, keyOf(field)]));

function keyFor(field: TicketOrderField): OrderKey<Item> {
  const key = KEYS.get(field);
  if (!key) throw new Error(`ticket.fields.ts has no field for ${field}`);
  return key;
}

/** A list's order over the ticket table under `t`. Ties are broken by number in the same direction. */
export function ticketOrder({ field, direction }: TicketOrder): Order<Item> {
  const keys = [...new Set([keyFor(field), keyFor(TicketOrderField.NUMBER)])];
  return { name: `ticket.${field}`, keys, direction };
}

export const NEWEST_FIRST: TicketOrder = { field: TicketOrderField.CREATED_AT, direction: OrderDirection.DESC };
