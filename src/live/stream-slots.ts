import { type LiveConnection } from './live-connection.js';
import { TooManyStreamsError } from './live-errors.js';

const MAX_PER_CONNECTION = 10;
/** In this process: another one counts its own. */
const MAX_PER_VIEWER = 20;

/** How many streams connections and viewers have, those that are about to begin among them. */
export class StreamSlots {
  readonly #counts = new Map<unknown, number>();

  /**
   * Gives how to free the slot, which is done once.
   * @throws TooManyStreamsError when the connection, or the viewer, has as many as are allowed
   */
  take(connection: LiveConnection): () => void {
    const { id } = connection.live.viewer;
    if (this.#countOf(connection) >= MAX_PER_CONNECTION)
      throw new TooManyStreamsError('connection', MAX_PER_CONNECTION);
    if (this.#countOf(id) >= MAX_PER_VIEWER) throw new TooManyStreamsError('person', MAX_PER_VIEWER);
    const keys = [connection, id];
    for (const key of keys) this.#counts.set(key, this.#countOf(key) + 1);
    return () => {
      for (const key of keys.splice(0)) {
        const left = this.#countOf(key) - 1;
        if (left > 0) this.#counts.set(key, left);
        else this.#counts.delete(key);
      }
    };
  }

  #countOf(key: unknown): number {
    return this.#counts.get(key) ?? 0;
  }
}
