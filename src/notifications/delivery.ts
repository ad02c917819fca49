import { type RawBuilder, sql } from 'kysely';
import { type Logger } from 'pino';
import { type Clock } from '../clock.js';
import { epochMs, type Row, type Rows } from '../database/rows.js';
import { type Mailer, MailRefusedError } from '../mail/mailer.js';
import { type Metrics } from '../observability/metrics.js';
import { currentScope, inScopeWith } from '../observability/scope.js';
import { type Span, type Tracing, within } from '../observability/tracing/tracing.js';
import { type MailOrReason, type NotificationMail } from './notification-mail.js';
import { Notification, NotificationKind } from './notification.entity.js';
import { retryWait } from './retry-wait.js';
import { Turns } from '../turns.js';

/**
 * A worker that sends a mail has it in hand for this long and says so again before the time is over: a mail may take
 * minutes at a slow server, and one that a dead worker had is free soon.
 */
const CLAIM_MS = 30_000;
const RENEW_EVERY_MS = 10_000;
/** A sweep's batch: after a full one it looks again at once. */
const SWEEP_LIMIT = 500;
/**
 * Mails on their way at once: as many as the SMTP pool has connections for. A mail is claimed and looked at when its
 * turn comes, so that none waits for a connection with a text that is no longer true.
 */
const AT_ONCE = 5;

const UNEXPECTED = 'the mail could not be made; the log says why';

/** We stop waiting for the mail server's answer; nothing is wrong with the mail. */
class GivenBackError extends Error {
  override readonly name = 'GivenBackError';

  constructor() {
    super('the worker was stopped before the mail server had taken the mail');
  }
}

type NotificationRow = Row<Notification>;

/** Sends what is due: claims the row, looks at everything again, sends, marks (architecture, "Notifications"). */
export class Delivery {
  readonly #rows: Rows;
  readonly #clock: Clock;
  readonly #mailer: Mailer;
  readonly #mails: NotificationMail;
  readonly #afterDigest: (recipientId: string) => Promise<void>;
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  readonly #tracing: Tracing | undefined;
  readonly #turns = new Turns(AT_ONCE);
  readonly #inHand = new Set<Promise<unknown>>();
  readonly #givingBack = Promise.withResolvers<never>();
  #resting = false;

  constructor(deps: {
    rows: Rows;
    clock: Clock;
    mailer: Mailer;
    mails: NotificationMail;
    /** Called when somebody's digest is out of the way, for the next one to be planned. */
    afterDigest: (recipientId: string) => Promise<void>;
    metrics: Metrics;
    logger: Logger;
    tracing: Tracing | undefined;
  }) {
    this.#rows = deps.rows;
    this.#clock = deps.clock;
    this.#mailer = deps.mailer;
    this.#mails = deps.mails;
    this.#afterDigest = deps.afterDigest;
    this.#metrics = deps.metrics;
    this.#logger = deps.logger;
    this.#tracing = deps.tracing;
    // Nobody may have a mail in hand.
    this.#givingBack.promise.catch(() => {});
  }

  /**
   * Sends the notification if it is due and in nobody's hand; otherwise does nothing. Gives when to look again at one
   * that is not yet due: a timer may fire a moment early, and a time may have been moved.
   */
  async deliver(id: string): Promise<Date | null> {
    return this.#turns.take(async () => {
      if (this.#resting) return null;
      const work = inScopeWith({ notificationId: id }, async () => this.#deliver(id));
      this.#inHand.add(work);
      try {
        return await work;
      } finally {
        this.#inHand.delete(work);
      }
    });
  }

  async #deliver(id: string): Promise<Date | null> {
    const claimed = await this.#claim(id);
    if (claimed === null) return this.#dueLater(id);
    const span = this.#span(claimed);
    await (span ? within(span, async () => this.#complete(claimed)) : this.#complete(claimed));
    return null;
  }

  async #complete(claimed: NotificationRow): Promise<void> {
    const { outcome, finished } = await this.#send(claimed);
    await this.#finish(claimed.id, outcome);
    if (claimed.kind === NotificationKind.DIGEST && finished) await this.#afterDigest(claimed.recipientId);
  }

