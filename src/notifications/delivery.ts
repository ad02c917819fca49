import pLimit from 'p-limit';
import { type Logger } from 'pino';
import { type Mailer, type MailMessage, MailRefusedError } from '../mail/mailer.js';
import { type Metrics } from '../observability/metrics.js';
import { currentScope, inScopeWith } from '../observability/scope.js';
import { type Tracing, within } from '../observability/tracing/tracing.js';
import { type Span } from '../observability/tracing/span.js';
import { type DueMail } from './delivery-schedule.js';
import { type NotificationLeases, type NotificationRow, type Outcome, RENEW_EVERY_MS } from './notification-leases.js';
import { type ComposedMail, type NotificationMail } from './notification-mail.js';
import { NotificationKind, NotificationStatus } from './notification.entity.js';
import { retryWait } from './retry-wait.js';

/** Batch size of the sweep: after a full batch it reads the next one. */
const SWEEP_LIMIT = 500;
/**
 * Concurrency: while the mail server accepts one mail, the next one is composed and transmitted up to its end. More would
 * wait for their turn (src/mail/smtp-mailer.ts) with their texts outdated and their connections idle, up to the time-out.
 */
const AT_ONCE = 2;

const UNEXPECTED = 'the mail could not be made; the log says why';

/** Aborts an attempt on shutdown; the mail itself is in order. */
class AttemptAbortedError extends Error {
  override readonly name = 'AttemptAbortedError';

  constructor() {
    super('the worker was stopped before the mail server had taken the mail');
  }
}

/** What became of the notifications is not stored: their leases expire, and the mail is sent again. */
class NotStoredError extends Error {
  override readonly name = 'NotStoredError';

  constructor(cause: unknown) {
    super('the outcome of a mail could not be stored', { cause });
  }
}

interface Outcomes {
  readonly ids: readonly string[];
  readonly outcome: Outcome;
}

/** Sends due mails: leases the row, reads the present data, sends, and stores the outcome. */
export class Delivery {
  readonly #leases: NotificationLeases;
  readonly #mailer: Mailer;
  readonly #mails: NotificationMail;
  readonly #afterDigest: (recipientId: string) => Promise<void>;
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  readonly #tracing: Tracing | undefined;
  readonly #limit = pLimit(AT_ONCE);
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #aborting = Promise.withResolvers<never>();
  #isQuiescing = false;

  constructor(deps: {
    leases: NotificationLeases;
    mailer: Mailer;
    mails: NotificationMail;
    /** Called when a digest is sent, cancelled or failed, to plan the recipient's next one. */
    afterDigest: (recipientId: string) => Promise<void>;
    metrics: Metrics;
    logger: Logger;
    tracing: Tracing | undefined;
  }) {
    this.#leases = deps.leases;
    this.#mailer = deps.mailer;
    this.#mails = deps.mails;
    this.#afterDigest = deps.afterDigest;
    this.#metrics = deps.metrics;
    this.#logger = deps.logger;
    this.#tracing = deps.tracing;
    // It may reject while no attempt awaits it: without a handler that would end the process.
    this.#aborting.promise.catch(() => {});
  }

  /**
   * Sends the notification if it is due and not leased.
   * @returns when to try again: the due time of one that is not yet due, as a timer may fire early and the time may have
   * been changed; now if this worker is stopping; null if there is nothing left to do
   */
  async deliver(id: string): Promise<Date | null> {
    return this.#limit(async () => {
      if (this.#isQuiescing) return this.#leases.now();
      const work = inScopeWith({ notificationId: id }, async () => this.#deliver(id));
      this.#inFlight.add(work);
      try {
        return await work;
      } finally {
        this.#inFlight.delete(work);
      }
    });
  }

