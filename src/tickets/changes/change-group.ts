import { type Context } from '../../graphql/context.js';
import { LoaderScope } from '../../graphql/loader-scope.js';
import { inScopeWithAccount } from '../../observability/scope.js';
import { type VisibleChange } from './change-log.reader.js';
import { GroupBudget } from './group-budget.js';

/** How long rows that were read for the whole group are shown: rights to single tickets may end meanwhile. */
const MAX_SHARED_MS = 1_000;

type Loading = Pick<Context, 'loaderScope' | 'forgetLoaded'>;

/**
 * Changes that one subscription tells one after the other, and whose tickets and events are read together: by one statement, not by
 * one for each message. Their messages share loaders, until these are a second old or a common read fails: the messages after that
 * have their own, and read alone.
 */
export class ChangeGroup {
  readonly changes: readonly VisibleChange[];
  /** Null once the messages read alone. */
  #loaders: LoaderScope | null = new LoaderScope();
  #sharedSince: number | undefined;
  readonly #budget = new GroupBudget();
  /** By the function that reads something of one change. */
  readonly #reads = new Map<unknown, Promise<unknown>>();

  constructor(changes: readonly VisibleChange[]) {
    this.changes = changes;
  }

  /** Gives a message the loaders of the group. To be called before it reads anything. */
  share(context: Loading): void {
    this.#sharedSince ??= performance.now();
    if (performance.now() - this.#sharedSince > MAX_SHARED_MS) this.#loaders = null;
    if (this.#loaders) context.loaderScope = this.#loaders;
  }

  /**
   * Loads what `load` loads of one change for all changes at once, if the message has the loaders of the group. The rows have a
   * budget of their own: what is too much for it may be little for each message.
   */
  async loadAll<OfMessage extends Loading>(
    context: OfMessage,
    load: (context: OfMessage, change: VisibleChange) => Promise<unknown>,
  ): Promise<void> {
    if (context.loaderScope !== this.#loaders) return;
    const read =
      this.#reads.get(load) ??
      inScopeWithAccount(this.#budget, async () =>
        Promise.all(this.changes.map(async (change) => load(context, change))),
      );
    this.#reads.set(load, read);
    try {
      await read;
    } catch {
      // Each message reads again, alone, and tells what fails then.
      this.#loaders = null;
      context.forgetLoaded();
    }
  }
}
