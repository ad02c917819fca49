/** Names that one connection may hold: PostgreSQL keeps each statement's plan in the memory of that connection's process. */
const MAX_PREPARED = 200;
/** Texts remembered while it is not known whether they come again. */
const MAX_CANDIDATES = 500;

interface Prepared {
  readonly name: string;
  /** `pending` while its first use is under way, which may fail before PostgreSQL has the statement. */
  state: 'new' | 'pending' | 'ready';
}

/**
 * Names for the statements that one connection prepares, each when its text comes for the second time: parsing and planning
 * a page's statement takes PostgreSQL longer than running it (bench/results.md).
 */
export class PreparedStatements {
  readonly #candidates = new Set<string>();
  readonly #prepared = new Map<string, Prepared>();

  /**
   * Runs a statement by its name. It goes without one while another use of the name may still fail to prepare it: with
   * pipelining that would fail too.
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
