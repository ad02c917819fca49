import { type RawBuilder, sql } from 'kysely';
import { type Row } from '../database/row.js';
import { epochMs, type Db } from '../database/db.js';
import { type MailComment, MAX_COMMENTS } from '../mail/templates/comments.js';
import { type DigestTicket } from '../mail/templates/digest.js';
import { concernedBy, ignoresTicket, isInQueueOf, readsInternalComments } from '../tickets/ticket-audience.js';
import { type TicketStatus } from '../tickets/ticket.entity.js';
import { ticketsVisibleTo } from '../tickets/ticket-visibility.js';
import { wantsMail } from './notification-sql.js';
import { type Notification, NotificationKind, type NotificationReason } from './notification.entity.js';

type NotificationRow = Row<Notification>;

/** Maximum number of listed tickets, as mail programs truncate long mails; the rest is counted and linked. */
const MAX_TICKETS_IN_DIGEST = 1000;

export interface RecipientData {
  recipientName: string;
  recipientEmail: string;
  recipientGone: boolean;
  recipientProven: boolean;
  wantsMail: boolean;
}

export interface TicketMailData extends RecipientData {
  actorName: string | null;
  ticketGone: boolean;
  assignedToId: string | null;
  assigneeName: string | null;
  followedByAnother: boolean;
  seesTicket: boolean;
  ignoresTicket: boolean;
  readsInternalComments: boolean;
  /** For NEW_UNASSIGNED, whether the recipient is still in the queue (`queueOf`); true for mails of other kinds. */
  isInQueue: boolean;
  /** Why the ticket concerns the recipient now, in the order of the enum. */
  reasons: NotificationReason[];
  number: number;
  title: string;
  description: string;
  type: string;
  priority: string;
  status: TicketStatus;
  productName: string | null;
  createdByName: string;
  /** The id of the last mail to the recipient about this ticket alone. */
  previousId: string | null;
}

/** A comment in a mail. */
export interface MailedComment extends MailComment {
  id: string;
  createdMs: number;
}

interface DigestData extends RecipientData {
  maySeeTickets: boolean;
  digestHour: number | null;
  timeZone: string;
}

/** A ticket of a digest, and the total number, listed or not. */
interface DigestRow extends Omit<DigestTicket, 'url'> {
  readonly id: string;
  readonly closedMs: number | null;
  readonly activeCount: number;
  readonly closedCount: number;
}

/**
 * Overlap of two digests' ranges: `closed_at` may lie before a digest that did not see the ticket, as clocks of
 * machines differ and a change becomes visible at its commit. A digest's row records the tickets that it listed from
 * this overlap, so that the next one does not repeat them.
 */
export const CLOSED_UNSEEN_MS = 60_000;

const RECIPIENT = sql`concat_ws(' ', r.first_name, r.last_name) as "recipientName", r.email as "recipientEmail",
  r.deleted_at is not null as "recipientGone", r.email_confirmed as "recipientProven"`;

/** Internal comments are mentioned without their text: the right to read them may be gone when the mail is opened. */
const COMMENT_COLUMNS = sql`c.id, ${epochMs(sql`c.created_at`)} as "createdMs", concat_ws(' ', u.first_name, u.last_name) as "authorName", c.internal,
  case when c.internal then '' else c.content end as content`;

const PEOPLE = { createdById: sql`t.created_by_id`, assignedToId: sql`t.assigned_to_id` };

/**
 * The tickets `t` of a digest `n`: active ones, and those closed since the previous digest. The first digest, and the
 * first after digests were turned off, list those closed since the digest was planned. The lateral query is evaluated
 * once, and not for each ticket.
 */
const DIGEST_TICKETS = sql`left join lateral (
    select coalesce(d.covered_until - ${CLOSED_UNSEEN_MS}::float8 * interval '1 millisecond', d.sent_at) as since, d.changes
    from notification d
    where d.recipient_id = n.recipient_id and d.kind = 'DIGEST'
      and (d.status = 'SENT' or d.cancel_reason = 'UNSUBSCRIBED')
    order by coalesce(d.sent_at, d.cancelled_at) desc limit 1
  ) last on true
  join ticket t on t.assigned_to_id = n.recipient_id and t.deleted_at is null
    and (t.status not in ('DONE', 'CLOSED') or (
      t.closed_at > coalesce(last.since, n.created_at)
      and not coalesce(last.changes @> jsonb_build_array(jsonb_build_object('to', t.id)), false)
    ))`;

/** The comments `c` that mails about a whole ticket list: neither internal nor silent ones. */
function notifiedByMail(ticketId: string | null): RawBuilder<boolean> {
  return sql`c.ticket_id = ${ticketId} and c.deleted_at is null and not c.internal
    and not exists (select from ticket_event e where e.comment_id = c.id and not e.notified)`;
}

