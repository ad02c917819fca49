import { type RowFault } from './source-record.js';

/** Lines that are told of each kind of fault. */
const SHOWN_LINES = 5;
/** Kinds that are told; the rest is counted. */
const SHOWN_GROUPS = 50;
/** Kinds that are remembered, so that a file of nothing but faults does not fill the memory. */
const MAX_GROUPS = 5000;

interface Group {
  readonly message: string;
  readonly options: readonly string[];
  readonly lines: number[];
  count: number;
}

/** Collects faults by their kind: one line for 17,000 rows with the same unknown word. */
export class FaultReport {
  readonly #groups = new Map<string, Group>();
  #others = 0;
  #badRows = 0;

  /** The faults of one row. */
  add(faults: readonly RowFault[]): void {
    if (faults.length === 0) return;
    this.#badRows += 1;
    for (const { line, message, group = message, options = [] } of faults) {
      const known = this.#groups.get(group);
      if (known === undefined && this.#groups.size === MAX_GROUPS) {
        this.#others += 1;
        continue;
      }
      const entry = known ?? { message, options, lines: [], count: 0 };
      entry.count += 1;
      if (entry.lines.length < SHOWN_LINES && entry.lines.at(-1) !== line) entry.lines.push(line);
      this.#groups.set(group, entry);
    }
  }

  get rows(): number {
    return this.#badRows;
  }

  /** What is wrong, in the order in which it comes first. */
  lines(): string[] {
    const told = this.#told();
    const hidden = this.#groups.size - told.length + this.#others;
    return [
      ...told.map(describe),
      ...(hidden > 0 ? [`And ${hidden.toLocaleString('en')} further kinds of faults.`] : []),
    ];
  }

  /**
   * The options that mend what is told, one for each kind of fault: where several are possible, that which another kind
   * needs.
   */
  options(): string[] {
    const told = this.#told();
    const needed = new Set(told.flatMap(({ options }) => (options.length === 1 ? options : [])));
    const chosen = told.flatMap(({ options }) => {
      if (options.length <= 1) return options;
      return options.some((option) => needed.has(option)) ? [] : [options.join('   or   ')];
    });
    return [...new Set(chosen)];
  }

  /** With many kinds, those that come often matter most. */
  #told(): Group[] {
    return [...this.#groups.values()]
      .toSorted((a, b) => b.count - a.count)
      .slice(0, SHOWN_GROUPS)
      .toSorted((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
  }
}

function describe({ lines, count, message }: Group): string {
  const more = count - lines.length;
  if (count === 1) return `Line ${lines[0] ?? 0}: ${message}`;
  const last = more > 0 ? `${more.toLocaleString('en')} more` : String(lines.at(-1));
  const first = more > 0 ? lines : lines.slice(0, -1);
  // Two faults of one kind in one row.
  if (first.length === 0) return `Line ${last}: ${message}`;
  return `Lines ${first.join(', ')} and ${last}: ${message}`;
}
