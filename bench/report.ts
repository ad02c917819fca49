// The tables, as Markdown.
import { type Contender, NO_SIGN_IN } from './contenders.js';
import { describeWork, type Run } from './work.js';

export interface Measurement {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** A request, of the server's process, and of all of PostgreSQL's; NaN where that cannot be learned. */
  readonly cpuMs: number;
  readonly databaseCpuMs: number;
  /** Of the server's process while it was measured. */
  readonly peakRssBytes: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The rounds' median of one of their figures. */
export function medianOf(rounds: readonly Measurement[], figure: keyof Measurement): number {
  return median(rounds.map((measurement) => measurement[figure]));
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Words in the columns of `left`, figures in the others. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], left = [0]): string {
  const rule = head.map((_, index) => (left.includes(index) ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

/** Ratios are medians of the rounds' own ratios: two contenders of one round ran seconds apart. */
function ratio(ours: readonly Measurement[], theirs: readonly Measurement[]): string {
  const ratios = theirs.map((their, round) => (ours[round]?.requestsPerSecond ?? NaN) / their.requestsPerSecond);
  return `${median(ratios).toFixed(2)} ×`;
}

const WORK_COLUMNS = ['server', 'authentication', 'req/s'];
const FIGURES = ['p50 ms', 'p99 ms', 'CPU ms/req', 'PostgreSQL CPU ms/req', 'peak MB'];

/** One row a contender; dashes for one that cannot do the work. */
export function workTable(
  work: Run,
  contenders: readonly Contender[],
  measured: ReadonlyMap<string, readonly Measurement[]>,
): string {
  const [first] = contenders;
  const ours = measured.get(first?.name ?? '') ?? [];
  const rows = contenders.map(({ name, ours: isOurs }) => {
    const authentication = isOurs ? 'its own' : 'none';
    const rounds = measured.get(name);
    if (!rounds) return [name, authentication, ...['req/s', 'ratio', ...FIGURES].map(() => '-')];
    return [
      name,
      authentication,
      whole(medianOf(rounds, 'requestsPerSecond')),
      ratio(ours, rounds),
      medianOf(rounds, 'p50').toFixed(1),
      medianOf(rounds, 'p99').toFixed(1),
      medianOf(rounds, 'cpuMs').toFixed(2),
      medianOf(rounds, 'databaseCpuMs').toFixed(2),
      whole(medianOf(rounds, 'peakRssBytes') / 2 ** 20),
    ];
  });
  const missing = measured.size < contenders.length ? `\n\n\\- ${NO_SIGN_IN}` : '';
  const head = [...WORK_COLUMNS, `${first?.name} is`, ...FIGURES];
  return `### ${describeWork(work)}\n\n${table(head, rows, [0, 1])}${missing}`;
}

/** @param coldStarts milliseconds by the contender's name, one a round */
export function processTable(
  contenders: readonly Contender[],
  coldStarts: ReadonlyMap<string, readonly number[]>,
): string {
  const rows = contenders.map(({ name, note }) => [name, whole(median(coldStarts.get(name) ?? [])), note]);
  const head = ['server', 'cold start to first answer, ms', 'what it does'];
  return `### Cold start\n\n${table(head, rows, [0, 2])}`;
}
