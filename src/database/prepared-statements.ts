import { Client, type ClientBase, type Pool } from 'pg';
import { tracedStatement } from '../observability/tracing/traced-statement.js';
import { type Columns } from './text-values.js';
import { transactionStatement } from './transaction-statements.js';

/** Names a connection may hold: PostgreSQL keeps each one's plan in that connection's memory. */
const MOST_PREPARED = 200;
/** Texts remembered while it is not known whether they come again. */
const MOST_CANDIDATES = 500;
/**
 * Uses after which a pool's connection is renewed, and with it what it has prepared: statements that were common at
 * first must not hold the names for good.
 */
export const CONNECTION_USES = 100_000;

/** A statement as one connection knows it, or is to know it from the next use on. */
export interface PreparedStatement {
  readonly name: string;
  /** From the first answer on. */
  columns?: Columns;
}

/** Which texts one connection has prepared. */
class Statements {
  readonly #candidates = new Set<string>();
  readonly #prepared = new Map<string, PreparedStatement>();

  /** What to run the text as; undefined as long as it came only once. */
  find(text: string): PreparedStatement | undefined {
    const known = this.#prepared.get(text);
    if (known !== undefined || this.#prepared.size >= MOST_PREPARED) return known;
    if (!this.#candidates.delete(text)) {
      if (this.#candidates.size >= MOST_CANDIDATES) this.#candidates.clear();
      this.#candidates.add(text);
      return undefined;
    }
    const statement = { name: `docket_${this.#prepared.size}` };
    this.#prepared.set(text, statement);
    return statement;
  }
}

/** By connection. */
const prepared = new WeakMap<object, Statements>();

/** What a connection of a pool has prepared a statement as, or is to; undefined for one that is new to it. */
export function preparedOn(client: ClientBase, text: string): PreparedStatement | undefined {
  return prepared.get(client)?.find(text);
}

/**
 * Lets each of the pool's connections prepare a statement with parameters when it comes for the second time: parsing
 * and planning a page's statement takes PostgreSQL longer than running it (bench/results.md).
 */
export function prepareStatements(pool: Pool): void {
  pool.on('connect', (client) => {
    const statements = new Statements();
    prepared.set(client, statements);
    // On the instance: pg's Pool has no other place between itself and its clients.
    Object.assign(client, {
      query(...parameters: unknown[]): unknown {
        const [text, values, ...rest] = parameters;
        const name =
          typeof text === 'string' && Array.isArray(values) && values.length > 0
            ? statements.find(text)?.name
            : undefined;
        const named = name === undefined ? parameters : [{ name, text, values }, ...rest];
        const sent: unknown = tracedStatement(text, values, () =>
          Reflect.apply(Reflect.get(Client.prototype, 'query'), client, named),
        );
        return transactionStatement(client, text, sent);
      },
    });
  });
}
