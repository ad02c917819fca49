import { type CommandContext, CommandError } from '../command.js';
import { type ImportResult } from './import-run.js';
import { type Mapping } from './mapping.js';
import { type RowFault } from './source-record.js';
import { type Notices } from './ticket-draft.js';

/** @throws CommandError after the last fault, unless bad rows are to be skipped */
export function tellFaults({ stderr }: CommandContext, faults: readonly RowFault[], skip: boolean): void {
  for (const { line, message } of faults) stderr.write(`Line ${line}: ${message}\n`);
  if (faults.length === 0 || skip) return;
  const rows = new Set(faults.map(({ line }) => line)).size;
  throw new CommandError(
    `${rows === 1 ? '1 row is' : `${rows.toLocaleString('en')} rows are`} wrong. Nothing was imported. Put them right, or give --skip-bad-rows.`,
  );
}

export interface ImportReport {
  readonly dryRun: boolean;
  readonly mapping: Mapping;
  readonly notices: Notices;
  readonly result: ImportResult;
  /** Rows that were skipped. */
  readonly bad: number;
  readonly started: number;
}

/** Ends a run: what was done to the rows, and how many there were. */
export function report(
  { stdout }: CommandContext,
  { dryRun, mapping, notices, result, bad, started }: ImportReport,
): void {
  const lines = notices.lines().map((line) => `  ${line}`);
  if (dryRun) lines.unshift(...[...mapping].map(([field, columns]) => `  ${field} from ${columns.join(' or ')}`));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const done = dryRun ? 'Would import' : 'Imported';
  const rest = [
    `${count(result.alreadyThere)} already here`,
    `${amount(bad, 'bad row')} skipped`,
    ...(result.mails > 0 ? [`${amount(result.mails, 'mail')} owed`] : []),
  ].join(', ');
  lines.push(
    `${done} ${amount(result.imported, 'ticket')} and ${amount(result.comments, 'comment')} (${rest}) in ${seconds} s.`,
  );
  stdout.write(`${lines.join('\n')}\n`);
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function amount(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
