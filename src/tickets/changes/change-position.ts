import { type RawBuilder, sql } from 'kysely';

/**
 * An entry of the log of changes, as the place up to which somebody has read. Only entries that are final are positions:
 * none will ever be written before them. Numbers are PostgreSQL's bigint, as text.
 */
export interface ChangePosition {
  readonly horizon: string;
  readonly id: string;
  /** When the entry was written, in microseconds since 1970: tells whether it is the same entry, and not one of another database. */
  readonly writtenAt: string;
}

/** The columns of a position, of the entry under `alias`. */
export function positionColumns(alias: string): RawBuilder<unknown> {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  return sql`${column('horizon')}::text as "horizon", ${column('id')}::text as "id",
    (extract(epoch from ${column('created_at')}) * 1000000)::bigint::text as "writtenAt"`;
}

/** The columns of the log's order, of the entry under `alias`. */
export function orderColumns(alias: string): RawBuilder<unknown> {
  return sql`${sql.ref(`${alias}.horizon`)}, ${sql.ref(`${alias}.id`)}`;
}

/** The position as a row that compares with `orderColumns`. */
export function orderValues({ horizon, id }: ChangePosition): RawBuilder<unknown> {
  return sql`(${horizon}::bigint, ${id}::bigint)`;
}
