import { RateLimitedError } from '../common/errors.js';
import { ConcurrencyLimiter, type RunLimited } from '../common/concurrency-limiter.js';

/** One for the page that is read, and one for what is typed meanwhile. */
const CONCURRENCY = 2;
const MAX_QUEUED = 8;
const MAX_WAIT_MS = 5_000;

function tooManySearches(retryAfterSeconds: number): RateLimitedError {
  const message = `Too many of your searches are under way. Try again in ${retryAfterSeconds} seconds, with fewer at once.`;
  return new RateLimitedError(retryAfterSeconds, message);
}

const unlimited: RunLimited = async (task) => task();

/**
 * Lets each viewer run so many searches at once, in one request or in many: they are the most expensive statements, and one
 * person's must not keep everybody else's waiting for PostgreSQL. A task must not wait for another one's turn.
 */
export class SearchLimiter {
  readonly #byViewer = new Map<string, ConcurrencyLimiter>();

  /** @param isSearch what is none needs no turn */
  of({ id }: { readonly id: string }, isSearch = true): RunLimited {
    return isSearch ? async (task) => this.#run(id, task) : unlimited;
  }

  /** @throws RATE_LIMITED when too many of the viewer's wait already, or this one waited for too long */
  async #run<Result>(viewerId: string, task: () => Promise<Result>): Promise<Result> {
    const turns =
      this.#byViewer.get(viewerId) ??
      new ConcurrencyLimiter(CONCURRENCY, {
        maxQueued: MAX_QUEUED,
        maxWaitMs: MAX_WAIT_MS,
        refusal: () => tooManySearches(MAX_WAIT_MS / 1000),
      });
    this.#byViewer.set(viewerId, turns);
    try {
      return await turns.run(task);
    } finally {
      if (turns.isIdle) this.#byViewer.delete(viewerId);
    }
  }
}
