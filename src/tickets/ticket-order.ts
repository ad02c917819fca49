import { sql } from 'kysely';
import { BadInputError } from '../common/errors.js';
import { type Row } from '../database/row.js';
import { OrderDirection } from '../graphql/connection.js';
import { type Order, type OrderKey } from '../graphql/keyset-page.js';
import { columnFor, fieldSql, sqlTypeOf } from './ticket-field-sql.js';
import { type Ticket } from './ticket.entity.js';
import { TICKET_FIELDS, type TicketColumn, type TicketField } from './ticket.fields.js';
import { type TicketOrder, TicketOrderField } from './ticket.inputs.js';

/** A ticket; of a list by RELEVANCE with its rank. */
type Item = Row<Ticket> & { readonly relevance?: number };

/** Maximum number of fields that one list is ordered by. */
export const MAX_ORDERS = 3;

/** A list's order over the ticket table under `t`, and the columns of a row that its cursors are made of. */
export interface TicketListOrder extends Order<Item> {
  readonly columns: readonly TicketColumn[];
  /** Whether it is the order of lists for which none is given. */
  readonly isNewestFirst: boolean;
  /** Whether it goes by RELEVANCE, so that rows need a rank. */
  readonly isRanked: boolean;
}

interface TicketKey extends OrderKey<Item> {
  readonly columns: readonly TicketColumn[];
}

function keyOf(field: TicketField, internal: boolean): TicketKey {
  const type = sqlTypeOf(field);
  if (type === 'jsonb' || type === 'ticket_type') throw new Error(`Nothing is ordered by ${field.property}`);
  const column = columnFor(field, internal);
  return {
    expression: fieldSql(field, 't', internal),
    type,
    ...(field.kind === 'enum' && { values: field.values }),
    value: (item) => {
      const value = item[column] ?? (field.fallback && item[field.fallback]);
      if (typeof value !== 'string' && typeof value !== 'number')
        throw new Error(`${field.property} has no place in an order`);
      return value;
    },
    columns: field.fallback === null ? [column] : [column, field.fallback],
  };
}

function keysFor(internal: boolean): ReadonlyMap<TicketOrderField, TicketKey> {
  return new Map(TICKET_FIELDS.flatMap((field) => (field.order ? [[field.order, keyOf(field, internal)]] : [])));
}

const RELEVANCE: TicketKey = {
  expression: sql.ref('t.relevance'),
  type: 'integer',
  value: ({ relevance }) => {
    if (relevance === undefined) throw new Error('The list has no ranks');
    return relevance;
  },
  columns: [],
};

const KEYS = keysFor(false);
const KEYS_WITH_INTERNAL = keysFor(true);

function keyFor(field: TicketOrderField, internal: boolean): TicketKey {
  if (field === TicketOrderField.RELEVANCE) return RELEVANCE;
  const key = (internal ? KEYS_WITH_INTERNAL : KEYS).get(field);
  if (!key) throw new Error(`ticket.fields.ts has no field for ${field}`);
  return key;
}

function checkOrders(orders: readonly TicketOrder[]): void {
  if (orders.length > MAX_ORDERS) {
    throw new BadInputError(
      `orderBy takes at most ${MAX_ORDERS} fields, not ${orders.length}. Leave out the last ones.`,
    );
  }
  const fields = orders.map(({ field }) => field);
  const repeated = fields.find((field, index) => fields.indexOf(field) < index);
  if (repeated !== undefined) throw new BadInputError(`orderBy has ${repeated} twice. Name each field once.`);
}

const NEWEST_FIRST: TicketOrder = { field: TicketOrderField.CREATED_AT, direction: OrderDirection.DESC };

/**
 * The order of a list; newest first if none is given. Ties are broken by number in the direction of the last field.
 * @param internal whether the viewer may read internal comments, by which LAST_ACTIVITY goes then
 * @throws BAD_USER_INPUT for too many fields, and for one that is given twice
 */
export function ticketOrder(given: readonly TicketOrder[] | null | undefined, internal: boolean): TicketListOrder {
  const orders = given == null || given.length === 0 ? [NEWEST_FIRST] : given;
  checkOrders(orders);
  const { field: last, direction } = orders.at(-1) ?? NEWEST_FIRST;
  const keys = orders.map((order) => ({ ...keyFor(order.field, internal), direction: order.direction }));
  // Of equally relevant tickets the newest comes first.
  if (last === TicketOrderField.RELEVANCE && !orders.some(({ field }) => field === TicketOrderField.CREATED_AT)) {
    keys.push({ ...keyFor(TicketOrderField.CREATED_AT, internal), direction });
  }
  const number = orders.findIndex(({ field }) => field === TicketOrderField.NUMBER);
  // A number is unique: what comes after it decides nothing.
  const total =
    number === -1 ? [...keys, { ...keyFor(TicketOrderField.NUMBER, internal), direction }] : keys.slice(0, number + 1);
  const name = orders.map(({ field, direction: way }, index) =>
    index < orders.length - 1 ? `${field}:${way}` : field,
  );
  return {
    name: `ticket.${name.join()}`,
    keys: total,
    direction,
    isNewestFirst: orders.length === 1 && last === NEWEST_FIRST.field && direction === NEWEST_FIRST.direction,
    isRanked: orders.some(({ field }) => field === TicketOrderField.RELEVANCE),
    columns: [...new Set(total.flatMap(({ columns }) => columns))],
  };
}
