/** How many are remembered: more than a server sends again after a connection was lost. */
const MOST = 1_000;

/** The cursors that were told already: messages may come again, and then count as known. */
export class KnownCursors {
  readonly #known = new Set<string>();

  /** Gives whether it is new. */
  add(cursor: string): boolean {
    if (this.#known.has(cursor)) return false;
    this.#known.add(cursor);
    const [oldest] = this.#known;
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    return true;
  }
}
