/** Lets at most so many tasks run at a time; the others wait in the order in which they came. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  readonly #mostWaiting: number;
  readonly #refusal: () => Error;

  /** @param refusal what is thrown for a task that comes while `mostWaiting` wait already */
  constructor(atOnce: number, mostWaiting = Infinity, refusal = () => new Error('Too many are waiting')) {
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
    this.#refusal = refusal;
  }

  async take<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else if (this.#waiting.length >= this.#mostWaiting) throw this.#refusal();
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      // Whoever is next gets this place; it is never free in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
