/**
 * Maximum number of prepared statements of one connection: PostgreSQL keeps each plan in the memory of the connection's
 * process.
 */
const MAX_PREPARED = 200;
/** Maximum number of texts that are remembered from their first use, to recognize the second. */
const MAX_CANDIDATES = 500;

interface Prepared {
  readonly name: string;
  /** `pending` while its first use is under way, which may fail before PostgreSQL has prepared the statement. */
  state: 'new' | 'pending' | 'ready';
}

/**
 * Names for the statements that one connection prepares, each when its text is used for the second time: PostgreSQL
 * takes longer to parse and plan a page's statement than to execute it (bench/results.md).
 */
export class PreparedStatements {
  readonly #candidates = new Set<string>();
  readonly #prepared = new Map<string, Prepared>();

  /**
   * Runs a statement by its name; without a name while the first use is pending, as with pipelining it would fail
   * together with that one.
   * @param send sends the statement under the name, or without one if undefined
   */
  async run<Result>(text: string, send: (name: string | undefined) => Promise<Result>): Promise<Result> {
    const statement = this.#find(text);
    if (statement === undefined || statement.state === 'pending') return send(undefined);
    if (statement.state === 'ready') return send(statement.name);
    statement.state = 'pending';
    try {
      const result = await send(statement.name);
      statement.state = 'ready';
      return result;
    } catch (error) {
      statement.state = 'new';
      throw error;
    }
  }

  #find(text: string): Prepared | undefined {
    const known = this.#prepared.get(text);
    if (known !== undefined || this.#prepared.size >= MAX_PREPARED) return known;
    if (!this.#candidates.delete(text)) {
      if (this.#candidates.size >= MAX_CANDIDATES) this.#candidates.clear();
      this.#candidates.add(text);
      return undefined;
    }
    const statement: Prepared = { name: `docket_${this.#prepared.size}`, state: 'new' };
    this.#prepared.set(text, statement);
    return statement;
  }
}
