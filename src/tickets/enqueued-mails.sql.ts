import { type RawBuilder, sql } from 'kysely';
import { Notification } from '../notifications/notification.entity.js';
import { wantsMail } from '../notifications/notification-sql.js';
import { appended } from '../notifications/traceparents.js';
import { type Row } from '../database/row.js';
import { type Writes } from '../database/writes.js';
import { concernedBy, ignoresTicket, queueOf, readsInternalComments, seesTicketOf } from './ticket-audience.js';
import { type Audience } from './ticket-write.js';

/** A mail about a comment waits at most this many times its delay, counted from the first comment. */
const MAX_WAIT_IN_DELAYS = 5;

const COLUMNS = [
  'id',
  'kind',
  'ticketId',
  'actorId',
  'reason',
  'changes',
  'createdAt',
  'sendAt',
  'traceparents',
] as const;

/** `EnqueuedMails` for the statement. The id is that of the first mail: the others differ in the last five bytes. */
export interface EnqueuedMailRecord extends Pick<Row<Notification>, (typeof COLUMNS)[number]> {
  readonly audience: Audience['to'];
  readonly recipientIds: readonly string[];
  /** Who gets none. */
  readonly exceptId: string | null;
  readonly internal: boolean;
  /** The ticket's people and product after the write. */
  readonly createdById: string;
  readonly assignedToId: string | null;
  readonly productId: string | null;
  readonly reassigned: boolean;
  readonly assignedId: string | null;
  readonly amendsOnly: boolean;
}

const OTHERS: Readonly<Record<Exclude<keyof EnqueuedMailRecord, (typeof COLUMNS)[number]>, string>> = {
  audience: 'text',
  recipientIds: 'uuid[]',
  exceptId: 'uuid',
  internal: 'boolean',
  createdById: 'uuid',
  assignedToId: 'uuid',
  productId: 'uuid',
  reassigned: 'boolean',
  assignedId: 'uuid',
  amendsOnly: 'boolean',
};

const PEOPLE = { createdById: sql`m."createdById"`, assignedToId: sql`m."assignedToId"` };

/** The FROM item for mails to be enqueued, under the alias `m`. */
export function mailSource(writes: Writes, parameter: string): RawBuilder<unknown> {
  return writes.recordset(Notification, COLUMNS, parameter, 'm', OTHERS).source;
}

