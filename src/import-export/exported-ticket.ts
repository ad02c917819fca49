import { type EntityManager } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';

/** Tickets a statement. */
const PAGE = 500;

/** A ticket as an export writes it; import-tickets reads the same names (preset docket). */
export interface ExportedTicket {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly type: string;
  readonly priority: string;
  readonly status: string;
  readonly product: string | null;
  readonly createdBy: string;
  readonly assignedTo: string | null;
  readonly duplicateOf: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly closedAt: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly comments: readonly Readonly<Record<string, unknown>>[];
}

/** The names in the order of a CSV file's columns. */
export const EXPORTED_FIELDS = [
  'id',
  'number',
  'title',
  'description',
  'type',
  'priority',
  'status',
  'product',
  'createdBy',
  'assignedTo',
  'duplicateOf',
  'createdAt',
  'updatedAt',
  'closedAt',
  'details',
  'comments',
] as const satisfies readonly (keyof ExportedTicket)[];

/** Every live ticket, oldest first. A cursor, so that one plan serves all pages; it needs a transaction. */
export async function* exportedTickets(em: EntityManager): AsyncGenerator<ExportedTicket> {
  const db = em.getKysely();
  await sql`declare exported_tickets no scroll cursor for ${SELECT}`.execute(db);
  for (;;) {
    const { rows } = await sql<ExportedTicket>`fetch ${sql.lit(PAGE)} from exported_tickets`.execute(db);
    yield* rows;
    if (rows.length < PAGE) return;
  }
}

/** ISO 8601 in UTC with milliseconds, as everywhere. */
function instant(column: string): RawBuilder<string> {
  return sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

const SELECT = sql`
  select ticket.id, ticket.number, ticket.title, ticket.description, ticket.type, ticket.priority, ticket.status,
    product.name::text as product, creator.username::text as "createdBy", assignee.username::text as "assignedTo",
    original.id as "duplicateOf", ${instant('ticket.created_at')} as "createdAt",
    ${instant('ticket.updated_at')} as "updatedAt", ${instant('ticket.closed_at')} as "closedAt", ticket.details,
    coalesce((
      select json_agg(json_build_object('id', comment.id, 'author', author.username, 'content', comment.content,
        'internal', comment.internal, 'createdAt', ${instant('comment.created_at')},
        'updatedAt', ${instant('comment.updated_at')}) order by comment.created_at, comment.id)
      from comment join "user" as author on author.id = comment.author_id
      where comment.ticket_id = ticket.id and comment.deleted_at is null
    ), '[]') as comments
  from ticket
  join "user" as creator on creator.id = ticket.created_by_id
  left join "user" as assignee on assignee.id = ticket.assigned_to_id
  left join product on product.id = ticket.product_id
  left join ticket as original on original.id = ticket.duplicate_of_id and original.deleted_at is null
  where ticket.deleted_at is null
  order by ticket.created_at, ticket.number`;
