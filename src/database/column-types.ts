import { type CustomTypesConfig, type Pool, TypeOverrides } from 'pg';
import { type RowAccount } from './query.js';
import { isoInstant } from './text-values.js';

/** Overhead of a value in PostgreSQL's protocol. */
const VALUE_OVERHEAD_BYTES = 4;

/** The type `timestamptz` in PostgreSQL's catalogue, pg_type.dat. */
const TIMESTAMPTZ_OID = 1184;

/** Parsers of values: those of `pg`, but instants as ISO 8601. */
export function columnTypes(pool: Pool): CustomTypesConfig {
  const types = new TypeOverrides(pool.options.types);
  types.setTypeParser(TIMESTAMPTZ_OID, isoInstant);
  return types;
}

/** Charges are collected up to this size, as single charges cost more. */
const CHARGE_BYTES = 10_000;

/** Parsers that charge the size of each value to a request's budget while rows arrive. */
export class ChargedTypes implements CustomTypesConfig {
  readonly #types: CustomTypesConfig;
  readonly #account: RowAccount;
  #bytes = 0;

  constructor(types: CustomTypesConfig, account: RowAccount) {
    this.#types = types;
    this.#account = account;
  }

  /** When a parser throws, `pg` discards the remaining rows, and the statement fails with that error. */
  getTypeParser(oid: number): (text: string) => unknown {
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum has names for the types of `pg` only
    const parse: (text: string) => unknown = this.#types.getTypeParser(oid, 'text');
    return (text) => {
      // In UTF-16 units: counting UTF-8 bytes of each value would cost more than parsing it.
      this.#bytes += VALUE_OVERHEAD_BYTES + text.length;
      if (this.#bytes >= CHARGE_BYTES) this.charge();
      return parse(text);
    };
  }

  /** Charges the rest. */
  charge(): void {
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#account.charge(bytes);
  }
}
