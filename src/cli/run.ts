import { isNativeError } from 'node:util/types';
import { UserInputError } from '../common/user-errors.js';
import { withoutSecrets } from '../observability/secrets.js';
import { BrokenOffError, type CommandContext, CommandError, UsageError } from './command.js';
import { commands } from './commands.js';
import { EXIT_BROKEN_OFF } from './interruption.js';
import { commandHelp, INVOCATION, overallHelp } from './help.js';
import { terminalLine } from './terminal-text.js';

const EXIT_OK = 0;
const EXIT_FAULT = 1;
const EXIT_USAGE = 2;
/** PostgreSQL's code for connections that end because it does. */
const ADMIN_SHUTDOWN = '57P01';

/**
 * Runs one command line, the words after the program's name. Gives the exit code; faults are told on stderr.
 * @param loadContext reads the settings; called only when there is a command to run, so that help needs none
 */
export async function run(words: readonly string[], streams: Streams, loadContext: () => CommandContext) {
  const { stdout, stderr } = streams;
  const [first = 'help', ...rest] = words;
  const asksForHelp = first === 'help' || first === '--help' || first === '-h';
  const name = asksForHelp ? rest[0] : first;
  if (name === undefined) {
    stdout.write(`${overallHelp(commands)}\n`);
    return words.length === 0 ? EXIT_USAGE : EXIT_OK;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    stderr.write(`There is no command "${name}". ${INVOCATION} help lists them.\n`);
    return EXIT_USAGE;
  }
  if (asksForHelp || rest.includes('--help') || rest.includes('-h')) {
    stdout.write(`${commandHelp(command)}\n`);
    return EXIT_OK;
  }
  try {
    await command.run(loadContext(), rest);
    return EXIT_OK;
  } catch (error) {
    if (error instanceof UsageError) {
      stderr.write(`${error.message} ${INVOCATION} help ${name} tells more.\n`);
      return EXIT_USAGE;
    }
    const lines = withoutSecrets(explain(error)).split('\n').map(terminalLine);
    stderr.write(`${lines.join('\n')}\n`);
    return error instanceof BrokenOffError ? EXIT_BROKEN_OFF : EXIT_FAULT;
  }
}

export type Streams = Pick<CommandContext, 'stdout' | 'stderr'>;

/** One sentence for a person; the stack only of what nobody foresaw, and only with LOG_LEVEL=debug. */
function explain(error: unknown): string {
  if (error instanceof CommandError || error instanceof UserInputError) return error.message;
  if (!isNativeError(error)) return String(error);
  if (process.env['LOG_LEVEL'] === 'debug') return error.stack ?? error.message;
  const shutDown = 'code' in error && error.code === ADMIN_SHUTDOWN;
  return shutDown
    ? 'The database was shut down while the command ran. What it had not finished was rolled back; run it again.'
    : error.message;
}
