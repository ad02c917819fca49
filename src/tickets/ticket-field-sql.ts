import { type RawBuilder, sql } from 'kysely';
import { sqlName, type TicketField } from './ticket.fields.js';

/** SQL of a field's value for filters and orders, for the ticket under an alias. */
export function fieldSql({ column, fallback }: TicketField, alias: string): RawBuilder<unknown> {
  const value = sql.ref(`${alias}.${sqlName(column)}`);
  return fallback === null ? value : sql`coalesce(${value}, ${sql.ref(`${alias}.${sqlName(fallback)}`)})`;
}

const TYPES = {
  text: 'text',
  json: 'jsonb',
  instant: 'timestamptz',
  integer: 'integer',
  id: 'uuid',
  reference: 'uuid',
} as const;

export function sqlTypeOf(field: TicketField) {
  return field.kind === 'enum' ? field.type : TYPES[field.kind];
}
