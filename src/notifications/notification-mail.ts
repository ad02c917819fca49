import { sql } from 'kysely';
import { type Row } from '../database/row.js';
import { type Rows } from '../database/rows.js';
import { type MailMessage } from '../mail/mailer.js';
import { assignedMail } from '../mail/templates/assigned.js';
import { digestMail, type DigestTicket } from '../mail/templates/digest.js';
import { type MailTexts } from '../mail/templates/layout.js';
import { updatedMail } from '../mail/templates/updated.js';
import { scheduleInWords } from './digest-schedule.js';
import { COMMENT } from './merge-changes.js';
import { type Notification, NotificationCancelReason, NotificationKind } from './notification.entity.js';
import { type UnsubscribeTokens } from './unsubscribe-tokens.js';

/** A mail, or why none is to be sent any more; null as a reason: there is nothing left to tell. */
export type MailOrReason = { readonly mail: MailMessage } | { readonly cancelled: NotificationCancelReason | null };

type NotificationRow = Row<Notification>;

/** What a mail program still shows; more are counted, and behind the link. */
const MOST_TICKETS_IN_DIGEST = 1000;

const WANTED = {
  [NotificationKind.ASSIGNED]: sql`r.assignment_emails`,
  [NotificationKind.UPDATED]: sql`r.update_emails`,
  [NotificationKind.DIGEST]: sql`r.digest_emails`,
};

interface RecipientFacts {
  recipientName: string;
  recipientEmail: string;
  recipientGone: boolean;
  recipientProven: boolean;
  maySeeTickets: boolean;
  wantsMail: boolean;
}

interface TicketFacts extends RecipientFacts {
  actorName: string | null;
  ticketGone: boolean;
  assignedToId: string | null;
  followedByAnother: boolean;
  number: number;
  title: string;
  description: string;
  type: string;
  priority: string;
  status: string;
  productName: string | null;
  createdByName: string;
}

interface DigestFacts extends RecipientFacts {
  digestHour: number | null;
  timeZone: string;
  active: number;
  done: number;
}

const RECIPIENT = sql`concat_ws(' ', r.first_name, r.last_name) as "recipientName", r.email as "recipientEmail",
  r.deleted_at is not null as "recipientGone", r.email_confirmed as "recipientProven", r.may_view_tickets as "maySeeTickets"`;

function cancelled(reason: NotificationCancelReason | null): { cancelled: NotificationCancelReason | null } {
  return { cancelled: reason };
}

/** Makes the mail of a notification as it is true at this moment (requirements C14: checked again when it is sent). */
export class NotificationMail {
  readonly #rows: Rows;
  readonly #publicUrl: string;
  readonly #digestIntervalMs: number;
  readonly #unsubscribeTokens: UnsubscribeTokens;

  constructor(deps: { rows: Rows; publicUrl: string; digestIntervalMs: number; unsubscribeTokens: UnsubscribeTokens }) {
    this.#rows = deps.rows;
    this.#publicUrl = deps.publicUrl.replace(/\/+$/, '');
    this.#digestIntervalMs = deps.digestIntervalMs;
    this.#unsubscribeTokens = deps.unsubscribeTokens;
  }

  async make(notification: NotificationRow): Promise<MailOrReason> {
    return notification.kind === NotificationKind.DIGEST ? this.#digest(notification) : this.#aboutTicket(notification);
  }

  async #aboutTicket(notification: NotificationRow): Promise<MailOrReason> {
    const facts = await this.#ticketFacts(notification);
    if (facts.recipientGone) return cancelled(NotificationCancelReason.USER_DELETED);
    if (facts.ticketGone) return cancelled(NotificationCancelReason.TICKET_DELETED);
    if (facts.assignedToId === null) return cancelled(NotificationCancelReason.UNASSIGNED);
    if (facts.assignedToId !== notification.recipientId || facts.followedByAnother) {
      return cancelled(NotificationCancelReason.REASSIGNED);
    }
    if (!facts.wantsMail) return cancelled(NotificationCancelReason.UNSUBSCRIBED);
    if (!facts.recipientProven) return cancelled(NotificationCancelReason.EMAIL_UNCONFIRMED);
    if (!facts.maySeeTickets) return cancelled(null);

    const about = {
      ticket: { ...facts, url: this.#ticketUrl(facts.number) },
      recipient: { name: facts.recipientName },
      unsubscribeUrl: this.#unsubscribeUrl(notification),
    };
    if (notification.kind === NotificationKind.ASSIGNED) {
      return this.#mail(notification, facts, assignedMail({ ...about, assignedByName: facts.actorName }));
    }
    const told = await this.#told(notification);
    if (told.changes.length === 0 && told.comments.length === 0) return cancelled(null);
    return this.#mail(notification, facts, updatedMail({ ...about, ...told, changedByName: facts.actorName }));
  }