  /** Delivers each of the notifications; an error is logged and stops none of the others. Gives those to try again, and when. */
  async deliverAll(ids: readonly string[]): Promise<DueMail[]> {
    const remaining = ids.values();
    const again: DueMail[] = [];
    const deliverRemaining = async () => {
      for (const id of remaining) {
        try {
          const sendAt = await this.deliver(id);
          if (sendAt !== null) again.push({ id, sendAt });
        } catch (error) {
          this.#logger.error({ err: error, notificationId: id }, 'Delivering a notification failed');
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, deliverRemaining));
    return again;
  }

  async #deliver(id: string): Promise<Date | null> {
    const [first, ...others] = await this.#leases.acquire(id);
    if (first === undefined) return this.#leases.dueLater(id);
    const span = this.#span(first);
    await (span ? within(span, async () => this.#complete(first, others)) : this.#complete(first, others));
    return null;
  }

  async #complete(first: NotificationRow, others: readonly NotificationRow[]): Promise<void> {
    const leased = [first, ...others];
    const renewing = setInterval(() => void this.#renew(leased.map(({ id }) => id)), RENEW_EVERY_MS);
    const outcomes = await this.#send(leased).finally(() => clearInterval(renewing));
    const isFinished = outcomes.every(({ outcome }) => outcome.status !== NotificationStatus.SCHEDULED);
    if (first.kind === NotificationKind.DIGEST && isFinished) await this.#afterDigest(first.recipientId);
    await this.#deliverNext(outcomes);
  }

  /** Delivers at once what waited for a mail that was not sent: the jobs of those that waited have run already. */
  async #deliverNext(outcomes: readonly Outcomes[]): Promise<void> {
    const unsent = outcomes
      .filter(({ outcome }) => outcome.status !== NotificationStatus.SENT)
      .flatMap(({ ids }) => ids);
    if (unsent.length === 0 || this.#isQuiescing) return;
    const requeued = await this.#leases.requeue(unsent);
    const next = [...requeued, ...(await this.#leases.freedBy(unsent))];
    for (const { id } of next) if (!this.#isQuiescing) await this.#deliver(id);
  }

  /** The span belongs to the trace of the mail's first change; the others are linked. */
  #span({ id, kind, attempts, traceparents }: NotificationRow): Span | undefined {
    const [parent, ...links] = traceparents ?? [];
    const attributes = { 'docket.notification.id': id, 'docket.notification.kind': kind, 'docket.attempt': attempts };
    return this.#tracing?.root('deliver notification', { kind: 'consumer', parent, links, attributes });
  }

  /** Acquires no more leases; resolves when all attempts under way have ended, without a time limit. */
  async quiesce(): Promise<void> {
    this.#isQuiescing = true;
    await Promise.allSettled(this.#inFlight);
  }

  /**
   * Quiesces and aborts the attempts under way: their connections are closed, so that the mail server accepts none of
   * them, and their leases are released for other workers. Gives how many there were.
   */
  async abortInFlight(): Promise<number> {
    const count = this.#inFlight.size;
    this.#aborting.reject(new AttemptAbortedError());
    await this.#mailer.close();
    await this.quiesce();
    return count;
  }

  /** Sweep: delivers all due mails, also those whose job was lost. Gives how many it tried. Ends early once aborted. */
  async sweep(stopping?: AbortSignal): Promise<number> {
    let looked = 0;
    for (;;) {
      const due = await this.#leases.due(SWEEP_LIMIT);
      looked += due.length;
      await this.deliverAll(due.map(({ id }) => id));
      if (due.length < SWEEP_LIMIT || stopping?.aborted === true) return looked;
    }
  }

  /** Mails that become due within the given milliseconds, and when. */
  async upcoming(withinMs: number): Promise<{ id: string; at: Date }[]> {
    return this.#leases.upcoming(withinMs, SWEEP_LIMIT);
  }

  /** Composes and sends one mail for all of the notifications, and stores what became of them. Throws NotStoredError only. */
  async #send(leased: readonly NotificationRow[]): Promise<readonly Outcomes[]> {
    let made: ComposedMail | null = null;
    try {
      made = await this.#mails.make(leased, this.#leases.now(), async (row) => this.#leases.carry(row));
      const outcomes = outcomesOf(made);
      const store = async () => this.#store(outcomes);
      await (made.mail ? this.#handOver(made.mail, store) : store());
      this.#handled(made.mail ? 'sent' : 'cancelled');
      return outcomes;
    } catch (error) {
      if (error instanceof NotStoredError) throw error;
      const notified = leased.filter(({ id }) => made === null || made.notified.includes(id));
      const failed = [...notified.map(({ id }) => id), ...(made?.merged ?? [])];
      const outcomes = [...cancellationsOf(made), { ids: failed, outcome: this.#failed(notified, error) }];
      await this.#store(outcomes);
      return outcomes;
    }
  }

  /** Sends, and stores that the mail server has accepted the mail. Once it has, the attempt is not aborted any more. */
  async #handOver(mail: MailMessage, store: () => Promise<void>): Promise<void> {
    let accepted = false;
    const sending = this.#mailer.send(mail, async () => {
      accepted = true;
      await store();
    });
    try {
      await Promise.race([sending, this.#aborting.promise]);
    } catch (error) {
      if (!accepted) throw error;
      await sending;
    }
  }

  async #store(outcomes: readonly Outcomes[]): Promise<void> {
    try {
      for (const { ids, outcome } of outcomes) if (ids.length > 0) await this.#leases.release(ids, outcome);
    } catch (error) {
      throw new NotStoredError(error);
    }
  }

  #failed([first]: readonly NotificationRow[], error: unknown): Outcome {
    if (error instanceof AttemptAbortedError) return { status: NotificationStatus.SCHEDULED, reason: error.message };
    return first === undefined
      ? { status: NotificationStatus.SCHEDULED, reason: UNEXPECTED }
      : this.#refused(first, error);
  }

  #refused({ id, attempts }: NotificationRow, error: unknown): Outcome {
    const refusal = error instanceof MailRefusedError ? error : null;
    const reason = refusal?.message ?? UNEXPECTED;
    const retryInMs = refusal?.permanent === true ? null : retryWait(attempts);
    const finished = retryInMs === null;
    this.#handled(finished ? 'failed' : 'deferred');
    const about = { notificationId: id, attempts, finished, reason };
    if (refusal === null) this.#logger.error({ ...about, err: error }, 'A mail could not be made');
    else this.#logger.warn(about, 'A mail was refused');
    return finished
      ? { status: NotificationStatus.FAILED, reason }
      : { status: NotificationStatus.SCHEDULED, reason, retryInMs };
  }

  #handled(outcome: 'sent' | 'cancelled' | 'failed' | 'deferred'): void {
    this.#metrics.mailHandled(outcome);
    currentScope()?.span?.set({ 'docket.outcome': outcome });
  }

  async #renew(ids: readonly string[]): Promise<void> {
    try {
      await this.#leases.renew(ids);
    } catch (error) {
      this.#logger.warn({ err: error, notificationId: ids[0] }, 'A lease could not be renewed');
    }
  }
}

/** What becomes of the notifications of a mail that was accepted, or of those that have none. */
function outcomesOf(made: ComposedMail): Outcomes[] {
  const [first, ...others] = made.notified;
  if (first === undefined) return cancellationsOf(made);
  const mailedWith = others.length > 0 ? first : null;
  const outcome: Outcome = { status: NotificationStatus.SENT, mailedWith, digest: made.digest };
  return [...cancellationsOf(made), { ids: [...made.notified], outcome }];
}

function cancellationsOf(made: ComposedMail | null): Outcomes[] {
  return (made?.cancelled ?? []).map(({ id, reason }) => ({
    ids: [id],
    outcome: { status: NotificationStatus.CANCELLED, reason },
  }));
}
