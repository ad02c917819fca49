import { tooManySearches } from '../graphql/errors.js';
import { Turns } from '../common/turns.js';

/** One for the page that is read, and one for what is typed meanwhile. */
const AT_ONCE = 2;
const MOST_WAITING = 8;
const LONGEST_WAIT_MS = 5_000;

/** Runs a task when its turn has come. */
export type InTurn = <Result>(task: () => Promise<Result>) => Promise<Result>;

const atOnce: InTurn = async (task) => task();

/**
 * Lets each viewer run so many searches at once, in one request or in many: they are the most expensive statements, and one
 * person's must not keep everybody else's waiting for PostgreSQL. A task must not wait for another one's turn.
 */
export class SearchTurns {
  readonly #byViewer = new Map<string, Turns>();

  /** @param isSearch what is none needs no turn */
  of({ id }: { readonly id: string }, isSearch = true): InTurn {
    return isSearch ? async (task) => this.#take(id, task) : atOnce;
  }

  /** @throws RATE_LIMITED when too many of the viewer's wait already, or this one waited for too long */
  async #take<Result>(viewerId: string, task: () => Promise<Result>): Promise<Result> {
    const turns =
      this.#byViewer.get(viewerId) ??
      new Turns(AT_ONCE, {
        mostWaiting: MOST_WAITING,
        longestWaitMs: LONGEST_WAIT_MS,
        refusal: () => tooManySearches(LONGEST_WAIT_MS / 1000),
      });
    this.#byViewer.set(viewerId, turns);
    try {
      return await turns.take(task);
    } finally {
      if (turns.isIdle) this.#byViewer.delete(viewerId);
    }
  }
}
