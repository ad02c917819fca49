import { tooManySearches } from '../graphql/errors.js';
import { BoundedLimiter } from '../common/bounded-limiter.js';

/** One for the page that is read, and one for what is typed meanwhile. */
const CONCURRENCY = 2;
const MAX_QUEUED = 8;
const MAX_WAIT_MS = 5_000;

/** Runs a task when its turn has come. */
export type RunLimited = <Result>(task: () => Promise<Result>) => Promise<Result>;

const unlimited: RunLimited = async (task) => task();

/**
 * Lets each viewer run so many searches at once, in one request or in many: they are the most expensive statements, and one
 * person's must not keep everybody else's waiting for PostgreSQL. A task must not wait for another one's turn.
 */
export class SearchLimiter {
  readonly #byViewer = new Map<string, BoundedLimiter>();

  /** @param isSearch what is none needs no turn */
  of({ id }: { readonly id: string }, isSearch = true): RunLimited {
    return isSearch ? async (task) => this.#run(id, task) : unlimited;
  }

  /** @throws RATE_LIMITED when too many of the viewer's wait already, or this one waited for too long */
  async #run<Result>(viewerId: string, task: () => Promise<Result>): Promise<Result> {
    const limiter =
      this.#byViewer.get(viewerId) ??
      new BoundedLimiter({
        concurrency: CONCURRENCY,
        maxQueued: MAX_QUEUED,
        maxWaitMs: MAX_WAIT_MS,
        refusal: () => tooManySearches(MAX_WAIT_MS / 1000),
      });
    this.#byViewer.set(viewerId, limiter);
    try {
      return await limiter.run(task);
    } finally {
      if (limiter.isIdle) this.#byViewer.delete(viewerId);
    }
  }
}
