import { RateLimitedError } from '../common/errors.js';
import { BoundedLimiter, type RunLimited } from '../common/bounded-limiter.js';

/** One for the page that is read, and one for what is typed meanwhile. */
const CONCURRENCY = 2;
const MAX_QUEUED = 8;
const MAX_WAIT_MS = 5_000;

function tooManySearches(retryAfterSeconds: number): RateLimitedError {
  const message = `Too many of your searches are under way. Try again in ${retryAfterSeconds} seconds, with fewer at once.`;
  return new RateLimitedError(retryAfterSeconds, message);
}

interface Identified {
  readonly id: string;
}

const unlimited: RunLimited = async (task) => task();

/** A limiter for each key that has a task under way. */
class Limiters {
  readonly #byKey = new Map<string, BoundedLimiter>();
  readonly #create: () => BoundedLimiter;

  constructor(create: () => BoundedLimiter) {
    this.#create = create;
  }

  async run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const limiter = this.#byKey.get(key) ?? this.#create();
    this.#byKey.set(key, limiter);
    try {
      return await limiter.run(task);
    } finally {
      if (limiter.isIdle) this.#byKey.delete(key);
    }
  }
}

/**
 * Limits how many searches, and how many counts, each viewer runs at once, in one request or in many: they are the most
 * expensive statements, and one viewer's must not take all connections to PostgreSQL. A task must not run another one
 * inside it.
 */
export class SearchLimiter {
  readonly #searches = new Limiters(
    () =>
      new BoundedLimiter({
        concurrency: CONCURRENCY,
        maxQueued: MAX_QUEUED,
        maxWaitMs: MAX_WAIT_MS,
        refusal: () => tooManySearches(MAX_WAIT_MS / 1000),
      }),
  );
  /** A dashboard may ask for many counts in one document: they wait, and none is refused. */
  readonly #counts = new Limiters(() => new BoundedLimiter({ concurrency: CONCURRENCY }));

  /**
   * @param isSearch what is no search is not limited
   * @returns what throws RATE_LIMITED when too many of the viewer's searches wait already, or this one waited for too long
   */
  of({ id }: Identified, isSearch = true): RunLimited {
    return isSearch ? async (task) => this.#searches.run(id, task) : unlimited;
  }

  /** The same for counting what matches: a count without a search waits for the viewer's other counts only. */
  ofCount(viewer: Identified, isSearch: boolean): RunLimited {
    return isSearch ? this.of(viewer) : async (task) => this.#counts.run(viewer.id, task);
  }
}
