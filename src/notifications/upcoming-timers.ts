import { type Logger } from 'pino';
import { type Clock } from '../common/clock.js';
import { type Delivery } from './delivery.js';

/**
 * Polling interval, and how far each poll looks ahead: longer than the interval, so that no mail falls between two
 * polls.
 */
const LOOK_EVERY_MS = 5000;
const LOOK_AHEAD_MS = 7500;

/**
 * Timers for mails that become due in the next seconds, set from the rows: a mail is sent on time also when its job was
 * lost, or the job store is slow. Timers of several workers may fire for one mail; the lease admits one of them.
 */
export class UpcomingTimers {
  readonly #delivery: Delivery;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #armed = new Map<string, NodeJS.Timeout>();
  readonly #looking: NodeJS.Timeout;
  #stopped = false;

  constructor(deps: { delivery: Delivery; clock: Clock; logger: Logger }) {
    this.#delivery = deps.delivery;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#looking);
    for (const timer of this.#armed.values()) clearTimeout(timer);
  }

  async #look(): Promise<void> {
    try {
      for (const { id, at } of await this.#delivery.upcoming(LOOK_AHEAD_MS)) this.#arm(id, at);
    } catch (error) {
      this.#logger.warn({ err: error }, 'Polling for upcoming notifications failed; it will be retried');
    }
  }

  #arm(id: string, at: Date): void {
    if (this.#stopped || this.#armed.has(id)) return;
    const wait = Math.max(0, at.getTime() - this.#clock.now().getTime());
    this.#armed.set(
      id,
      setTimeout(() => void this.#deliver(id), wait),
    );
  }

  async #deliver(id: string): Promise<void> {
    this.#armed.delete(id);
    try {
      const later = await this.#delivery.deliver(id);
      if (later !== null && later.getTime() - this.#clock.now().getTime() < LOOK_AHEAD_MS) this.#arm(id, later);
    } catch (error) {
      this.#logger.error({ err: error, notificationId: id }, 'Delivering a notification failed');
    }
  }
}