/** Reads the present content of mails, one statement each. */
export class MailDataReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async ofTicket({ id, kind }: NotificationRow): Promise<TicketMailData> {
    // A later ASSIGNED mail for the same person supersedes this one, which would be a second mail.
    return this.#the(sql<TicketMailData>`
      select ${RECIPIENT}, ${wantsMail('r', sql.lit(kind))} as "wantsMail",
        nullif(concat_ws(' ', a.first_name, a.last_name), '') as "actorName",
        t.deleted_at is not null as "ticketGone", t.assigned_to_id as "assignedToId",
        n.kind = 'ASSIGNED' and exists (
          select from notification m where m.ticket_id = n.ticket_id and m.recipient_id = n.recipient_id
            and m.kind = n.kind and m.status in ('SCHEDULED', 'SENT') and (m.created_at, m.id) > (n.created_at, n.id)
        ) as "followedByAnother",
        coalesce(${ticketsVisibleTo('r', 'role', 't')}, false) as "seesTicket",
        ${ignoresTicket(sql`r.id`, sql`t.id`)} as "ignoresTicket",
        ${readsInternalComments('r', 'role')} as "readsInternalComments",
        ${kind === NotificationKind.NEW_UNASSIGNED ? isInQueueOf(sql`r.id`, sql`t.product_id`, PEOPLE, sql`n.actor_id`) : sql`true`} as "isInQueue",
        array(
          select distinct o.reason from (${concernedBy(sql`t.id`, PEOPLE)}) o where o.user_id = r.id order by o.reason
        )::text[] as reasons,
        t.number, t.title, t.description, t.type, t.priority, t.status, p.name as "productName",
        concat_ws(' ', c.first_name, c.last_name) as "createdByName",
        nullif(concat_ws(' ', h.first_name, h.last_name), '') as "assigneeName",
        (select m.id from notification m
          where m.ticket_id = n.ticket_id and m.recipient_id = n.recipient_id and m.id <> n.id
            and m.status = 'SENT' and m.mailed_with is null
          order by m.sent_at desc, m.id desc limit 1) as "previousId"
      from notification n join "user" r on r.id = n.recipient_id join role on role.id = r.role_id
        join ticket t on t.id = n.ticket_id join "user" c on c.id = t.created_by_id left join product p on p.id = t.product_id
        left join "user" a on a.id = n.actor_id left join "user" h on h.id = t.assigned_to_id
      where n.id = ${id}`);
  }

  /** The comments of an ASSIGNED mail: all public ones, the newest listed and the rest counted. */
  async newestComments({ ticketId }: NotificationRow) {
    const newest = await this.#db.all(sql<MailedComment & { total: number }>`
      select ${COMMENT_COLUMNS}, (count(*) over ())::int as total from comment c join "user" u on u.id = c.author_id
      where ${notifiedByMail(ticketId)} order by c.created_at desc, c.id desc limit ${MAX_COMMENTS}`);
    return { comments: newest.toReversed(), earlierComments: (newest[0]?.total ?? 0) - newest.length };
  }

  /**
   * Those of some comments that still exist and that the recipient may read, oldest first.
   * @param onlyMentioning whether they must still name the recipient
   */
  async comments(
    { ticketId, recipientId }: NotificationRow,
    ids: readonly string[],
    { internalToo, onlyMentioning }: { readonly internalToo: boolean; readonly onlyMentioning: boolean },
  ): Promise<MailedComment[]> {
    if (ids.length === 0) return [];
    const mentions = sql`exists (select from ticket_mention e where e.comment_id = c.id and e.user_id = ${recipientId})`;
    return this.#db.all(sql<MailedComment>`
      select ${COMMENT_COLUMNS} from comment c join "user" u on u.id = c.author_id
      where c.id = any(${[...ids]}::uuid[]) and c.ticket_id = ${ticketId} and c.deleted_at is null
        and (${internalToo} or not c.internal) and (${!onlyMentioning} or ${mentions})
      order by c.created_at, c.id`);
  }

  /** Whether title or description of a ticket name the recipient. */
  async isMentionedInTicket({ ticketId, recipientId }: NotificationRow): Promise<boolean> {
    const found = sql`ticket_mention e where e.ticket_id = ${ticketId} and e.user_id = ${recipientId} and e.comment_id is null`;
    return this.#db.exists(found);
  }

  async ofDigest({ id, kind }: NotificationRow): Promise<DigestData> {
    return this.#the(sql<DigestData>`
      select ${RECIPIENT}, ${wantsMail('r', sql.lit(kind))} as "wantsMail", r.may_view_tickets as "maySeeTickets", r.digest_hour as "digestHour", r.time_zone as "timeZone"
      from notification n join "user" r on r.id = n.recipient_id where n.id = ${id}`);
  }

  /** Order: active, then by priority, then oldest. One statement, so that list and counts agree. */
  async digestTickets({ id }: NotificationRow): Promise<DigestRow[]> {
    return this.#db.all(sql<DigestRow>`
      select t.id, t.number, t.title, t.status, t.priority, t.status not in ('DONE', 'CLOSED') as active,
        ${epochMs(sql`t.closed_at`)} as "closedMs", concat_ws(' ', c.first_name, c.last_name) as "createdByName",
        (count(*) filter (where t.status not in ('DONE', 'CLOSED')) over ())::int as "activeCount",
        (count(*) filter (where t.status in ('DONE', 'CLOSED')) over ())::int as "closedCount"
      from notification n ${DIGEST_TICKETS} join "user" c on c.id = t.created_by_id
      where n.id = ${id}
      order by active desc, case when t.status not in ('DONE', 'CLOSED') then t.priority end desc, t.number
      limit ${MAX_TICKETS_IN_DIGEST}`);
  }

  async #the<Data>(query: ReturnType<typeof sql<Data>>): Promise<Data> {
    const data = await this.#db.first(query);
    if (data === null) throw new Error('The notification is gone');
    return data;
  }
}
