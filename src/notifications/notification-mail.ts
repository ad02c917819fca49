import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { type Row } from '../database/row.js';
import { type Rows } from '../database/rows.js';
import { type Links } from '../links.js';
import { type MailMessage } from '../mail/mailer.js';
import { assignedMail } from '../mail/templates/assigned.js';
import { type MailComment, MOST_COMMENTS } from '../mail/templates/comments.js';
import { digestMail, type DigestTicket } from '../mail/templates/digest.js';
import { type MailTexts } from '../mail/templates/layout.js';
import { severalMail } from '../mail/templates/several.js';
import { type ChangedField, updatedMail } from '../mail/templates/updated.js';
import { scheduleInWords } from './digest-schedule.js';
import { COMMENT } from './merge-changes.js';
import { type Notification, NotificationCancelReason, NotificationKind } from './notification.entity.js';
import { type UnsubscribeTokens } from './unsubscribe-tokens.js';

/** A mail of some notifications, or null when there is nothing left to tell of any. */
export interface MadeMail {
  readonly mail: MailMessage | null;
  /** The ids of those that it tells of. */
  readonly told: readonly string[];
  /** Those that are not to be told any more, and why; null: there is nothing left to tell. */
  readonly cancelled: readonly { readonly id: string; readonly reason: NotificationCancelReason | null }[];
}

type MailOrReason = { readonly mail: MailMessage } | { readonly cancelled: NotificationCancelReason | null };

/** What there is to tell about a ticket, as it is at this moment. */
interface AboutTicket {
  readonly notification: NotificationRow;
  readonly facts: TicketFacts;
  readonly changes: ChangedField[];
  readonly comments: readonly MailComment[];
  readonly earlierComments: number;
}

type NotificationRow = Row<Notification>;

/** What a mail program still shows; more are counted, and behind the link. */
const MOST_TICKETS_IN_DIGEST = 1000;

const ID_OF_SET_LENGTH = 16;

const WANTED = {
  [NotificationKind.ASSIGNED]: sql`r.assignment_emails`,
  [NotificationKind.UPDATED]: sql`r.update_emails`,
  [NotificationKind.DIGEST]: sql`r.digest_emails`,
};

interface RecipientFacts {
  recipientName: string;
  recipientEmail: string;
  recipientGone: boolean;
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
  closed: number;
}

const RECIPIENT = sql`concat_ws(' ', r.first_name, r.last_name) as "recipientName", r.email as "recipientEmail",
  r.deleted_at is not null as "recipientGone", r.may_view_tickets as "maySeeTickets"`;

const COMMENT_COLUMNS = sql`concat_ws(' ', u.first_name, u.last_name) as "authorName", c.content`;

/**
 * The tickets `t` that a digest `n` tells of: active ones, and those closed since the last one went. The first digest, and
 * the first after its recipient wanted none for a while, tell of those closed since they were planned. The lateral query
 * is evaluated once, and not for each ticket.
 */
const DIGEST_TICKETS = sql`cross join lateral (
    select coalesce((
      select d.sent_at from notification d
      where d.recipient_id = n.recipient_id and d.kind = 'DIGEST'
        and (d.status = 'SENT' or d.cancel_reason = 'UNSUBSCRIBED')
      order by coalesce(d.sent_at, d.cancelled_at) desc limit 1
    ), n.created_at) as since offset 0
  ) last
  left join ticket t on t.assigned_to_id = n.recipient_id and t.deleted_at is null
    and (t.status not in ('DONE', 'CLOSED') or t.closed_at > last.since)`;

/** Internal comments are in no mail: the right to read them may be gone when it is opened. */
function toldByMail(ticketId: string | null): RawBuilder<boolean> {
  return sql`c.ticket_id = ${ticketId} and c.deleted_at is null and not c.internal`;
}

function cancelled(reason: NotificationCancelReason | null): { cancelled: NotificationCancelReason | null } {
  return { cancelled: reason };
}

