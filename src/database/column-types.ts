import { type CustomTypesConfig, type Pool, TypeOverrides } from 'pg';
import { type RowAccount } from './query.js';
import { isoInstant } from './text-values.js';

/** What a value takes beside its bytes, as in PostgreSQL's protocol. */
const VALUE_OVERHEAD_BYTES = 4;

/** The type `timestamptz` in PostgreSQL's catalogue, pg_type.dat. */
const TIMESTAMPTZ_OID = 1184;

/** How values are read: as by the pool's own parsers, but instants as ISO 8601. */
export function columnTypes(pool: Pool): CustomTypesConfig {
  const types = new TypeOverrides(pool.options.types);
  types.setTypeParser(TIMESTAMPTZ_OID, isoInstant);
  return types;
}

/** Values are charged when they come to so much, and at the end: less often is cheaper, and no row is far larger. */
const CHARGE_BYTES = 10_000;

/** Parsers that charge the bytes of each value to an account while rows arrive. */
export class ChargedTypes implements CustomTypesConfig {
  readonly #types: CustomTypesConfig;
  readonly #account: RowAccount;
  #bytes = 0;

  constructor(types: CustomTypesConfig, account: RowAccount) {
    this.#types = types;
    this.#account = account;
  }

  /** When a parser throws, `pg` drops the rest of the answer, and the statement fails by what it threw. */
  getTypeParser(oid: number): (text: string) => unknown {
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum has names for the types of `pg` only
    const parse: (text: string) => unknown = this.#types.getTypeParser(oid, 'text');
    return (text) => {
      this.#bytes += VALUE_OVERHEAD_BYTES + Buffer.byteLength(text);
      if (this.#bytes >= CHARGE_BYTES) this.charge();
      return parse(text);
    };
  }

  /** Charges what was not charged yet. */
  charge(): void {
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#account.charge(bytes);
  }
}
