import { type Command } from './command.js';

/** How the command line is called from the project's folder. */
export const INVOCATION = 'npm run -s cli --';

const WIDTH = 100;

/** The help of the whole: every command in one line. */
export function overallHelp(commands: readonly Command[]): string {
  return [
    `Usage: ${INVOCATION} COMMAND [OPTIONS]`,
    '',
    'Works on the database of DATABASE_URL, or on the embedded one in DATA_DIR, whether or not a server is running on it.',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    `${INVOCATION} help COMMAND tells about one of them.`,
    'Exit codes: 0 it worked, 1 it did not, 2 the command line is wrong.',
  ].join('\n');
}

/** The help of one command. */
export function commandHelp({ name, summary, arguments: positionals, options, details }: Command): string {
  const entries = Object.entries(options).map(([option, { value, help, multiple }]): [string, string] => [
    value === undefined ? `--${option}` : `--${option} ${value}`,
    multiple === true ? `${help} May be repeated.` : help,
  ]);
  const usage = [INVOCATION, name, ...positionals, ...(entries.length > 0 ? ['[OPTIONS]'] : [])].join(' ');
  return [
    `Usage: ${usage}`,
    '',
    summary,
    ...(details === '' ? [] : ['', ...details.split('\n').flatMap((line) => wrap(line, WIDTH))]),
    ...(entries.length === 0 ? [] : ['', 'Options:', ...columns(entries)]),
  ].join('\n');
}

function columns(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...entries.map(([left]) => left.length)) + 2;
  return entries.flatMap(([left, right]) =>
    wrap(right, WIDTH - width - 2).map((line, index) => `  ${(index === 0 ? left : '').padEnd(width)}${line}`),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
