/** One row of a CSV file, or one object of a JSON file. */
export interface SourceRecord {
  /** The line of the file in which it begins, from 1. */
  readonly line: number;
  /** The texts under a column's name: several when the column repeats or holds a list. JSON paths have dots. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** The JSON text of what is an object or a list, by its path. */
  readonly structured: ReadonlyMap<string, string>;
}

/** Something wrong with one row. */
export interface RowFault {
  readonly line: number;
  readonly message: string;
}

/** A file as it was read, before anything in it has a meaning. */
export interface SourceFile {
  readonly columns: readonly string[];
  readonly records: readonly SourceRecord[];
  readonly faults: readonly RowFault[];
}

/** What PostgreSQL cannot hold (NUL, lone surrogates) becomes the replacement character. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}').toWellFormed();
}

/** For each offset in turn, each not before the last: the line of the text that it lies in, from 1. */
export class LineCounter {
  readonly #text: string;
  #offset = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  lineAt(offset: number): number {
    for (;;) {
      const newline = this.#text.indexOf('\n', this.#offset);
      if (newline === -1 || newline >= offset) return this.#line;
      this.#offset = newline + 1;
      this.#line += 1;
    }
  }
}
