/** One row of a CSV file, or one object of a JSON file. */
export interface SourceRecord {
  /** The line of the file in which it begins, from 1. */
  readonly line: number;
  /** The texts under a column's name: several when the column repeats or holds a list. JSON paths have dots. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** The JSON text of what is an object or a list, by its path. */
  readonly structured: ReadonlyMap<string, string>;
  /** The values by column, or by top-level key, in their own form: what no field takes goes to the details from here. */
  readonly values: ReadonlyMap<string, unknown>;
  /** What an operator should know of how the row was read. */
  readonly notes: readonly string[];
}

/** Something wrong with one row. */
export interface RowFault {
  readonly line: number;
  readonly message: string;
  /** Faults of the same group are reported once, with their lines and the message of the first. */
  readonly group?: string;
  /** Command-line options that mend it, ready to be copied. */
  readonly options?: readonly string[];
}

/** A file whose rows have no meaning yet. They are read again at each call of `rows`, one at a time. */
export interface SourceFile {
  readonly columns: readonly string[];
  /** What stands in the file and is in no row, each with the reason why it is not read. */
  readonly leftOut: readonly string[];
  /** @throws CommandError when the file as a whole cannot be read */
  rows(): AsyncIterable<SourceRecord | RowFault>;
}

/** What PostgreSQL cannot hold (NUL, lone surrogates) becomes the replacement character. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}').toWellFormed();
}

export const REPLACED = 'a character that cannot be stored (NUL or half a surrogate pair) became U+FFFD';
