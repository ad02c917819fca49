import { isObject } from './json-value.js';
import { type Mapping } from './mapping.js';
import { type ImportField } from './preset.js';
import { plainText } from './rich-text.js';
import { type SourceRecord } from './source-record.js';
import { isBlank } from './vocabulary.js';

/** Where an object says what it is called, best first: people, then words. */
const NAME_MEMBERS = [
  'login',
  'username',
  'email',
  'emailAddress',
  'email_address',
  'name',
  'displayName',
  'display_name',
  'value',
  'title',
  'label',
  'key',
];

/**
 * A record whose values are handed out to fields, so that it is known at the end what none of them took: that goes to the
 * details.
 */
export class Row {
  readonly record: SourceRecord;
  readonly #mapping: Mapping;
  readonly #isBlank: (text: string) => boolean;
  /** By path: the texts that a field holds. */
  readonly #taken = new Map<string, Set<string>>();
  /** Columns of which a field holds everything. */
  readonly #whole: string[] = [];
  /** By path: the fields that took something of it. */
  readonly fieldsOf = new Map<string, Set<ImportField>>();

  /** @param isNothing whether a text stands for no value */
  constructor(record: SourceRecord, mapping: Mapping, isNothing = isBlank) {
    this.record = record;
    this.#mapping = mapping;
    this.#isBlank = isNothing;
  }

  columnsOf(field: ImportField): readonly string[] {
    return this.#mapping.get(field) ?? [];
  }

  /** The first text with a meaning among a field's columns; null when there is none. */
  value(field: ImportField): string | null {
    return this.#take(field, (text) => !this.#isBlank(text))?.trim() ?? null;
  }

  /** Whether a field has more values than the first. */
  hasMore(field: ImportField): boolean {
    return this.columnsOf(field).some((column) => {
      const texts = (this.#textsAt(column)?.texts ?? []).filter((text) => !this.#isBlank(text));
      return new Set(texts).size > 1;
    });
  }

  /** The same for a text, in which a lone hyphen may be all that somebody wrote. Rich text as an object stays in the details. */
  text(field: ImportField): { text: string; rich: boolean } {
    for (const column of this.columnsOf(field)) {
      const document = this.#structured(column);
      const plain = document === undefined ? '' : plainText(document);
      if (plain !== '') {
        this.#note(column, field);
        return { text: plain, rich: true };
      }
    }
    return { text: this.#take(field, (text) => text.trim() !== '')?.trim() ?? '', rich: false };
  }

  /** All texts of a field's columns, which stay for the details. */
  texts(field: ImportField): string[] {
    return this.columnsOf(field).flatMap((column) => {
      const found = this.#textsAt(column);
      if (found) this.#note(found.path, field);
      return found?.texts ?? [];
    });
  }

  /** The JSON in a column; undefined when it holds none. */
  json(column: string): unknown {
    return this.#structured(column);
  }

  /** Says that a field holds all of a column. */
  takeAll(column: string, field: ImportField): void {
    this.#whole.push(column);
    this.#note(column, field);
  }

  /** What no field took, by column or top-level key. */
  rest(): Map<string, unknown> {
    const rest = new Map<string, unknown>();
    for (const [name, value] of this.record.values) {
      const left = this.#without(name, value);
      if (left !== undefined) rest.set(name, left);
    }
    return rest;
  }

  /** Whether any text at this path is in no field. */
  isLeft(path: string): boolean {
    return (this.record.columns.get(path) ?? []).some((text) => !this.#isTaken(path, text));
  }

  #structured(column: string): unknown {
    const text = this.record.structured.get(column);
    return text === undefined ? undefined : JSON.parse(text);
  }

  #textsAt(column: string): { path: string; texts: readonly string[] } | undefined {
    const paths = [column, ...NAME_MEMBERS.map((member) => `${column}.${member}`)];
    for (const path of paths) {
      const texts = this.record.columns.get(path);
      if (texts !== undefined && texts.length > 0) return { path, texts };
    }
    return undefined;
  }

  #take(field: ImportField, isMeant: (text: string) => boolean): string | undefined {
    let taken: string | undefined;
    for (const column of this.columnsOf(field)) {
      const { path, texts } = this.#textsAt(column) ?? { path: column, texts: [] };
      const text = texts.find((candidate) => (taken === undefined ? isMeant(candidate) : candidate === taken));
      if (text === undefined) continue;
      taken ??= text;
      // The same in another column is no more than that.
      const before = this.#taken.get(path);
      if (before === undefined) this.#taken.set(path, new Set([text]));
      else before.add(text);
      this.#note(path, field);
    }
    return taken;
  }

  #note(path: string, field: ImportField): void {
    const fields = this.fieldsOf.get(path) ?? new Set();
    this.fieldsOf.set(path, fields.add(field));
  }

  #isTaken(path: string, text: string): boolean {
    if (this.#taken.get(path)?.has(text) === true || this.#isWhole(path)) return true;
    return this.#isBlank(text) && this.#isMapped(path);
  }

  #isWhole(path: string): boolean {
    return this.#whole.some((column) => path === column || path.startsWith(`${column}.`));
  }

  #isMapped(path: string): boolean {
    return [...this.#mapping.values()].some((columns) => columns.includes(path));
  }

  /** Undefined when nothing is left. Lists stay whole, so that what belongs together stays so. */
  #without(path: string, value: unknown): unknown {
    if (value === null || value === undefined || value === '') return undefined;
    if (this.#isWhole(path)) return undefined;
    if (Array.isArray(value)) return value.some((held) => this.#without(path, held) !== undefined) ? value : undefined;
    if (!isObject(value)) {
      return this.#isTaken(path, typeof value === 'string' ? value : JSON.stringify(value)) ? undefined : value;
    }
    const left = Object.entries(value)
      .map(([key, held]): [string, unknown] => [key, this.#without(`${path}.${key}`, held)])
      .filter(([, held]) => held !== undefined);
    return left.length === 0 ? undefined : Object.fromEntries(left);
  }
}
