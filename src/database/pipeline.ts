import { Line } from './line.js';

/**
 * What the batches of one or several batchers are sent on. One is done at a time, and one more is sent behind it, for
 * PostgreSQL to have work while Docket answers the first. The later a batch is closed, the more go with it.
 */
export class Pipeline {
  readonly line = new Line();
  readonly #onEnd: (() => void)[] = [];
  #underWay = 0;
  #changedAt = 0;

  /** How many batches have been sent and not answered. */
  get underWay(): number {
    return this.#underWay;
  }

  /** When the last one began or ended, by performance.now(). */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** Has something called whenever a batch has ended: others may begin, in the order of these calls. */
  onEnd(call: () => void): void {
    this.#onEnd.push(call);
  }

  /** Counts a batch for as long as it is under way. */
  async send<Result>(batch: () => Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    this.#changedAt = performance.now();
    try {
      return await batch();
    } finally {
      this.#underWay -= 1;
      this.#changedAt = performance.now();
      for (const call of this.#onEnd) call();
    }
  }
}
