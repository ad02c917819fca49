import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Row } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type Links } from '../common/links.js';
import { type MailMessage } from '../mail/mailer.js';
import { assignedMail } from '../mail/templates/assigned.js';
import { type MailComment } from '../mail/templates/comments.js';
import { digestMail } from '../mail/templates/digest.js';
import { type MailLink, type MailTexts } from '../mail/templates/layout.js';
import { type FieldChange } from '../tickets/ticket-event.entity.js';
import { ticketsVisibleTo } from '../tickets/ticket-visibility.js';
import { severalMail } from '../mail/templates/several.js';
import { type ChangedField, updatedMail } from '../mail/templates/updated.js';
import { scheduleInWords } from './digest-schedule.js';
import {
  CLOSED_UNSEEN_MS,
  COMMENT_COLUMNS,
  MailFacts,
  type RecipientFacts,
  type TicketFacts,
  notifiedByMail,
} from './mail-facts.js';
import { COMMENT } from './merge-changes.js';
import { type Notification, NotificationCancelReason, NotificationKind } from './notification.entity.js';
import { type UnsubscribeTokens } from './unsubscribe-tokens.js';

/** The mail of some notifications; null when none of them has content any more. */
export interface MadeMail {
  readonly mail: MailMessage | null;
  /** The ids of the notifications that it includes. */
  readonly notified: readonly string[];
  /** Of a digest: when it read the tickets, and which of those it lists were closed shortly before. */
  readonly digest: DigestTold | null;
  /** Notifications to be cancelled, and why; null: no content is left. */
  readonly cancelled: readonly { readonly id: string; readonly reason: NotificationCancelReason | null }[];
}

export interface DigestTold {
  readonly until: Date;
  readonly changes: readonly FieldChange[];
}

type DigestOrReason =
  | { readonly mail: MailMessage; readonly digest: DigestTold }
  | { readonly cancelled: NotificationCancelReason | null };

/** The present content of a mail about a ticket. */
interface AboutTicket {
  readonly notification: NotificationRow;
  readonly facts: TicketFacts;
  readonly changes: ChangedField[];
  readonly comments: readonly MailComment[];
  readonly earlierComments: number;
}

type NotificationRow = Row<Notification>;

const ID_OF_SET_LENGTH = 16;

/** What the unsubscribe links are called. */
const STOP_MAILS: Readonly<Record<NotificationKind, string>> = {
  ASSIGNED: 'Stop mails about assignments',
  UPDATED: 'Stop mails about changes',
  DIGEST: 'Stop these summaries',
};

/** The field name by which a digest records a closed ticket that it listed; `to` is its id. */
const CLOSED = 'closed';

function cancelled(reason: NotificationCancelReason | null): { cancelled: NotificationCancelReason | null } {
  return { cancelled: reason };
}

/** Composes the mail of a notification from the present data (docs/behaviour.md, "Mails"). */
export class NotificationMail {
  readonly #db: Db;
  readonly #facts: MailFacts;
  readonly #links: Links;
  readonly #digestIntervalMs: number;
  readonly #unsubscribeTokens: UnsubscribeTokens;

  constructor(deps: { db: Db; links: Links; digestIntervalMs: number; unsubscribeTokens: UnsubscribeTokens }) {
    this.#db = deps.db;
    this.#facts = new MailFacts(deps.db);
    this.#links = deps.links;
    this.#digestIntervalMs = deps.digestIntervalMs;
    this.#unsubscribeTokens = deps.unsubscribeTokens;
  }

  /**
   * @param notifications one, or several of one kind from one author to one recipient, none of them a digest
   * @param now when the caller asks
   */
  async make(notifications: readonly NotificationRow[], now: Date): Promise<MadeMail> {
    const abouts: AboutTicket[] = [];
    const cancellations: { id: string; reason: NotificationCancelReason | null }[] = [];
    for (const notification of notifications) {
      const { id, kind } = notification;
      const found =
        kind === NotificationKind.DIGEST
          ? await this.#digest(notification, now)
          : await this.#aboutTicket(notification);
      if ('mail' in found) return { ...found, notified: [id], cancelled: [] };
      if ('cancelled' in found) cancellations.push({ id, reason: found.cancelled });
      else abouts.push(found);
    }
    const [first, ...others] = abouts;
    const notified = abouts.map(({ notification }) => notification.id);
    if (first === undefined) return { mail: null, digest: null, notified, cancelled: cancellations };
    const mail = others.length === 0 ? this.#single(first) : this.#several(first, abouts);
    return { mail, notified, digest: null, cancelled: cancellations };
  }

