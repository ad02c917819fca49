import { type EntityManager } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { sqlName, type TicketField, TRANSFERRED_FIELDS } from '../tickets/ticket.fields.js';

/** Tickets a statement. */
const PAGE = 500;

const FIELDS = TRANSFERRED_FIELDS.filter(({ exported }) => exported);

/** The names in the order of a CSV file's columns. */
export const EXPORTED_FIELDS: readonly string[] = [
  ...FIELDS.map(({ property }) => property),
  'notified',
  'watching',
  'mentions',
  'comments',
];

/** A ticket as an export writes it, by those names; import-tickets reads the same (preset docket). */
export type ExportedTicket = Readonly<Record<string, unknown>>;

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

/** What stands for the row that a reference points to, under an alias of the field's name. */
const NAMED_BY = {
  user: (alias: string) => sql`${sql.ref(`${alias}.username`)}::text`,
  product: (alias: string) => sql`${sql.ref(`${alias}.name`)}::text`,
  // Of a live ticket only: the join leaves out the deleted.
  ticket: (alias: string) => sql`${sql.ref(`${alias}.id`)}`,
};

function columnOf(field: TicketField): RawBuilder<unknown> {
  const column = `ticket.${sqlName(field.column)}`;
  if (field.kind === 'reference') return NAMED_BY[field.to](field.property);
  return field.kind === 'instant' ? instant(column) : sql.ref(column);
}

function joinOf(field: TicketField): RawBuilder<unknown> {
  if (field.kind !== 'reference') return sql``;
  const live = field.to === 'ticket' ? sql`and ${sql.ref(`${field.property}.deleted_at`)} is null` : sql``;
  return sql`left join ${sql.table(field.to)} as ${sql.ref(field.property)}
    on ${sql.ref(`${field.property}.id`)} = ${sql.ref(`ticket.${sqlName(field.column)}`)} ${live}`;
}

/** The usernames of those whom a text mentions. */
function mentionsIn(text: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`coalesce((
      select json_agg(named.username order by named.username)
      from ticket_mention as mention join "user" as named on named.id = mention.user_id
      where ${text} and named.deleted_at is null
    ), '[]')`;
}

const SELECT = sql`
  select ${sql.join(FIELDS.map((field) => sql`${columnOf(field)} as ${sql.ref(field.property)}`))},
    coalesce((
      select event.notified from ticket_event as event where event.ticket_id = ticket.id and event.kind = 'CREATED' limit 1
    ), true) as notified,
    coalesce((
      select json_agg(json_build_object('user', watcher.username, 'state', watch.state,
        'createdAt', ${instant('watch.created_at')}) order by watch.created_at, watcher.username)
      from ticket_watch as watch join "user" as watcher on watcher.id = watch.user_id
      where watch.ticket_id = ticket.id and watcher.deleted_at is null
    ), '[]') as watching,
    ${mentionsIn(sql`mention.ticket_id = ticket.id and mention.comment_id is null`)} as mentions,
    coalesce((
      select json_agg(json_build_object('id', comment.id, 'author', author.username, 'content', comment.content,
        'internal', comment.internal, 'createdAt', ${instant('comment.created_at')},
        'updatedAt', ${instant('comment.updated_at')}, 'mentions', ${mentionsIn(sql`mention.comment_id = comment.id`)}, 'notified', not exists (
          select from ticket_event as event where event.comment_id = comment.id and not event.notified)) order by comment.created_at, comment.id)
      from comment join "user" as author on author.id = comment.author_id
      where comment.ticket_id = ticket.id and comment.deleted_at is null
    ), '[]') as comments
  from ticket ${sql.join(FIELDS.map(joinOf), sql` `)}
  where ticket.deleted_at is null
  order by ticket.created_at, ticket.number`;
