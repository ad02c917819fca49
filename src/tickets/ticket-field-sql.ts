import { type RawBuilder, sql } from 'kysely';
import { sqlName, type TicketColumn, type TicketField } from './ticket.fields.js';

/** The column of a field, for viewers who may read internal comments or not. */
export function columnFor({ column, withInternal }: TicketField, internal: boolean): TicketColumn {
  return internal && withInternal !== null ? withInternal : column;
}

/**
 * SQL of a field's value for filters and orders, for the ticket under an alias.
 * @param internal whether the viewer may read internal comments
 */
export function fieldSql(field: TicketField, alias: string, internal: boolean): RawBuilder<unknown> {
  const { fallback } = field;
  const value = sql.ref(`${alias}.${sqlName(columnFor(field, internal))}`);
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