  /** In the trace of the first change that the mail tells of; the others are linked. */
  #span({ id, kind, attempts, traceparents }: NotificationRow): Span | undefined {
    const [parent, ...links] = traceparents ?? [];
    const attributes = { 'docket.notification.id': id, 'docket.notification.kind': kind, 'docket.attempt': attempts };
    return this.#tracing?.root('deliver notification', { kind: 'consumer', parent, links, attributes });
  }

  /** Takes no more mails in hand; resolves when those in hand are done with, however long that takes. */
  async rest(): Promise<void> {
    this.#resting = true;
    await Promise.allSettled(this.#inHand);
  }

  /**
   * Rests, and waits no longer for mails on their way: their connections are closed, so that the mail server takes none
   * of them any more, and any worker may have them at once. Gives how many there were.
   */
  async giveBack(): Promise<number> {
    const count = this.#inHand.size;
    this.#givingBack.reject(new GivenBackError());
    await this.#mailer.close();
    await this.rest();
    return count;
  }

  /** Delivers whatever is due; gives how many it looked at. A lost job loses nothing. Ends early once aborted. */
  async sweep(stopping?: AbortSignal): Promise<number> {
    let looked = 0;
    for (;;) {
      const due = await this.#due();
      looked += due.length;
      const waiting = due.values();
      const takeTurns = async () => {
        for (const { id } of waiting) {
          if (stopping?.aborted === true) return;
          try {
            await this.deliver(id);
          } catch (error) {
            this.#logger.error({ err: error, notificationId: id }, 'A notification could not be looked at');
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));
      if (due.length < SWEEP_LIMIT || stopping?.aborted === true) return looked;
    }
  }

  /** What will be due within so many milliseconds, and when. */
  async upcoming(withinMs: number): Promise<{ id: string; at: Date }[]> {
    const soon = await this.#rows.all(sql<{ id: string; atMs: number }>`
      select id, ${epochMs(sql`greatest(send_at, retry_at)`)} as "atMs" from notification
      where status = 'SCHEDULED' and send_at <= ${this.#in(withinMs)}
        and greatest(send_at, retry_at) > ${this.#now()} and greatest(send_at, retry_at) <= ${this.#in(withinMs)}
      order by send_at limit ${SWEEP_LIMIT}`);
    return soon.map(({ id, atMs }) => ({ id, at: new Date(atMs) }));
  }

  #now(): RawBuilder<unknown> {
    return sql`${this.#clock.now().toISOString()}::timestamptz`;
  }

  #in(milliseconds: number): RawBuilder<unknown> {
    return sql`${new Date(this.#clock.now().getTime() + milliseconds).toISOString()}::timestamptz`;
  }

  /** Boolean expression: due, and in nobody's hand. */
  #isDue(): RawBuilder<boolean> {
    const now = this.#now();
    return sql`status = 'SCHEDULED' and send_at <= ${now} and (retry_at is null or retry_at <= ${now})
      and (claimed_until is null or claimed_until <= ${now})`;
  }

  async #due(): Promise<{ id: string }[]> {
    return this.#rows.all(
      sql<{ id: string }>`select id from notification where ${this.#isDue()} order by send_at limit ${SWEEP_LIMIT}`,
    );
  }

  async #claim(id: string): Promise<NotificationRow | null> {
    return this.#rows.first(sql<NotificationRow>`
      update notification n set claimed_until = ${this.#in(CLAIM_MS)}, attempts = attempts + 1
      where id = ${id} and ${this.#isDue()}
      returning ${this.#rows.columns(Notification, 'n')}`);
  }

  async #dueLater(id: string): Promise<Date | null> {
    const later = await this.#rows.first(sql<{ sendMs: number }>`
      select ${epochMs(sql`send_at`)} as "sendMs" from notification
      where id = ${id} and status = 'SCHEDULED' and send_at > ${this.#now()}`);
    return later && new Date(later.sendMs);
  }

  /** What is to be set on the row afterwards, and whether that is the end of it. Throws nothing. */
  async #send(claimed: NotificationRow): Promise<{ outcome: RawBuilder<unknown>; finished: boolean }> {
    let made: MailOrReason;
    const renewing = setInterval(() => void this.#renew(claimed.id), RENEW_EVERY_MS);
    try {
      made = await this.#mails.make(claimed);
      if ('mail' in made) await Promise.race([this.#mailer.send(made.mail), this.#givingBack.promise]);
    } catch (error) {
      if (error instanceof GivenBackError) return { outcome: sql`last_error = ${error.message}`, finished: false };
      return this.#refused(claimed, error);
    } finally {
      clearInterval(renewing);
    }
    this.#handled('mail' in made ? 'sent' : 'cancelled');
    const outcome =
      'mail' in made
        ? sql`status = 'SENT', sent_at = ${this.#now()}, last_error = null`
        : sql`status = 'CANCELLED', cancelled_at = ${this.#now()}, cancel_reason = ${made.cancelled}`;
    return { outcome, finished: true };
  }

  #refused({ id, attempts }: NotificationRow, error: unknown): { outcome: RawBuilder<unknown>; finished: boolean } {
    const refusal = error instanceof MailRefusedError ? error : null;
    const reason = refusal?.message ?? UNEXPECTED;
    const wait = refusal?.permanent === true ? null : retryWait(attempts);
    const finished = wait === null;
    this.#handled(finished ? 'failed' : 'deferred');
    const about = { notificationId: id, attempts, finished, reason };
    if (refusal === null) this.#logger.error({ ...about, err: error }, 'A mail could not be made');
    else this.#logger.warn(about, 'A mail was refused');
    const outcome = finished
      ? sql`status = 'FAILED', last_error = ${reason}`
      : sql`retry_at = ${this.#in(wait)}, last_error = ${reason}`;
    return { outcome, finished };
  }

  #handled(outcome: 'sent' | 'cancelled' | 'failed' | 'deferred'): void {
    this.#metrics.mailHandled(outcome);
    currentScope()?.span?.set({ 'docket.outcome': outcome });
  }

  async #renew(id: string): Promise<void> {
    try {
      await this.#rows.all(
        sql`update notification set claimed_until = ${this.#in(CLAIM_MS)} where id = ${id} and status = 'SCHEDULED'`,
      );
    } catch (error) {
      this.#logger.warn({ err: error, notificationId: id }, 'A claim could not be renewed');
    }
  }

  /** Ends a claim. Only a row still SCHEDULED changes. */
  async #finish(id: string, outcome: RawBuilder<unknown>): Promise<void> {
    await this.#rows.all(
      sql`update notification set ${outcome}, claimed_until = ${this.#now()} where id = ${id} and status = 'SCHEDULED'`,
    );
  }
}