/** Makes the mail of a notification as it is true at this moment (requirements C14: checked again when it is sent). */
export class NotificationMail {
  readonly #rows: Rows;
  readonly #links: Links;
  readonly #digestIntervalMs: number;
  readonly #unsubscribeTokens: UnsubscribeTokens;

  constructor(deps: { rows: Rows; links: Links; digestIntervalMs: number; unsubscribeTokens: UnsubscribeTokens }) {
    this.#rows = deps.rows;
    this.#links = deps.links;
    this.#digestIntervalMs = deps.digestIntervalMs;
    this.#unsubscribeTokens = deps.unsubscribeTokens;
  }

  /** @param notifications one, or several of one kind from one author to one recipient, none of them a digest */
  async make(notifications: readonly NotificationRow[]): Promise<MadeMail> {
    const abouts: AboutTicket[] = [];
    const cancellations: { id: string; reason: NotificationCancelReason | null }[] = [];
    for (const notification of notifications) {
      const { id, kind } = notification;
      const found =
        kind === NotificationKind.DIGEST ? await this.#digest(notification) : await this.#aboutTicket(notification);
      if ('mail' in found) return { mail: found.mail, told: [id], cancelled: [] };
      if ('cancelled' in found) cancellations.push({ id, reason: found.cancelled });
      else abouts.push(found);
    }
    const [first, ...others] = abouts;
    const told = abouts.map(({ notification }) => notification.id);
    if (first === undefined) return { mail: null, told, cancelled: cancellations };
    const mail = others.length === 0 ? this.#single(first) : this.#several(first, abouts);
    return { mail, told, cancelled: cancellations };
  }

