import { type RawBuilder, sql } from 'kysely';
import { type Clock } from '../clock.js';
import { type Row } from '../database/row.js';
import { epochMs, type Rows } from '../database/rows.js';
import { Notification, type NotificationCancelReason, NotificationStatus } from './notification.entity.js';

/**
 * A worker that sends a mail has it in hand for this long and says so again before the time is over: a mail may take
 * minutes at a slow server, and one that a dead worker had is free soon.
 */
const CLAIM_MS = 30_000;
export const RENEW_EVERY_MS = 10_000;

export type NotificationRow = Row<Notification>;

/** What came of a mail in hand. One that is still SCHEDULED is tried again after a while, or at once by whoever may. */
export type Outcome =
  | { readonly status: NotificationStatus.SENT }
  | { readonly status: NotificationStatus.CANCELLED; readonly reason: NotificationCancelReason | null }
  | { readonly status: NotificationStatus.FAILED; readonly reason: string }
  | { readonly status: NotificationStatus.SCHEDULED; readonly reason: string; readonly retryInMs?: number };

/** Which mails are due, and which worker has one in hand: one at a time, whatever the job store says. */
export class Claims {
  readonly #rows: Rows;
  readonly #clock: Clock;

  constructor(rows: Rows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** The first of the mails that are due and in nobody's hand. */
  async due(limit: number): Promise<{ id: string }[]> {
    return this.#rows.all(
      sql<{ id: string }>`select id from notification where ${this.#isDue()} order by send_at limit ${limit}`,
    );
  }

  /** The first of those that will be due within so many milliseconds, and when. */
  async upcoming(withinMs: number, limit: number): Promise<{ id: string; at: Date }[]> {
    const soon = await this.#rows.all(sql<{ id: string; atMs: number }>`
      select id, ${epochMs(sql`greatest(send_at, retry_at)`)} as "atMs" from notification
      where status = 'SCHEDULED' and send_at <= ${this.#in(withinMs)}
        and greatest(send_at, retry_at) > ${this.#now()} and greatest(send_at, retry_at) <= ${this.#in(withinMs)}
      order by send_at limit ${limit}`);
    return soon.map(({ id, atMs }) => ({ id, at: new Date(atMs) }));
  }

  /** When a mail that waits will be due; null if it is now, or waits no more. */
  async dueLater(id: string): Promise<Date | null> {
    const later = await this.#rows.first(sql<{ sendMs: number }>`
      select ${epochMs(sql`send_at`)} as "sendMs" from notification
      where id = ${id} and status = 'SCHEDULED' and send_at > ${this.#now()}`);
    return later && new Date(later.sendMs);
  }

  /** Takes a mail in hand, to be renewed every RENEW_EVERY_MS; null if it is not due, or somebody has it. */
  async take(id: string): Promise<NotificationRow | null> {
    return this.#rows.first(sql<NotificationRow>`
      update notification n set claimed_until = ${this.#in(CLAIM_MS)}, attempts = attempts + 1
      where id = ${id} and ${this.#isDue()}
      returning ${this.#rows.columns(Notification, 'n')}`);
  }

  async renew(id: string): Promise<void> {
    await this.#rows.all(
      sql`update notification set claimed_until = ${this.#in(CLAIM_MS)} where id = ${id} and status = 'SCHEDULED'`,
    );
  }

  /** Gives a mail out of hand. Only a row still SCHEDULED changes. */
  async end(id: string, outcome: Outcome): Promise<void> {
    await this.#rows.all(
      sql`update notification set ${this.#changes(outcome)}, claimed_until = ${this.#now()} where id = ${id} and status = 'SCHEDULED'`,
    );
  }

  #changes(outcome: Outcome): RawBuilder<unknown> {
    const { status } = outcome;
    if (status === NotificationStatus.SENT) return sql`status = 'SENT', sent_at = ${this.#now()}, last_error = null`;
    const { reason } = outcome;
    if (status === NotificationStatus.CANCELLED) {
      return sql`status = 'CANCELLED', cancelled_at = ${this.#now()}, cancel_reason = ${reason}`;
    }
    if (status === NotificationStatus.FAILED) return sql`status = 'FAILED', last_error = ${reason}`;
    const retryAt = outcome.retryInMs === undefined ? sql.ref('retry_at') : this.#in(outcome.retryInMs);
    return sql`retry_at = ${retryAt}, last_error = ${reason}`;
  }

  /** Boolean expression: due, and in nobody's hand. */
  #isDue(): RawBuilder<boolean> {
    const now = this.#now();
    return sql`status = 'SCHEDULED' and send_at <= ${now} and (retry_at is null or retry_at <= ${now})
      and (claimed_until is null or claimed_until <= ${now})`;
  }

  #now(): RawBuilder<unknown> {
    return this.#in(0);
  }

  #in(milliseconds: number): RawBuilder<unknown> {
    return sql`${new Date(this.#clock.now().getTime() + milliseconds).toISOString()}::timestamptz`;
  }
}