  async #aboutTicket(
    notification: NotificationRow,
  ): Promise<AboutTicket | { cancelled: NotificationCancelReason | null }> {
    const facts = await this.#facts.ofTicket(notification);
    if (facts.recipientGone) return cancelled(NotificationCancelReason.USER_DELETED);
    if (facts.ticketGone) return cancelled(NotificationCancelReason.TICKET_DELETED);
    if (facts.assignedToId === null) return cancelled(NotificationCancelReason.UNASSIGNED);
    if (facts.assignedToId !== notification.recipientId || facts.followedByAnother) {
      return cancelled(NotificationCancelReason.REASSIGNED);
    }
    if (!facts.wantsMail) return cancelled(NotificationCancelReason.UNSUBSCRIBED);
    if (!facts.recipientProven) return cancelled(NotificationCancelReason.EMAIL_UNCONFIRMED);
    if (!facts.maySeeTickets) return cancelled(null);
    if (notification.kind === NotificationKind.ASSIGNED) {
      return { notification, facts, changes: [], ...(await this.#facts.newestComments(notification)) };
    }
    const notified = await this.#notified(notification);
    if (notified.changes.length === 0 && notified.comments.length === 0) return cancelled(null);
    return { notification, facts, ...notified, earlierComments: 0 };
  }

  #single({ notification, facts, ...notified }: AboutTicket): MailMessage {
    const { ticketId, kind, recipientId } = notification;
    if (ticketId === null) throw new Error('A mail about a ticket without a ticket');
    const isRecipient = facts.assignedToId === recipientId;
    const about = {
      ticket: {
        ...facts,
        assignee: facts.assigneeName === null ? null : { name: facts.assigneeName, isRecipient },
        url: this.#links.ticket(facts.number),
      },
      reason: 'You get this mail because you are assigned to this ticket.',
      unsubscribe: this.#unsubscribe(notification),
    };
    const texts =
      kind === NotificationKind.ASSIGNED
        ? assignedMail({ ...about, ...notified, assignedByName: facts.actorName })
        : updatedMail({ ...about, ...notified, changedByName: facts.actorName });
    const previous = facts.previousId === null ? null : this.#messageId(facts.previousId);
    return {
      ...this.#mail(notification, facts, texts),
      thread: { root: this.#messageId(`ticket.${ticketId}`), previous },
    };
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
      unsubscribe: this.#unsubscribe(notification),
    });
    // A retry with other notifications needs another Message-ID: mail programs show each id once.
    const ids = all.map((each) => each.notification.id).toSorted();
    const set = createHash('sha256').update(ids.join()).digest('hex').slice(0, ID_OF_SET_LENGTH);
    return this.#mail(notification, facts, texts, `${notification.id}.${set}`);
  }

  async #digest(notification: NotificationRow, until: Date): Promise<DigestOrReason> {
    const facts = await this.#facts.ofDigest(notification);
    if (facts.recipientGone) return cancelled(NotificationCancelReason.USER_DELETED);
    if (!facts.wantsMail) return cancelled(NotificationCancelReason.UNSUBSCRIBED);
    if (!facts.recipientProven) return cancelled(NotificationCancelReason.EMAIL_UNCONFIRMED);
    if (!facts.maySeeTickets) return cancelled(null);
    const tickets = await this.#facts.digestTickets(notification);
    const [first] = tickets;
    if (first === undefined) return cancelled(NotificationCancelReason.UNASSIGNED);
    const justClosed = tickets.filter(
      ({ active, closedMs }) => !active && closedMs !== null && closedMs > until.getTime() - CLOSED_UNSEEN_MS,
    );
    const texts = digestMail({
      recipient: { name: facts.recipientName },
      tickets: tickets.map((ticket) => Object.assign(ticket, { url: this.#links.ticket(ticket.number) })),
      counts: { active: first.activeCount, closed: first.closedCount },
      schedule: scheduleInWords(facts, this.#digestIntervalMs),
      ticketsUrl: this.#links.tickets(),
      unsubscribe: this.#unsubscribe(notification),
    });
    const changes = justClosed.map((ticket) => ({ field: CLOSED, from: null, to: ticket.id }));
    return { mail: this.#mail(notification, facts, texts), digest: { until, changes } };
  }

  #messageId(id: string): string {
    return `${id}@${this.#links.hostname}`;
  }

  #unsubscribe({ kind, recipientId }: NotificationRow): MailLink {
    const url = this.#links.unsubscribe(this.#unsubscribeTokens.make({ kind, userId: recipientId }));
    return { label: STOP_MAILS[kind], url };
  }

  #mail(notification: NotificationRow, facts: RecipientFacts, texts: MailTexts, id = notification.id): MailMessage {
    return {
      ...texts,
      messageId: this.#messageId(id),
      to: { name: facts.recipientName, address: facts.recipientEmail },
      // RFC 8058: one-click unsubscribing by the mail program.
      headers: {
        'List-Unsubscribe': `<${this.#unsubscribe(notification).url}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    };
  }

  /**
   * The changes of an UPDATED mail with names in place of ids, and its comments that still exist. A ticket that is
   * hidden from the recipient is not named.
   */
  async #notified({ changes, ticketId, recipientId }: NotificationRow) {
    const idsOf = (field: string) =>
      changes
        .filter((change) => change.field === field)
        .flatMap(({ from, to }) => [from, to])
        .filter((id) => id !== null);
    const names = await this.#db.all(sql<{ id: string; name: string }>`
      select id, name::text from product where id = any(${idsOf('product')}::uuid[])
      union all select t.id, '#' || t.number
        from ticket t join "user" r on r.id = ${recipientId} join role on role.id = r.role_id
        where t.id = any(${idsOf('duplicateOf')}::uuid[]) and ${ticketsVisibleTo('r', 'role', 't')}`);
    const comments = await this.#db.all(sql<MailComment>`
      select ${COMMENT_COLUMNS} from comment c join "user" u on u.id = c.author_id
      where c.id = any(${idsOf(COMMENT)}::uuid[]) and ${notifiedByMail(ticketId)}
      order by c.created_at, c.id`);
    const nameOf = new Map(names.map(({ id, name }) => [id, name]));
    const named = (field: string, value: string | null) => {
      if (value === null) return null;
      return nameOf.get(value) ?? (field === 'duplicateOf' ? 'another ticket' : value);
    };
    return {
      comments,
      changes: changes
        .filter(({ field }) => field !== COMMENT)
        .map(({ field, from, to }) => ({ field, from: named(field, from), to: named(field, to) })),
    };
  }
}
