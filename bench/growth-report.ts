// The tables of growth, as Markdown.
import { GROWTH_WORK, type GrowthWork } from './growth-work.js';
import { median, type Measurement, table } from './report.js';
import { type Measured } from './rounds.js';

const FIGURES = {
  'p50, ms': ({ p50 }: Measurement) => p50,
  'CPU, ms a request: server and PostgreSQL': ({ cpuMs, databaseCpuMs }: Measurement) => cpuMs + databaseCpuMs,
};

/** From the first size to the last: the median of the rounds' own ratios. */
function growth(first: readonly Measurement[], last: readonly Measurement[], figure: (of: Measurement) => number) {
  const ratios = last.map((measurement, round) => {
    const before = first[round];
    return before === undefined ? NaN : figure(measurement) / figure(before);
  });
  return `${median(ratios).toFixed(2)} ×`;
}

/** One table for each figure: a row for each work, a column for each size, and by how much it grows. */
export function growthTables(measured: Measured<GrowthWork>, sizes: readonly string[]): string {
  const [smallest = '', largest = smallest] = [sizes.at(0), sizes.at(-1)];
  return Object.entries(FIGURES)
    .map(([title, figure]) => {
      const rows = [...measured].map(([work, ofWork]) => {
        const cells = sizes.map((size) => median((ofWork.get(size) ?? []).map(figure)).toFixed(2));
        cells.unshift(GROWTH_WORK[work]);
        cells.push(growth(ofWork.get(smallest) ?? [], ofWork.get(largest) ?? [], figure));
        return cells;
      });
      return `### ${title}\n\n${table(['work', ...sizes, 'grows by'], rows)}\n`;
    })
    .join('\n');
}
