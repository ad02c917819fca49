export interface TurnsOptions {
  /** How many may wait; any number if not given. */
  readonly mostWaiting?: number;
  /** How long one may wait; as long as it takes if not given. */
  readonly longestWaitMs?: number;
  /** What is thrown for a task that comes while too many wait already, or that waited for too long. */
  readonly refusal?: () => Error;
}

/** Lets at most so many tasks run at a time; the others wait in the order in which they came. */
export class Turns {
  #free: number;
  readonly #atOnce: number;
  readonly #waiting = new Set<() => void>();
  readonly #mostWaiting: number;
  readonly #longestWaitMs: number | undefined;
  readonly #refusal: () => Error;

  constructor(atOnce: number, options: TurnsOptions = {}) {
    this.#free = atOnce;
    this.#atOnce = atOnce;
    this.#mostWaiting = options.mostWaiting ?? Infinity;
    this.#longestWaitMs = options.longestWaitMs;
    this.#refusal = options.refusal ?? (() => new Error('Too many are waiting'));
  }

  /** Whether nothing runs, and so nothing waits. */
  get isIdle(): boolean {
    return this.#free === this.#atOnce;
  }

  async take<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else if (this.#waiting.size >= this.#mostWaiting) throw this.#refusal();
    else await this.#wait();
    try {
      return await task();
    } finally {
      // Whoever is next gets this place; it is never free in between.
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    }
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer =
        this.#longestWaitMs === undefined
          ? undefined
          : setTimeout(() => {
              this.#waiting.delete(begin);
              reject(this.#refusal());
            }, this.#longestWaitMs);
      const begin = () => {
        clearTimeout(timer);
        this.#waiting.delete(begin);
        resolve();
      };
      this.#waiting.add(begin);
    });
  }
}
