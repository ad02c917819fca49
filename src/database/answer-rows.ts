import { type Answer } from './query.js';

type Row = Record<string, unknown>;

/** The positions of a row's values in a statement's result, and those of its nested rows. */
class Layout {
  readonly #values: [name: string, at: number][] = [];
  readonly #inside: [name: string, layout: Layout][] = [];
  #idAt = -1;

  /** @param path the path of a value: the names of the nested rows, then its own */
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
    // An outer join without a match.
    for (const [name, layout] of this.#inside) row[name] = values[layout.#idAt] === null ? null : layout.row(values);
    return row;
  }
}

/** Maximum size of the cache: clients choose the columns of select lists. */
const MAX_LAYOUTS = 500;

/** Cache by the names of a result's columns. */
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
 * Converts a statement's result to objects. A column named `createdBy.username` becomes the property `username` of the
 * nested row `createdBy`, which is null if `createdBy.id` is. The type `Result` is not checked.
 */
export function rowsOf<Result>({ names, rows }: Answer): Result[] {
  const layout = layoutOf(names);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- SQL is untyped; Result is the caller's declaration of the columns
  return rows.map((values) => layout.row(values)) as Result[];
}
