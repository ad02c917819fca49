/** What the rows of one request are charged to, so that no answer takes all memory. */
export interface RowAccount {
  /** @throws when the bytes of a value are more than may be read; the statement fails by what it throws */
  charge(bytes: number): void;
  /** What it threw; undefined until then. */
  readonly refusal: Error | undefined;
}

/** A statement with the values of its parameters. */
export interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
  /** That of the request that it is for, if it is for one. */
  readonly account?: RowAccount | undefined;
}

/** What a statement gives: the names of its columns, and the values of each row in their order. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}
