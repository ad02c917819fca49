import { type RawBuilder, sql } from 'kysely';
import { isId } from '../database/id.js';
import { type DateTimeRange, type TicketFilter } from './ticket.inputs.js';

function oneOf(column: RawBuilder<unknown>, type: string, values: readonly string[]): RawBuilder<boolean> {
  return sql`${column} = any(${[...values]}::${sql.raw(type)}[])`;
}

function within(instant: RawBuilder<unknown>, range: DateTimeRange): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (range.from) conditions.push(sql`${instant} >= ${range.from.toISOString()}::timestamptz`);
  if (range.to) conditions.push(sql`${instant} < ${range.to.toISOString()}::timestamptz`);
  return conditions;
}

/** The filter's conditions over the ticket table under `alias`; ids that are no UUID match nothing. */
export function ticketFilter(filter: TicketFilter, alias: string): RawBuilder<boolean>[] {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const conditions: RawBuilder<boolean>[] = [];
  const add = (condition: RawBuilder<boolean>) => void conditions.push(condition);

  if (filter.active != null) {
    add(sql`${column('status')} ${sql.raw(filter.active ? 'not in' : 'in')} ('DONE', 'CLOSED')`);
  }
  if (filter.status) add(oneOf(column('status'), 'ticket_status', filter.status));
  if (filter.priority) add(oneOf(column('priority'), 'ticket_priority', filter.priority));
  if (filter.type) add(oneOf(column('type'), 'ticket_type', filter.type));
  if (filter.productId) add(oneOf(column('product_id'), 'uuid', filter.productId.filter(isId)));
  if (filter.createdById) add(oneOf(column('created_by_id'), 'uuid', filter.createdById.filter(isId)));
  if (filter.assignedToId) add(oneOf(column('assigned_to_id'), 'uuid', filter.assignedToId.filter(isId)));
  if (filter.unassigned != null) {
    add(sql`${column('assigned_to_id')} is ${sql.raw(filter.unassigned ? 'null' : 'not null')}`);
  }
  if (filter.createdAt) conditions.push(...within(column('created_at'), filter.createdAt));
  if (filter.updatedAt) {
    conditions.push(...within(sql`coalesce(${column('updated_at')}, ${column('created_at')})`, filter.updatedAt));
  }
  return conditions;
}
