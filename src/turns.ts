interface Waiting {
  readonly owner: string | null;
  readonly begin: () => void;
}

export interface TurnsOptions {
  readonly mostWaiting?: number;
  /** Of these, those that one owner's tasks may take. */
  readonly mostWaitingOfOne?: number;
  /** What is thrown for a task that finds no place to wait. */
  readonly refusal?: () => Error;
}

/** Lets at most so many tasks run at a time; the others wait in the order in which they came. */
export class Turns {
  #free: number;
  readonly #waiting: Waiting[] = [];
  readonly #mostWaiting: number;
  readonly #mostWaitingOfOne: number;
  readonly #refusal: () => Error;

  constructor(atOnce: number, options: TurnsOptions = {}) {
    this.#free = atOnce;
    this.#mostWaiting = options.mostWaiting ?? Infinity;
    this.#mostWaitingOfOne = options.mostWaitingOfOne ?? Infinity;
    this.#refusal = options.refusal ?? (() => new Error('Too many are waiting'));
  }

  /** @param owner who has the task done; null: nobody whose tasks are counted */
  async take<Result>(task: () => Promise<Result>, owner: string | null = null): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else if (!this.#hasPlaceFor(owner)) throw this.#refusal();
    else await new Promise<void>((begin) => this.#waiting.push({ owner, begin }));
    try {
      return await task();
    } finally {
      // The next one gets this place; it is never free in between.
      const next = this.#waiting.shift();
      if (next) next.begin();
      else this.#free += 1;
    }
  }

  #hasPlaceFor(owner: string | null): boolean {
    if (this.#waiting.length >= this.#mostWaiting) return false;
    if (owner === null || this.#waiting.length < this.#mostWaitingOfOne) return true;
    return this.#waiting.filter((task) => task.owner === owner).length < this.#mostWaitingOfOne;
  }
}
