/** Runs a task when its turn has come. */
export type RunLimited = <Result>(task: () => Promise<Result>) => Promise<Result>;

interface Waiting {
  readonly owner: string | null;
  readonly begin: () => void;
}

export interface ConcurrencyLimiterOptions {
  /** How many may wait; any number if not given. */
  readonly maxQueued?: number;
  /** Of these, those that one owner's tasks may take. */
  readonly maxQueuedPerOwner?: number;
  /** How long one may wait; as long as it takes if not given. */
  readonly maxWaitMs?: number;
  /** What is thrown for a task that comes while too many wait already, or that waited for too long. */
  readonly refusal?: () => Error;
}

/** Lets at most so many tasks run at a time; the others wait in the order in which they came. */
export class ConcurrencyLimiter {
  #free: number;
  readonly #concurrency: number;
  readonly #waiting = new Set<Waiting>();
  readonly #maxQueued: number;
  readonly #maxQueuedPerOwner: number;
  readonly #maxWaitMs: number | undefined;
  readonly #refusal: () => Error;

  constructor(concurrency: number, options: ConcurrencyLimiterOptions = {}) {
    this.#free = concurrency;
    this.#concurrency = concurrency;
    this.#maxQueued = options.maxQueued ?? Infinity;
    this.#maxQueuedPerOwner = options.maxQueuedPerOwner ?? Infinity;
    this.#maxWaitMs = options.maxWaitMs;
    this.#refusal = options.refusal ?? (() => new Error('Too many are waiting'));
  }

  /** Whether nothing runs, and so nothing waits. */
  get isIdle(): boolean {
    return this.#free === this.#concurrency;
  }

  /** @param owner who has the task done; null: nobody whose tasks are counted */
  async run<Result>(task: () => Promise<Result>, owner: string | null = null): Promise<Result> {
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
        this.#maxWaitMs === undefined
          ? undefined
          : setTimeout(() => {
              this.#waiting.delete(waiting);
              reject(this.#refusal());
            }, this.#maxWaitMs);
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
    if (this.#waiting.size >= this.#maxQueued) return false;
    if (owner === null || this.#waiting.size < this.#maxQueuedPerOwner) return true;
    return [...this.#waiting].filter((task) => task.owner === owner).length < this.#maxQueuedPerOwner;
  }
}
