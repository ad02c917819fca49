import { createHash } from 'node:crypto';
import { type Row } from '../database/row.js';
import { type Db } from '../database/db.js';
import { type Links } from '../common/links.js';
import { type MailMessage } from '../mail/mailer.js';
import { assignedMail } from '../mail/templates/assigned.js';
import { newUnassignedMail } from '../mail/templates/new-unassigned.js';
import { repliedMail } from '../mail/templates/replied.js';
import { digestMail } from '../mail/templates/digest.js';
import { type MailLink, type MailTexts } from '../mail/templates/layout.js';
import { type FieldChange } from '../tickets/ticket-event.entity.js';
import { type SeveralMailInput, severalMail } from '../mail/templates/several.js';
import { updatedMail } from '../mail/templates/updated.js';
import { scheduleInWords } from './digest-schedule.js';
import { type IgnoreTokens } from './ignore-tokens.js';
import { CLOSED_UNSEEN_MS, MailDataReader, type RecipientData } from './mail-data.reader.js';
import { REASON_IN_WORDS, STOP_MAILS } from './mail-reasons.js';
import {
  type Notification,
  NotificationCancelReason,
  NotificationKind,
  NotificationReason,
} from './notification.entity.js';
import { type AboutTicket, type Cancelled, type Carry, TicketNews } from './ticket-news.js';
import { type UnsubscribeTokens } from './unsubscribe-tokens.js';

/** The mail of some notifications; null when none of them has content any more. */
export interface ComposedMail {
  readonly mail: MailMessage | null;
  /** The ids of the notifications that it includes, each about another ticket. */
  readonly notified: readonly string[];
  /** The ids of those that it carries, about the same tickets. */
  readonly merged: readonly string[];
  /** Of a digest: when it read the tickets, and which of those it lists were closed shortly before. */
  readonly digest: DigestCoverage | null;
  /** Notifications to be cancelled, and why; null: no content is left. */
  readonly cancelled: readonly { readonly id: string; readonly reason: NotificationCancelReason | null }[];
}

export interface DigestCoverage {
  readonly until: Date;
  readonly changes: readonly FieldChange[];
}

type DigestOrReason = { readonly mail: MailMessage; readonly digest: DigestCoverage } | Cancelled;

type NotificationRow = Row<Notification>;

const ID_OF_SET_LENGTH = 16;

/** What several notifications of a kind are about, when they go in one mail. */
const SEVERAL: Readonly<Record<NotificationKind, SeveralMailInput['kind']>> = {
  ASSIGNED: 'assigned',
  UPDATED: 'updated',
  DIGEST: 'updated',
  REPLIED: 'replied',
  NEW_UNASSIGNED: 'unassigned',
  MENTIONED: 'mentioned',
};

/** The field name by which a digest records a closed ticket that it listed; `to` is its id. */
const CLOSED = 'closed';

function cancelled(reason: NotificationCancelReason | null): Cancelled {
  return { cancelled: reason };
}

/** Composes the mail of a notification from the present data (docs/behaviour.md, "Mails"). */
export class NotificationMail {
  readonly #data: MailDataReader;
  readonly #news: TicketNews;
  readonly #links: Links;
  readonly #digestIntervalMs: number;
  readonly #unsubscribeTokens: UnsubscribeTokens;
  readonly #ignoreTokens: IgnoreTokens;

  constructor(deps: {
    db: Db;
    links: Links;
    digestIntervalMs: number;
    unsubscribeTokens: UnsubscribeTokens;
    ignoreTokens: IgnoreTokens;
  }) {
    this.#data = new MailDataReader(deps.db);
    this.#news = new TicketNews(deps.db, this.#data);
    this.#links = deps.links;
    this.#digestIntervalMs = deps.digestIntervalMs;
    this.#unsubscribeTokens = deps.unsubscribeTokens;
    this.#ignoreTokens = deps.ignoreTokens;
  }

  /**
   * @param notifications one, or several of one kind from one author to one recipient, none of them a digest
   * @param now when the caller asks
   * @param carry leases what else waits for the same person about the same ticket
   */
  async make(notifications: readonly NotificationRow[], now: Date, carry: Carry): Promise<ComposedMail> {
    const abouts: AboutTicket[] = [];
    const cancellations: { id: string; reason: NotificationCancelReason | null }[] = [];
    const merged = new Set<string>();
    const noteCancelled = (id: string, reason: NotificationCancelReason | null) => {
      merged.delete(id);
      cancellations.push({ id, reason });
    };
    const carryNoted: Carry = async (notification) => {
      const rows = await carry(notification);
      for (const { id } of rows) merged.add(id);
      return rows;
    };
    for (const notification of notifications) {
      const { id, kind } = notification;
      const found =
        kind === NotificationKind.DIGEST
          ? await this.#digest(notification, now)
          : await this.#news.of(notification, carryNoted, noteCancelled);
      if ('mail' in found) return { ...found, notified: [id], merged: [], cancelled: [] };
      if ('cancelled' in found) noteCancelled(id, found.cancelled);
      else abouts.push(found);
    }
    const [first, ...others] = abouts;
    const notified = abouts.map(({ notification }) => notification.id);
    if (first === undefined) return { mail: null, digest: null, notified, merged: [], cancelled: cancellations };
    const mail = others.length === 0 ? this.#single(first) : this.#several(first, abouts);
    return { mail, notified, merged: [...merged], digest: null, cancelled: cancellations };
  }