  async #digest(notification: NotificationRow): Promise<MailOrReason> {
    const facts = await this.#digestFacts(notification);
    if (facts.recipientGone) return cancelled(NotificationCancelReason.USER_DELETED);
    if (!facts.wantsMail) return cancelled(NotificationCancelReason.UNSUBSCRIBED);
    if (!facts.recipientProven) return cancelled(NotificationCancelReason.EMAIL_UNCONFIRMED);
    if (!facts.maySeeTickets) return cancelled(null);
    const tickets = await this.#digestTickets(notification.recipientId);
    if (tickets.length === 0) return cancelled(NotificationCancelReason.UNASSIGNED);
    const texts = digestMail({
      recipient: { name: facts.recipientName },
      tickets: tickets.map((ticket) => Object.assign(ticket, { url: this.#ticketUrl(ticket.number) })),
      counts: facts,
      schedule: scheduleInWords(facts, this.#digestIntervalMs),
      ticketsUrl: `${this.#publicUrl}/tickets`,
      unsubscribeUrl: this.#unsubscribeUrl(notification),
    });
    return this.#mail(notification, facts, texts);
  }

  #ticketUrl(number: number): string {
    return `${this.#publicUrl}/tickets/${number}`;
  }

  #unsubscribeUrl({ kind, recipientId }: NotificationRow): string {
    return `${this.#publicUrl}/unsubscribe/${this.#unsubscribeTokens.make({ kind, userId: recipientId })}`;
  }

  #mail(notification: NotificationRow, facts: RecipientFacts, texts: MailTexts): MailOrReason {
    return {
      mail: {
        ...texts,
        messageId: `${notification.id}@${new URL(this.#publicUrl).hostname}`,
        to: { name: facts.recipientName, address: facts.recipientEmail },
        // RFC 8058: the mail program unsubscribes by itself, with one POST.
        headers: {
          'List-Unsubscribe': `<${this.#unsubscribeUrl(notification)}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      },
    };
  }

  async #ticketFacts({ id, kind }: NotificationRow): Promise<TicketFacts> {
    // A later ASSIGNED for the same person tells of the later assignment: this one, left over, would be a second mail.
    return this.#the(sql<TicketFacts>`
      select ${RECIPIENT}, ${WANTED[kind]} as "wantsMail",
        nullif(concat_ws(' ', a.first_name, a.last_name), '') as "actorName",
        t.deleted_at is not null as "ticketGone", t.assigned_to_id as "assignedToId",
        n.kind = 'ASSIGNED' and exists (
          select from notification m where m.ticket_id = n.ticket_id and m.recipient_id = n.recipient_id
            and m.kind = n.kind and m.status in ('SCHEDULED', 'SENT') and (m.created_at, m.id) > (n.created_at, n.id)
        ) as "followedByAnother",
        t.number, t.title, t.description, t.type, t.priority, t.status, p.name as "productName",
        concat_ws(' ', c.first_name, c.last_name) as "createdByName"
      from notification n join "user" r on r.id = n.recipient_id join ticket t on t.id = n.ticket_id
        join "user" c on c.id = t.created_by_id left join product p on p.id = t.product_id
        left join "user" a on a.id = n.actor_id
      where n.id = ${id}`);
  }

  /** An UPDATED mail's changes with names for ids, and those of its comments that still stand. */
  async #told({ changes, ticketId }: NotificationRow) {
    const idsOf = (field: string) =>
      changes
        .filter((change) => change.field === field)
        .flatMap(({ from, to }) => [from, to])
        .filter((id) => id !== null);
    const names = await this.#rows.all(sql<{ id: string; name: string }>`
      select id, name::text from product where id = any(${idsOf('product')}::uuid[])
      union all select id, '#' || number from ticket where id = any(${idsOf('duplicateOf')}::uuid[])`);
    const comments = await this.#rows.all(sql<{ authorName: string; content: string }>`
      select concat_ws(' ', u.first_name, u.last_name) as "authorName", c.content
      from comment c join "user" u on u.id = c.author_id
      where c.id = any(${idsOf(COMMENT)}::uuid[]) and c.ticket_id = ${ticketId}
        and c.deleted_at is null and not c.internal
      order by c.created_at, c.id`);
    const nameOf = new Map(names.map(({ id, name }) => [id, name]));
    const named = (value: string | null) => (value === null ? null : (nameOf.get(value) ?? value));
    return {
      comments,
      changes: changes
        .filter(({ field }) => field !== COMMENT)
        .map(({ field, from, to }) => ({ field, from: named(from), to: named(to) })),
    };
  }

  async #digestFacts({ id, kind }: NotificationRow): Promise<DigestFacts> {
    return this.#the(sql<DigestFacts>`
      select ${RECIPIENT}, ${WANTED[kind]} as "wantsMail", r.digest_hour as "digestHour", r.time_zone as "timeZone",
        (count(t.id) filter (where t.status not in ('DONE', 'CLOSED')))::int as active,
        (count(t.id) filter (where t.status in ('DONE', 'CLOSED')))::int as done
      from notification n join "user" r on r.id = n.recipient_id
        left join ticket t on t.assigned_to_id = r.id and t.deleted_at is null
      where n.id = ${id} group by r.id`);
  }

  /** Active first, among them the most urgent first, then the oldest. */
  async #digestTickets(userId: string): Promise<Omit<DigestTicket, 'url'>[]> {
    return this.#rows.all(sql<Omit<DigestTicket, 'url'>>`
      select t.number, t.title, t.status, t.priority, t.status not in ('DONE', 'CLOSED') as active,
        concat_ws(' ', c.first_name, c.last_name) as "createdByName"
      from ticket t join "user" c on c.id = t.created_by_id
      where t.assigned_to_id = ${userId} and t.deleted_at is null
      order by active desc, case when t.status not in ('DONE', 'CLOSED') then t.priority end desc, t.number
      limit ${MOST_TICKETS_IN_DIGEST}`);
  }

  async #the<Facts>(query: ReturnType<typeof sql<Facts>>): Promise<Facts> {
    const facts = await this.#rows.first(query);
    if (facts === null) throw new Error('The notification is gone');
    return facts;
  }
}
