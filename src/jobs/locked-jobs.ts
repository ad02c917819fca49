/**
 * The jobs that this worker has locked in the store and not yet finished.
 *
 * Agenda has a `lockLimit` for this, but never takes a job off its list whose lock ran out while it waited its turn:
 * once that happened to as many as the limit, the worker would lock nothing more, for good. Without a limit the
 * first worker to look takes the whole backlog. So entries here end by themselves with the lock.
 */
export class LockedJobs {
  readonly #lockedAt = new Map<string, number>();
  readonly #limit: number;
  readonly #lockLifetimeMs: number;
  #locking = 0;
  #closed = false;

  constructor(limit: number, lockLifetimeMs: number) {
    this.#limit = limit;
    this.#lockLifetimeMs = lockLifetimeMs;
  }

  /** Whether every job that was taken is finished, handed back or lost to its lock's end. */
  get isEmpty(): boolean {
    return this.#locking === 0 && this.#count() === 0;
  }

  /** From now on nothing may be taken. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Takes the job that `lock` finds, if there is room. One that was found while the list was closed goes to
   * `handBack`: nobody would run it, and it would stay locked for a whole lifetime.
   */
  async acquire<Job extends { _id?: string }>(
    lock: () => Promise<Job | undefined>,
    handBack: (job: Job) => Promise<void>,
  ): Promise<Job | undefined> {
    if (this.#closed || this.#locking + this.#count() >= this.#limit) return undefined;
    this.#locking += 1;
    try {
      const job = await lock();
      const { _id: id } = job ?? {};
      if (job === undefined || id === undefined) return undefined;
      if (this.#closed) {
        await handBack(job);
        return undefined;
      }
      this.#lockedAt.set(id, Date.now());
      return job;
    } finally {
      this.#locking -= 1;
    }
  }

  release(id: string): void {
    this.#lockedAt.delete(id);
  }

  #count(): number {
    const deadline = Date.now() - this.#lockLifetimeMs;
    for (const [id, lockedAt] of this.#lockedAt) {
      if (lockedAt >= deadline) break;
      this.#lockedAt.delete(id);
    }
    return this.#lockedAt.size;
  }
}
