import { type CommandContext, CommandError } from '../cli/command.js';
import { terminalLine } from '../cli/terminal-text.js';
import { type ImportReading } from './import-reading.js';

export interface ImportResult {
  readonly reading: ImportReading;
  readonly imported: number;
  readonly mails: number;
}

/** @throws CommandError after the faults, unless they are only bad rows that are to be skipped */
export function reportFaults({ stderr }: CommandContext, { faults, missing }: ImportReading, skip: boolean): void {
  const options = [...faults.options(), ...missing.options()].map((option) => `  ${option}`);
  if (options.length > 0) options.unshift('Options to copy; put what fits for words in capitals:');
  for (const line of [...faults.lines(), ...missing.lines(), ...options]) stderr.write(`${terminalLine(line)}\n`);
  const wrong = faults.rows > 0 && !skip;
  if (!wrong && missing.rows === 0) return;
  const sentences = [
    ...(wrong ? [`${amount(faults.rows, 'row')} ${faults.rows === 1 ? 'is' : 'are'} wrong.`] : []),
    ...(missing.rows > 0
      ? [
          `${amount(missing.rows, 'row')} ${missing.rows === 1 ? 'names' : 'name'} people or products that are not here.`,
        ]
      : []),
    'Nothing was imported.',
    ...(wrong ? ['Put them right, or give --skip-bad-rows.'] : []),
    ...(missing.rows > 0 ? ['--default-user USERNAME stands in for all people who have no account here.'] : []),
  ];
  throw new CommandError(sentences.join(' '));
}

/** Ends a run: where the columns went, what was done to the rows, and how many there were. */
export function report(
  { stdout }: CommandContext,
  { reading, imported, mails }: ImportResult,
  { dryRun, started, hints }: { dryRun: boolean; started: number; hints: readonly string[] },
): void {
  const lines = [...reading.columns.lines(), ...reading.notices.lines(), ...hints].map(
    (line) => `  ${terminalLine(line)}`,
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const done = dryRun ? 'Would import' : 'Imported';
  const rest = [
    `${count(reading.alreadyThere)} already here`,
    `${amount(reading.faults.rows, 'bad row')} skipped`,
    ...(mails > 0 ? [`${amount(mails, 'mail')} enqueued`] : []),
  ].join(', ');
  lines.push(
    `${done} ${amount(imported, 'ticket')} and ${amount(reading.comments, 'comment')} (${rest}) in ${seconds} s.`,
  );
  stdout.write(`${lines.join('\n')}\n`);
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function amount(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