  #single(about: AboutTicket): MailMessage {
    const { notification, data } = about;
    const { ticketId } = notification;
    if (ticketId === null) throw new Error('A mail about a ticket without a ticket');
    const previous = data.previousId === null ? null : this.#messageId(data.previousId);
    return {
      ...this.#mail(notification, data, this.#textsOf(about, ticketId)),
      thread: { root: this.#messageId(`ticket.${ticketId}`), previous },
    };
  }

  #textsOf({ notification, data, reason, carried, ...news }: AboutTicket, ticketId: string): MailTexts {
    const { kind, recipientId } = notification;
    const isRecipient = data.assignedToId === recipientId;
    const about = {
      ticket: {
        ...data,
        assignee: data.assigneeName === null ? null : { name: data.assigneeName, isRecipient },
        url: this.#links.ticket(data.number),
      },
      reason: REASON_IN_WORDS[reason ?? NotificationReason.ASSIGNEE],
      unsubscribe: this.#unsubscribe(notification),
      ignoreUrl: this.#links.ignoreTicket(this.#ignoreTokens.make({ userId: recipientId, ticketId })),
    };
    if (kind === NotificationKind.ASSIGNED) return assignedMail({ ...about, ...news, assignedByName: data.actorName });
    if (kind === NotificationKind.NEW_UNASSIGNED) return newUnassignedMail(about);
    if (kind === NotificationKind.UPDATED) return updatedMail({ ...about, ...news, changedByName: data.actorName });
    const actorOf = (other: NotificationKind) => carried.find((each) => each.kind === other)?.actorName;
    return repliedMail({
      ...about,
      ...news,
      isMention: kind === NotificationKind.MENTIONED,
      authorName: data.actorName,
      assignedByName: actorOf(NotificationKind.ASSIGNED),
      changedByName: actorOf(NotificationKind.UPDATED),
    });
  }

  #several({ notification, data }: AboutTicket, all: readonly AboutTicket[]): MailMessage {
    const texts = severalMail({
      kind: SEVERAL[notification.kind],
      recipient: { name: data.recipientName },
      authorName: data.actorName,
      tickets: all.map((each) => ({
        ...each.data,
        url: this.#links.ticket(each.data.number),
        changes: each.changes,
        comments: each.comments.length + each.earlierComments,
      })),
      ticketsUrl: this.#links.tickets(),
      unsubscribe: this.#unsubscribe(notification),
    });
    // A retry with other notifications needs another Message-ID: mail programs show each id once.
    const ids = all.map((each) => each.notification.id).toSorted();
    const set = createHash('sha256').update(ids.join()).digest('hex').slice(0, ID_OF_SET_LENGTH);
    return this.#mail(notification, data, texts, `${notification.id}.${set}`);
  }

  async #digest(notification: NotificationRow, until: Date): Promise<DigestOrReason> {
    const data = await this.#data.ofDigest(notification);
    if (data.recipientGone) return cancelled(NotificationCancelReason.USER_DELETED);
    if (!data.wantsMail) return cancelled(NotificationCancelReason.UNSUBSCRIBED);
    if (!data.recipientProven) return cancelled(NotificationCancelReason.EMAIL_UNCONFIRMED);
    if (!data.maySeeTickets) return cancelled(null);
    const tickets = await this.#data.digestTickets(notification);
    const [first] = tickets;
    if (first === undefined) return cancelled(NotificationCancelReason.UNASSIGNED);
    const justClosed = tickets.filter(
      ({ active, closedMs }) => !active && closedMs !== null && closedMs > until.getTime() - CLOSED_UNSEEN_MS,
    );
    const texts = digestMail({
      recipient: { name: data.recipientName },
      tickets: tickets.map((ticket) => Object.assign(ticket, { url: this.#links.ticket(ticket.number) })),
      counts: { active: first.activeCount, closed: first.closedCount },
      schedule: scheduleInWords(data, this.#digestIntervalMs),
      ticketsUrl: this.#links.tickets(),
      unsubscribe: this.#unsubscribe(notification),
    });
    const changes = justClosed.map((ticket) => ({ field: CLOSED, from: null, to: ticket.id }));
    return { mail: this.#mail(notification, data, texts), digest: { until, changes } };
  }

  #messageId(id: string): string {
    return `${id}@${this.#links.hostname}`;
  }

  #unsubscribe({ kind, recipientId }: NotificationRow): MailLink {
    const url = this.#links.unsubscribe(this.#unsubscribeTokens.make({ kind, userId: recipientId }));
    return { label: STOP_MAILS[kind], url };
  }

  #mail(notification: NotificationRow, data: RecipientData, texts: MailTexts, id = notification.id): MailMessage {
    return {
      ...texts,
      messageId: this.#messageId(id),
      to: { name: data.recipientName, address: data.recipientEmail },
      // RFC 8058: one-click unsubscribing by the mail program.
      headers: {
        'List-Unsubscribe': `<${this.#unsubscribe(notification).url}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    };
  }
}