  async #aboutTicket(
    notification: NotificationRow,
  ): Promise<AboutTicket | { cancelled: NotificationCancelReason | null }> {
    const facts = await this.#ticketFacts(notification);
    if (facts.recipientGone) return cancelled(NotificationCancelReason.USER_DELETED);
    if (facts.ticketGone) return cancelled(NotificationCancelReason.TICKET_DELETED);
    if (facts.assignedToId === null) return cancelled(NotificationCancelReason.UNASSIGNED);
    if (facts.assignedToId !== notification.recipientId || facts.followedByAnother) {
      return cancelled(NotificationCancelReason.REASSIGNED);
    }
    if (!facts.wantsMail) return cancelled(NotificationCancelReason.UNSUBSCRIBED);
    if (!facts.maySeeTickets) return cancelled(null);
    if (notification.kind === NotificationKind.ASSIGNED) {
      return { notification, facts, changes: [], ...(await this.#newestComments(notification)) };
    }
    const told = await this.#told(notification);
    if (told.changes.length === 0 && told.comments.length === 0) return cancelled(null);
    return { notification, facts, ...told, earlierComments: 0 };
  }

  #single({ notification, facts, ...told }: AboutTicket): MailMessage {
    const about = {
      ticket: { ...facts, url: this.#links.ticket(facts.number) },
      recipient: { name: facts.recipientName },
      unsubscribeUrl: this.#unsubscribeUrl(notification),
    };
    const texts =
      notification.kind === NotificationKind.ASSIGNED
        ? assignedMail({ ...about, ...told, assignedByName: facts.actorName })
        : updatedMail({ ...about, ...told, changedByName: facts.actorName });
    return this.#mail(notification, facts, texts);
  }

  #several({ notification, facts }: AboutTicket, all: readonly AboutTicket[]): MailMessage {
    const texts = severalMail({
      kind: notification.kind === NotificationKind.ASSIGNED ? 'assigned' : 'updated',
      recipient: { name: facts.recipientName },
      authorName: facts.actorName,
      tickets: all.map((each) => ({
        ...each.facts,
        url: this.#links.ticket(each.facts.number),
        changes: each.changes,
        comments: each.comments.length + each.earlierComments,
      })),
      ticketsUrl: this.#links.tickets(),
      unsubscribeUrl: this.#unsubscribeUrl(notification),
    });
    // Tried again with others it is another mail: a mail program shows one with the same id once.
    const ids = all.map((each) => each.notification.id).toSorted();
    const set = createHash('sha256').update(ids.join()).digest('hex').slice(0, ID_OF_SET_LENGTH);
    return this.#mail(notification, facts, texts, `${notification.id}.${set}`);
  }

  async #digest(notification: NotificationRow): Promise<MailOrReason> {
    const facts = await this.#digestFacts(notification);
    if (facts.recipientGone) return cancelled(NotificationCancelReason.USER_DELETED);
    if (!facts.wantsMail) return cancelled(NotificationCancelReason.UNSUBSCRIBED);
    if (!facts.maySeeTickets) return cancelled(null);
    const tickets = await this.#digestTickets(notification);
    if (tickets.length === 0) return cancelled(NotificationCancelReason.UNASSIGNED);
    const texts = digestMail({
      recipient: { name: facts.recipientName },
      tickets: tickets.map((ticket) => Object.assign(ticket, { url: this.#links.ticket(ticket.number) })),
      counts: facts,
      schedule: scheduleInWords(facts, this.#digestIntervalMs),
      ticketsUrl: this.#links.tickets(),
      unsubscribeUrl: this.#unsubscribeUrl(notification),
    });
    return { mail: this.#mail(notification, facts, texts) };
  }

  #unsubscribeUrl({ kind, recipientId }: NotificationRow): string {
    return this.#links.unsubscribe(this.#unsubscribeTokens.make({ kind, userId: recipientId }));
  }

  #mail(notification: NotificationRow, facts: RecipientFacts, texts: MailTexts, id = notification.id): MailMessage {
    return {
      ...texts,
      messageId: `${id}@${this.#links.hostname}`,
      to: { name: facts.recipientName, address: facts.recipientEmail },
      // RFC 8058: the mail program unsubscribes by itself, with one POST.
      headers: {
        'List-Unsubscribe': `<${this.#unsubscribeUrl(notification)}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
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

  /** An ASSIGNED mail's comments: all that can be told are in it or counted, as none has a mail of its own before it. */
  async #newestComments({ ticketId }: NotificationRow) {
    const newest = await this.#rows.all(sql<MailComment & { total: number }>`
      select ${COMMENT_COLUMNS}, (count(*) over ())::int as total from comment c join "user" u on u.id = c.author_id
      where ${toldByMail(ticketId)} order by c.created_at desc, c.id desc limit ${MOST_COMMENTS}`);
    return { comments: newest.toReversed(), earlierComments: (newest[0]?.total ?? 0) - newest.length };
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
    const comments = await this.#rows.all(sql<MailComment>`
      select ${COMMENT_COLUMNS} from comment c join "user" u on u.id = c.author_id
      where c.id = any(${idsOf(COMMENT)}::uuid[]) and ${toldByMail(ticketId)}
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
        (count(t.id) filter (where t.status in ('DONE', 'CLOSED')))::int as closed
      from notification n join "user" r on r.id = n.recipient_id
        ${DIGEST_TICKETS}
      where n.id = ${id} group by r.id`);
  }

  /** Active first, among them the most urgent first, then the oldest. */
  async #digestTickets({ id }: NotificationRow): Promise<Omit<DigestTicket, 'url'>[]> {
    return this.#rows.all(sql<Omit<DigestTicket, 'url'>>`
      select t.number, t.title, t.status, t.priority, t.status not in ('DONE', 'CLOSED') as active,
        concat_ws(' ', c.first_name, c.last_name) as "createdByName"
      from notification n ${DIGEST_TICKETS} join "user" c on c.id = t.created_by_id
      where n.id = ${id}
      order by active desc, case when t.status not in ('DONE', 'CLOSED') then t.priority end desc, t.number
      limit ${MOST_TICKETS_IN_DIGEST}`);
  }

  async #the<Facts>(query: ReturnType<typeof sql<Facts>>): Promise<Facts> {
    const facts = await this.#rows.first(query);
    if (facts === null) throw new Error('The notification is gone');
    return facts;
  }
}
