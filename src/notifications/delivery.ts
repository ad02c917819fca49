import { sql } from 'kysely';
import { type Logger } from 'pino';
import { type Clock } from '../clock.js';
import { type Row, type Rows } from '../database/rows.js';
import { type Mailer, type MailMessage, MailRefusedError } from '../mail/mailer.js';
import { assignedMail } from '../mail/templates/assigned.js';
import { Notification, NotificationCancelReason, NotificationKind } from './notification.entity.js';

/** Longer than SMTP may take to answer, so that no second worker takes up a mail that is on its way. */
const CLAIM_MS = 60_000;
/** Waits between attempts grow: 1, 2, 4, … minutes, an hour at most; given up a day after it was due. */
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 86_400_000;
/** A sweep's batch: it comes again soon. */
const SWEEP_LIMIT = 500;
/** Mails on their way at once, as many as the SMTP pool has connections for. */
const AT_ONCE = 5;

interface AssignedFacts {
  recipientId: string;
  recipientName: string;
  recipientEmail: string;
  recipientGone: boolean;
  wantsMail: boolean;
  actorName: string | null;
  ticketGone: boolean;
  assignedToId: string | null;
  number: number;
  title: string;
  description: string;
  type: string;
  priority: string;
  status: string;
  productName: string | null;
  createdByName: string;
}

type NotificationRow = Row<Notification>;

/** Sends what is due: claims the row, looks at everything again, sends, marks (architecture, "Notifications"). */
export class Delivery {
  readonly #rows: Rows;
  readonly #clock: Clock;
  readonly #mailer: Mailer;
  readonly #publicUrl: string;
  readonly #logger: Logger;

  constructor(deps: { rows: Rows; clock: Clock; mailer: Mailer; publicUrl: string; logger: Logger }) {
    this.#rows = deps.rows;
    this.#clock = deps.clock;
    this.#mailer = deps.mailer;
    this.#publicUrl = deps.publicUrl;
    this.#logger = deps.logger;
  }

  /** Sends the notification if it is due and in nobody's hand; otherwise does nothing. */
  async deliver(id: string): Promise<void> {
    const claimed = await this.#claim(id);
    if (claimed === null) return;
    try {
      const message = await this.#message(claimed);
      if (message === null) return;
      await this.#mailer.send(message);
      await this.#finish(id, sql`status = 'SENT', sent_at = ${this.#now()}::timestamptz, last_error = null`);
    } catch (error) {
      if (!(error instanceof MailRefusedError)) throw error;
      await this.#refused(claimed, error);
    }
  }

  /** Delivers whatever is due, at most some hundreds; gives how many it looked at. A lost job loses nothing. */
  async sweep(): Promise<number> {
    const due = await this.#rows.all(sql<{ id: string }>`
      select id from notification
      where status = 'SCHEDULED' and send_at <= ${this.#now()}::timestamptz
        and (claimed_until is null or claimed_until <= ${this.#now()}::timestamptz)
      order by send_at limit ${SWEEP_LIMIT}`);
    const waiting = due.values();
    const takeTurns = async () => {
      for (const { id } of waiting) {
        try {
          await this.deliver(id);
        } catch (error) {
          this.#logger.error({ err: error, notificationId: id }, 'A notification could not be looked at');
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));
    return due.length;
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }

  #in(milliseconds: number): string {
    return new Date(this.#clock.now().getTime() + milliseconds).toISOString();
  }

  async #claim(id: string): Promise<NotificationRow | null> {
    return this.#rows.first(sql<NotificationRow>`
      update notification n set claimed_until = ${this.#in(CLAIM_MS)}::timestamptz, attempts = attempts + 1
      where id = ${id} and status = 'SCHEDULED' and send_at <= ${this.#now()}::timestamptz
        and (claimed_until is null or claimed_until <= ${this.#now()}::timestamptz)
      returning ${this.#rows.columns(Notification, 'n')}`);
  }

  /** Ends a claim. Only a row still SCHEDULED changes. */
  async #finish(id: string, set: ReturnType<typeof sql>): Promise<void> {
    await this.#rows.all(
      sql`update notification set ${set}, claimed_until = ${this.#now()}::timestamptz where id = ${id} and status = 'SCHEDULED'`,
    );
  }

  async #cancel(id: string, reason: NotificationCancelReason): Promise<null> {
    await this.#finish(
      id,
      sql`status = 'CANCELLED', cancelled_at = ${this.#now()}::timestamptz, cancel_reason = ${reason}`,
    );
    return null;
  }

  async #refused({ id, attempts, createdAt }: NotificationRow, error: MailRefusedError): Promise<void> {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS);
    const age = this.#clock.now().getTime() - Date.parse(createdAt);
    const final = error.permanent || age + wait > GIVE_UP_AFTER_MS;
    this.#logger.warn({ notificationId: id, attempts, final, reason: error.message }, 'A mail was refused');
    await this.#finish(
      id,
      final
        ? sql`status = 'FAILED', last_error = ${error.message}`
        : sql`send_at = ${this.#in(wait)}::timestamptz, last_error = ${error.message}`,
    );
  }

  /** The mail as it is true now; null, and the notification cancelled, when it no longer makes sense. */
  async #message(notification: NotificationRow): Promise<MailMessage | null> {
    if (notification.kind !== NotificationKind.ASSIGNED) {
      throw new Error(`There is no mail for a notification of kind ${notification.kind}`);
    }
    const facts = await this.#assignedFacts(notification.id);
    if (facts === null) throw new Error('The notification is gone');
    if (facts.recipientGone) return this.#cancel(notification.id, NotificationCancelReason.USER_DELETED);
    if (facts.ticketGone) return this.#cancel(notification.id, NotificationCancelReason.TICKET_DELETED);
    if (facts.assignedToId === null) return this.#cancel(notification.id, NotificationCancelReason.UNASSIGNED);
    if (facts.assignedToId !== facts.recipientId) {
      return this.#cancel(notification.id, NotificationCancelReason.REASSIGNED);
    }
    if (!facts.wantsMail) return this.#cancel(notification.id, NotificationCancelReason.UNSUBSCRIBED);

    const { subject, text, html } = assignedMail({
      ticket: { ...facts, url: `${this.#publicUrl}/tickets/${facts.number}` },
      recipient: { name: facts.recipientName },
      assignedByName: facts.actorName,
    });
    return {
      messageId: `${notification.id}@${new URL(this.#publicUrl).hostname}`,
      to: { name: facts.recipientName, address: facts.recipientEmail },
      subject,
      text,
      html,
    };
  }

  async #assignedFacts(id: string): Promise<AssignedFacts | null> {
    return this.#rows.first(sql<AssignedFacts>`
      select r.id as "recipientId", concat_ws(' ', r.first_name, r.last_name) as "recipientName",
        r.email as "recipientEmail", r.deleted_at is not null as "recipientGone",
        r.assignment_emails as "wantsMail", nullif(concat_ws(' ', a.first_name, a.last_name), '') as "actorName",
        t.deleted_at is not null as "ticketGone", t.assigned_to_id as "assignedToId", t.number, t.title, t.description,
        t.type, t.priority, t.status, p.name as "productName",
        concat_ws(' ', c.first_name, c.last_name) as "createdByName"
      from notification n join "user" r on r.id = n.recipient_id join ticket t on t.id = n.ticket_id
        join "user" c on c.id = t.created_by_id left join product p on p.id = t.product_id
        left join "user" a on a.id = n.actor_id
      where n.id = ${id}`);
  }
}
