/** A run under way, and the one behind it. */
interface Runs<Result> {
  readonly current: Promise<Result>;
  next: Promise<Result> | undefined;
}

/**
 * Shares one run of an expensive task among those who request the same at the same time. A request never gets the result
 * of a run that began before it: while a run is under way, all requests wait for the one behind it. So a result is as
 * current as that of a run of one's own, and at most one run for each key is under way.
 */
export class SharedRuns<Result> {
  readonly #runs = new Map<string, Runs<Result>>();

  /**
   * @param key equal keys mean equal tasks
   * @throws what the shared run throws
   */
  async run(key: string, task: () => Promise<Result>): Promise<Result> {
    const runs = this.#runs.get(key);
    if (!runs) return this.#start(key, task);
    runs.next ??= runs.current.then(
      async () => this.#start(key, task),
      async () => this.#start(key, task),
    );
    return runs.next;
  }

  async #start(key: string, task: () => Promise<Result>): Promise<Result> {
    const current = task();
    const runs: Runs<Result> = { current, next: undefined };
    this.#runs.set(key, runs);
    try {
      return await current;
    } finally {
      if (runs.next === undefined) this.#runs.delete(key);
    }
  }
}
