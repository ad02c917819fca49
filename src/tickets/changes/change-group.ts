import { LoaderScope } from '../../graphql/loader-scope.js';
import { type VisibleChange } from './change-log.reader.js';

/** How long rows that were read for the whole group are shown: rights to single tickets may end meanwhile. */
const MAX_SHARED_MS = 1_000;

/**
 * Changes that one subscription tells one after the other, and whose tickets and events are read together: by one statement, not by
 * one for each message. Their messages share loaders.
 */
export class ChangeGroup {
  readonly changes: readonly VisibleChange[];
  #loaders: LoaderScope | undefined;
  #sharedAt = 0;

  constructor(changes: readonly VisibleChange[]) {
    this.changes = changes;
  }

  /** The loaders for the next message. */
  loaders(): LoaderScope {
    if (!this.#loaders || performance.now() - this.#sharedAt > MAX_SHARED_MS) {
      this.#loaders = new LoaderScope();
      this.#sharedAt = performance.now();
    }
    return this.#loaders;
  }

  /** To be called when something could not be read: loaders keep that, too. The next message tries again. */
  forget(): void {
    this.#loaders = undefined;
  }
}
