/**
 * The jobs that this worker has locked in the store and not yet finished.
 *
 * Agenda has a `lockLimit` for this, but never removes a job from its list whose lock expired in the queue: once that
 * has happened to as many as the limit, the worker locks no more jobs at all. Without a limit the first worker that
 * polls locks the whole backlog. So entries here expire with the lock.
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

  /** Whether every locked job is finished, unlocked or expired. */
  get isEmpty(): boolean {
    return this.#locking === 0 && this.#count() === 0;
  }

  /** From now on no job is locked. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Locks the job that `lock` finds, if the limit permits. One that was locked while the list was being closed is
   * unlocked by `handBack`, as it would not run before its lock expires.
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

  /** Restarts the lifetime of a job's lock; does nothing for a job that was released or has expired. */
  renew(id: string): void {
    // Reinserted at the end: #count relies on the order of lock times.
    if (this.#lockedAt.delete(id)) this.#lockedAt.set(id, Date.now());
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
