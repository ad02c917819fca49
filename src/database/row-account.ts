/** What rows are charged to. */
export interface RowAccount {
  /** @throws when the bytes of a row are more than may be read; the statement fails by what it throws */
  charge(bytes: number): void;
  /** What it threw; undefined until then. */
  readonly refusal: Error | undefined;
}
