import pLimit, { type LimitFunction } from 'p-limit';

export interface BoundedLimiterOptions {
  readonly concurrency: number;
  /** How many tasks may wait; by default any number. */
  readonly maxQueued?: number;
  /** Of these, those of one owner; by default all. */
  readonly maxQueuedPerOwner?: number;
  /** How long a task may wait; by default as long as it takes. */
  readonly maxWaitMs?: number;
  /** What is thrown for a task that finds the queue full, or that waited for too long. */
  readonly refusal?: () => Error;
}

/** Runs a task when a limit allows. */
export type RunLimited = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** p-limit with a bounded queue: tasks that would wait for too long are refused instead. */
export class BoundedLimiter {
  readonly #options: BoundedLimiterOptions;
  readonly #limit: LimitFunction;
  readonly #queued = new Set<{ readonly owner: string | null }>();
  #unsettled = 0;

  constructor(options: BoundedLimiterOptions) {
    this.#options = options;
    this.#limit = pLimit(options.concurrency);
  }

  get isIdle(): boolean {
    return this.#unsettled === 0;
  }

  /** @param owner whose share of the queue the task takes; null: it counts towards the whole queue only */
  async run<Result>(task: () => Promise<Result>, owner: string | null = null): Promise<Result> {
    // Not p-limit's own count: it starts tasks a microtask later.
    const active = this.#unsettled - this.#queued.size;
    this.#unsettled += 1;
    try {
      return await (active < this.#options.concurrency ? this.#limit(task) : this.#queue(task, owner));
    } finally {
      this.#unsettled -= 1;
    }
  }

  async #queue<Result>(task: () => Promise<Result>, owner: string | null): Promise<Result> {
    const { maxWaitMs, refusal = () => new Error('Too many tasks wait') } = this.#options;
    if (!this.#hasRoomFor(owner)) throw refusal();
    const entry = { owner };
    this.#queued.add(entry);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const timer =
      maxWaitMs === undefined
        ? undefined
        : setTimeout(() => {
            this.#queued.delete(entry);
            reject(refusal());
          }, maxWaitMs);
    void this.#limit(async () => {
      // p-limit cannot take a task out of its queue: one that waited for too long ends here.
      if (!this.#queued.delete(entry)) return;
      clearTimeout(timer);
      await task().then(resolve, reject);
    });
    return promise;
  }

  #hasRoomFor(owner: string | null): boolean {
    const { maxQueued = Infinity, maxQueuedPerOwner = maxQueued } = this.#options;
    if (this.#queued.size >= maxQueued) return false;
    if (owner === null || this.#queued.size < maxQueuedPerOwner) return true;
    return [...this.#queued].filter((entry) => entry.owner === owner).length < maxQueuedPerOwner;
  }
}
