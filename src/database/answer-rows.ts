import { type Answer } from './query.js';

type Row = Record<string, unknown>;

/** Where the values of a row stand in a statement's answer: its own, and those of the rows inside it. */
class Layout {
  readonly #values: [name: string, at: number][] = [];
  readonly #inside: [name: string, layout: Layout][] = [];
  #idAt = -1;

  /** @param path the names to a value: its own, and before it those of the rows that it is inside of */
  place([name = '', ...below]: readonly string[], at: number): void {
    if (below.length === 0) {
      this.#values.push([name, at]);
      if (name === 'id') this.#idAt = at;
      return;
    }
    const [, known] = this.#inside.find(([inside]) => inside === name) ?? [];
    const layout = known ?? new Layout();
    if (!known) this.#inside.push([name, layout]);
    layout.place(below, at);
  }

  row(values: readonly unknown[]): Row {
    const row: Row = {};
    for (const [name, at] of this.#values) row[name] = values[at];
    // Outer joined, and nothing was found.
    for (const [name, layout] of this.#inside) row[name] = values[layout.#idAt] === null ? null : layout.row(values);
    return row;
  }
}

/** There are only so many select lists, but clients choose their columns. */
const MAX_LAYOUTS = 500;

/** By the names of an answer's columns. */
const layouts = new Map<string, Layout>();

function layoutOf(names: readonly string[]): Layout {
  const key = names.join();
  const known = layouts.get(key);
  if (known) return known;
  const layout = new Layout();
  for (const [at, name] of names.entries()) layout.place(name.split('.'), at);
  if (layouts.size >= MAX_LAYOUTS) layouts.clear();
  layouts.set(key, layout);
  return layout;
}

/**
 * Objects of a statement's answer. A column named `createdBy.username` becomes the property `username` of a row inside
 * the row, `createdBy`, which is null where `createdBy.id` is. Nothing checks that they are a `Result`.
 */
export function rowsOf<Result>({ names, rows }: Answer): Result[] {
  const layout = layoutOf(names);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a statement's author says what it gives
  return rows.map((values) => layout.row(values)) as Result[];
}
