import { type RawBuilder, sql } from 'kysely';
import { idFrom } from '../enqueued-mails.sql.js';
import { readsInternalComments, seesTicketOf } from '../ticket-audience.js';

/** `TicketMentions` for the statement. The id is that of the first mention, as with mails. */
export interface MentionRecord {
  readonly id: string;
  readonly ticketId: string;
  readonly commentId: string | null;
  readonly userIds: readonly string[];
  readonly internal: boolean;
  readonly createdById: string;
  readonly assignedToId: string | null;
  /** Who wrote the text. */
  readonly actorId: string | null;
  readonly createdAt: string;
}

const COLUMNS: Readonly<Record<keyof MentionRecord, string>> = {
  id: 'uuid',
  ticketId: 'uuid',
  commentId: 'uuid',
  userIds: 'uuid[]',
  internal: 'boolean',
  createdById: 'uuid',
  assignedToId: 'uuid',
  actorId: 'uuid',
  createdAt: 'timestamptz',
};

/**
 * The FROM item for the mentions of texts, under the alias `m`.
 * @param records the JSON of a list of MentionRecord
 */
export function mentionSource(records: RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = Object.entries(COLUMNS).map(([name, type]) => `"${name}" ${type}`);
  return sql`json_to_recordset(${records}::json) as m(${sql.raw(columns.join(', '))})`;
}

/** The statement that removes those whom a text does not name any more. */
export function deleteStaleMentions(texts: RawBuilder<unknown>, condition: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`
    delete from ticket_mention e using ${texts}
    where ${condition} and e.ticket_id = m."ticketId" and e.comment_id is not distinct from m."commentId"
      and e.user_id <> all(m."userIds")`;
}

/** The statement that records those whom a text names, but its author, and who may read it. */
export function recordMentions(texts: RawBuilder<unknown>, condition: RawBuilder<boolean>): RawBuilder<unknown> {
  const people = { createdById: sql`m."createdById"`, assignedToId: sql`m."assignedToId"` };
  return keptMentions(
    texts,
    sql`${condition} and ${seesTicketOf('u', 'r', people)} and (not m.internal or ${readsInternalComments('u', 'r')})`,
  );
}

/** The statement that records mentions of which it was asked before whether they may read the text. */
export function keptMentions(texts: RawBuilder<unknown>, condition: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`
    insert into ticket_mention (id, ticket_id, comment_id, user_id, created_at)
    select ${idFrom(sql`m.id`)}, m."ticketId", m."commentId", u.id, m."createdAt"
    from ${texts} join "user" u on u.id = any(m."userIds") join role r on r.id = u.role_id
    where ${condition} and u.deleted_at is null and u.id is distinct from m."actorId"
    on conflict do nothing`;
}
