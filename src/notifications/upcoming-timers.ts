import { type Logger } from 'pino';
import { type Clock } from '../common/clock.js';
import { type Delivery } from './delivery.js';

/** How often a worker looks, and further than that each time, so that nothing falls between two looks. */
const LOOK_EVERY_MS = 5000;
const LOOK_AHEAD_MS = 7500;

/**
 * Timers for what is due in the next seconds, from the rows themselves: a mail is on time also when its job was lost,
 * or its store is slow. Several workers may wake for one mail; the claim lets one through.
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
      this.#logger.warn({ err: error }, 'Looking ahead for notifications failed; it comes again');
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
      this.#logger.error({ err: error, notificationId: id }, 'A notification could not be looked at');
    }
  }
}