/** SQL for an id that differs from the record's id in the last five bytes, so that ids sort by the time of writing. */
export function idFrom(id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(left(${id}::text, 26) || lpad(to_hex(row_number() over ()), 10, '0'))::uuid`;
}

/** The recipients of `m` by id and reason, before it is asked what they want and may see. */
const AUDIENCE = sql`
  select named.id, m.reason from unnest(m."recipientIds") named (id)
  union all
  select c.user_id, min(c.reason) from (${concernedBy(sql`m."ticketId"`, {
    createdById: PEOPLE.createdById,
    assignedToId: sql`case when m.reassigned then null else m."assignedToId" end`,
  })}) c where m.audience = 'concerned' and c.user_id is not null group by c.user_id
  union all
  select q.id, q.reason from (${queueOf(sql`m."productId"`, PEOPLE, sql`m."exceptId"`)}) q where m.audience = 'queue'`;

/**
 * The statement that enqueues mails to everybody of their audience: one for any number of tickets and recipients.
 * A recipient's pending mail of the same kind about the ticket, unless a worker has leased it, is
 * extended instead: its row is locked, so that no worker reads the ticket before this transaction has ended. In the order of tickets
 * and people, to avoid deadlocks. `offset 0` keeps the planner from merging the subqueries into a join: it looks up each
 * recipient and each sent mail by index, where a join may read the whole table.
 * @param mails FROM item of the mails under `m`
 * @param condition further condition on `m` and the recipient `u`
 */
export function enqueueMails(mails: RawBuilder<unknown>, condition: RawBuilder<boolean>): RawBuilder<unknown> {
  const names = sql`id, kind, recipient_id, ticket_id, actor_id, reason, changes, created_at, send_at, traceparents`;
  const latest = sql`notification.created_at + ${sql.lit(MAX_WAIT_IN_DELAYS)} * (excluded.send_at - excluded.created_at)`;
  return sql`
    insert into notification (${names})
    select ${idFrom(sql`m.id`)}, m.kind, a.id, m."ticketId", m."actorId", a.reason, m.changes, m."createdAt", m."sendAt", m.traceparents
    from ${mails} cross join lateral (${AUDIENCE}) a (id, reason)
      cross join lateral (select * from "user" where id = a.id offset 0) u join role r on r.id = u.role_id
    where ${condition} and not m."amendsOnly" and u.deleted_at is null and ${wantsMail('u', sql`m.kind`)} and u.id is distinct from m."exceptId"
      and ${seesTicketOf('u', 'r', PEOPLE)} and (not m.internal or ${readsInternalComments('u', 'r')})
      and (m.kind not in ('UPDATED', 'REPLIED') or not ${ignoresTicket(sql`u.id`, sql`m."ticketId"`)})
      and (m.kind <> 'NEW_UNASSIGNED' or not exists (
        select from notification sent where sent.ticket_id = m."ticketId" and sent.kind = m.kind and sent.status = 'SENT' offset 0))
      and not (m.reassigned and u.assignment_emails and u.id is not distinct from m."assignedId")
    order by m."ticketId", u.id, m.kind
    on conflict (kind, recipient_id, ticket_id) where status = 'SCHEDULED' and ticket_id is not null and lease_expires_at is null
    do update set changes = notification.changes || excluded.changes,
      actor_id = case when notification.actor_id = excluded.actor_id then notification.actor_id end,
      reason = least(notification.reason, excluded.reason),
      traceparents = ${appended(sql`notification.traceparents`, sql`(excluded.traceparents)[1]`)},
      send_at = case when notification.kind in ('REPLIED', 'MENTIONED')
        then greatest(notification.send_at, least(excluded.send_at, ${latest})) else notification.send_at end
    returning id, ticket_id, send_at, xmax = 0 as is_new`;
}

/** Boolean expression for a mail `n`: it waits, and no worker has tried to send it. */
export const IS_WAITING = sql<boolean>`(n.status = 'SCHEDULED' and n.lease_expires_at is null)`;

/**
 * `IS_WAITING`, with a cast so that the planner cannot use the partial indexes of waiting mails: for a mail `n` joined by
 * id. Checked again, as the row may have changed since.
 */
export const IS_WAITING_UNINDEXED = sql<boolean>`(n.status::text = 'SCHEDULED' and n.lease_expires_at is null)`;

/** The waiting mails of a ticket. With `offset 0` the planner uses the index by ticket, and not that of all waiting mails. */
export function waitingMailsOf(ticketId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select n.id, n.kind, n.recipient_id from notification n where n.ticket_id = ${ticketId} and ${IS_WAITING} offset 0`;
}

/**
 * The statement that postpones mails about mentions for a new comment, as `enqueueMails` does with those about comments.
 * @param mails FROM item, under `m`
 */
export function postponeMentions(mails: RawBuilder<unknown>, condition: RawBuilder<boolean>): RawBuilder<unknown> {
  const latest = sql`n.created_at + ${sql.lit(MAX_WAIT_IN_DELAYS)} * (m."sendAt" - m."createdAt")`;
  return sql`
    update notification n set send_at = greatest(n.send_at, least(m."sendAt", ${latest}))
    from ${mails} cross join lateral (${waitingMailsOf(sql`m."ticketId"`)}) w
    where ${condition} and m.kind = 'REPLIED' and not m.internal and w.kind = 'MENTIONED' and n.id = w.id and ${IS_WAITING_UNINDEXED}
      and n.recipient_id is distinct from m."exceptId" and n.recipient_id <> all(array(
        select unnest(o."recipientIds") from mail o where o."ticketId" = m."ticketId" and o.kind = 'MENTIONED'
      ))
    returning n.id`;
}
