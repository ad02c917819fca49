// The tables, as Markdown.
import { describeWork, type WorkName } from './work.js';

export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the server's process, and of all of PostgreSQL's; NaN where that cannot be learned. */
  readonly cpuMs: number;
  readonly databaseCpuMs: number;
}

/** By contender, one entry a round. */
export type Rounds<Value> = ReadonlyMap<string, readonly Value[]>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

/** Ratios are medians of the rounds' own ratios: two contenders of one round ran seconds apart. */
function ratio(ours: readonly Measurement[], theirs: readonly Measurement[]): string {
  const ratios = theirs.map((their, round) => (ours[round]?.requestsPerSecond ?? NaN) / their.requestsPerSecond);
  return `${median(ratios).toFixed(2)} ×`;
}

export function workTable(work: WorkName | 'mixed', measured: Rounds<Measurement>): string {
  const [ours = []] = measured.values();
  const rows = [...measured].map(([name, rounds]) => [
    name,
    whole(median(rounds.map(({ requestsPerSecond }) => requestsPerSecond))),
    ratio(ours, rounds),
    median(rounds.map(({ p50 }) => p50)).toFixed(1),
    median(rounds.map(({ p99 }) => p99)).toFixed(1),
    median(rounds.map(({ cpuMs }) => cpuMs)).toFixed(2),
    median(rounds.map(({ databaseCpuMs }) => databaseCpuMs)).toFixed(2),
  ]);
  const first = [...measured.keys()][0] ?? '';
  return `### ${describeWork(work)}\n\n${table(['server', 'req/s', `${first} is`, 'p50 ms', 'p99 ms', 'CPU ms/req', 'PostgreSQL CPU ms/req'], rows)}`;
}

export function processTable(
  coldStarts: Rounds<number>,
  peaks: ReadonlyMap<string, number>,
  notes: ReadonlyMap<string, string>,
) {
  const rows = [...notes].map(([name, note]) => [
    name,
    whole(median(coldStarts.get(name) ?? [])),
    whole((peaks.get(name) ?? NaN) / 2 ** 20),
    note,
  ]);
  return `### Processes\n\n${table(['server', 'start to first answer, ms', 'peak RSS, MB', 'what it does'], rows)}`;
}
