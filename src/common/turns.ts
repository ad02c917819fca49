interface Waiting {
  readonly owner: string | null;
  readonly begin: () => void;
}

export interface TurnsOptions {
  /** How many may wait; any number if not given. */
  readonly mostWaiting?: number;
  /** Of these, those that one owner's tasks may take. */
  readonly mostWaitingOfOne?: number;
  /** How long one may wait; as long as it takes if not given. */
  readonly longestWaitMs?: number;
  /** What is thrown for a task that comes while too many wait already, or that waited for too long. */
  readonly refusal?: () => Error;
}

/** Lets at most so many tasks run at a time; the others wait in the order in which they came. */
export class Turns {
  #free: number;
  readonly #atOnce: number;
  readonly #waiting = new Set<Waiting>();
  readonly #mostWaiting: number;
  readonly #mostWaitingOfOne: number;
  readonly #longestWaitMs: number | undefined;
  readonly #refusal: () => Error;

  constructor(atOnce: number, options: TurnsOptions = {}) {
    this.#free = atOnce;
    this.#atOnce = atOnce;
    this.#mostWaiting = options.mostWaiting ?? Infinity;
    this.#mostWaitingOfOne = options.mostWaitingOfOne ?? Infinity;
    this.#longestWaitMs = options.longestWaitMs;
    this.#refusal = options.refusal ?? (() => new Error('Too many are waiting'));
  }

  /** Whether nothing runs, and so nothing waits. */
  get isIdle(): boolean {
    return this.#free === this.#atOnce;
  }

  /** @param owner who has the task done; null: nobody whose tasks are counted */
  async take<Result>(task: () => Promise<Result>, owner: string | null = null): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else if (!this.#hasPlaceFor(owner)) throw this.#refusal();
    else await this.#wait(owner);
    try {
      return await task();
    } finally {
      // The next one gets this place; it is never free in between.
      const [next] = this.#waiting;
      if (next) next.begin();
      else this.#free += 1;
    }
  }

  async #wait(owner: string | null): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer =
        this.#longestWaitMs === undefined
          ? undefined
          : setTimeout(() => {
              this.#waiting.delete(waiting);
              reject(this.#refusal());
            }, this.#longestWaitMs);
      const waiting: Waiting = {
        owner,
        begin: () => {
          clearTimeout(timer);
          this.#waiting.delete(waiting);
          resolve();
        },
      };
      this.#waiting.add(waiting);
    });
  }

  #hasPlaceFor(owner: string | null): boolean {
    if (this.#waiting.size >= this.#mostWaiting) return false;
    if (owner === null || this.#waiting.size < this.#mostWaitingOfOne) return true;
    return [...this.#waiting].filter((task) => task.owner === owner).length < this.#mostWaitingOfOne;
  }
}
