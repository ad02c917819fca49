/** The memory budget of one request, to which the rows that it reads are charged. */
export interface RowAccount {
  /** @throws when the budget is exceeded; the statement fails with that error */
  charge(bytes: number): void;
  /** The error that it threw; undefined before. */
  readonly refusal: Error | undefined;
}

/** A statement with the values of its parameters. */
export interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The budget of the request that the statement belongs to, if any. */
  readonly account?: RowAccount | undefined;
}

/** The result of a statement: the names of its columns, and the values of each row in their order. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}
