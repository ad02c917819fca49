import { type Row } from './row.js';
import { type SourceFile } from './source-record.js';
import { IMPORT_FIELDS, type ImportField } from './preset.js';

/** Keeps count of where each column of a file went. */
export class ColumnReport {
  readonly #source: Pick<SourceFile, 'columns' | 'leftOut'>;
  readonly #leftOut: Readonly<Record<string, string>>;
  readonly #fields = new Map<ImportField, Set<string>>();
  readonly #kept = new Map<string, number>();
  /** Columns that held something. */
  readonly #filled = new Set<string>();

  /** @param leftOut columns that are passed over, each with the reason */
  constructor(source: Pick<SourceFile, 'columns' | 'leftOut'>, leftOut: Readonly<Record<string, string>>) {
    this.#source = source;
    this.#leftOut = leftOut;
  }

  add(row: Row): void {
    for (const [column, fields] of row.fieldsOf) {
      for (const field of fields) {
        const columns = this.#fields.get(field);
        if (columns) columns.add(column);
        else this.#fields.set(field, new Set([column]));
      }
      this.#filled.add(column);
    }
    for (const [column, texts] of row.record.columns) {
      if (texts.length === 0) continue;
      this.#filled.add(column);
      if (row.isLeft(column) && !Object.hasOwn(this.#leftOut, column)) {
        this.#kept.set(column, (this.#kept.get(column) ?? 0) + 1);
      }
    }
  }

  /** For each column of the file where it went: fields, details, or nowhere with the reason. */
  lines(): string[] {
    const fields = IMPORT_FIELDS.flatMap((field) => {
      const columns = this.#fields.get(field);
      return columns === undefined ? [] : [`${field} from ${[...columns].join(' or ')}`];
    });
    const kept = [...this.#kept].map(([column, rows]) => `${column} (${rows.toLocaleString('en')})`);
    const empty = this.#source.columns.filter((column) => !this.#isFilled(column));
    const passedOver = Object.entries(this.#leftOut).filter(([column]) => this.#filled.has(column));
    return [
      ...fields,
      ...(kept.length > 0 ? [`details from, with the number of rows, ${kept.join(', ')}`] : []),
      ...passedOver.map(([column, reason]) => `left out: ${column}: ${reason}`),
      ...(empty.length > 0 ? [`left out: empty in every row: ${empty.join(', ')}`] : []),
      ...this.#source.leftOut.map((what) => `left out: ${what}`),
    ];
  }

  /** An object is filled when something in it is. */
  #isFilled(column: string): boolean {
    return this.#filled.has(column) || [...this.#filled].some((other) => other.startsWith(`${column}.`));
  }
}
