import { Command, CommanderError } from 'commander';
import { isNativeError } from 'node:util/types';
import { UserInputError } from '../common/user-errors.js';
import { withoutSecrets } from '../observability/secrets.js';
import { InterruptedError, type CommandContext, CommandError, UsageError } from './command.js';
import { commands } from './commands.js';
import { EXIT_INTERRUPTED } from './interruption.js';
import { terminalLine } from './terminal-text.js';

/** How the command line is called from the project's folder. */
const INVOCATION = 'npm run -s cli --';
const DESCRIPTION =
  'Works on the database of DATABASE_URL, or on the embedded one in DATA_DIR, whether or not a server is running on it.';
const HELP_WIDTH = 100;

const EXIT_OK = 0;
const EXIT_FAULT = 1;
const EXIT_USAGE = 2;
/** PostgreSQL's code for connections that end because it does. */
const ADMIN_SHUTDOWN = '57P01';

/**
 * Runs one command line, the words after the program's name. Gives the exit code; errors are printed on stderr.
 * @param loadContext reads the settings; called only when there is a command to run, so that help needs none
 */
export async function run(words: readonly string[], streams: Streams, loadContext: () => CommandContext) {
  const { stdout, stderr } = streams;
  const program = programFor(streams, loadContext);
  if (words.length === 0) {
    stdout.write(program.helpInformation());
    return EXIT_USAGE;
  }
  const name = words.find((word) => word !== 'help' && word !== '-h' && word !== '--help');
  if (name !== undefined && !commands.some((command) => command.name === name)) {
    stderr.write(`There is no command "${name}". ${INVOCATION} help lists them.\n`);
    return EXIT_USAGE;
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_OK;
    if (error instanceof UsageError || error instanceof CommanderError) {
      stderr.write(`${asSentence(error)} ${INVOCATION} help ${name ?? ''} tells more.\n`);
      return EXIT_USAGE;
    }
    const lines = withoutSecrets(explain(error)).split('\n').map(terminalLine);
    stderr.write(`${lines.join('\n')}\n`);
    return error instanceof InterruptedError ? EXIT_INTERRUPTED : EXIT_FAULT;
  }
}

function programFor({ stdout }: Streams, loadContext: () => CommandContext): Command {
  const program = new Command()
    .name(INVOCATION)
    .usage('COMMAND [OPTIONS]')
    .description(DESCRIPTION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // Errors are thrown, and printed by `run`.
      writeErr: () => {},
      getOutHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .helpOption('-h, --help', 'Shows this help.')
    .helpCommand('help [COMMAND]', 'Tells about one command.')
    .addHelpText('after', '\nExit codes: 0 it worked, 1 it did not, 2 the command line is wrong.');
  for (const command of commands) command.addTo(program, loadContext);
  return program;
}

/** commander's messages begin with `error:` in lower case, and have no full stop. */
function asSentence(error: UsageError | CommanderError): string {
  if (error instanceof UsageError) return error.message;
  const text = error.message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/\.?$/, '.');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

export type Streams = Pick<CommandContext, 'stdout' | 'stderr'>;

/** One sentence for a person; the stack only of unexpected errors, and only with LOG_LEVEL=debug. */
function explain(error: unknown): string {
  if (error instanceof CommandError || error instanceof UserInputError) return error.message;
  if (!isNativeError(error)) return String(error);
  if (process.env['LOG_LEVEL'] === 'debug') return error.stack ?? error.message;
  const shutDown = 'code' in error && error.code === ADMIN_SHUTDOWN;
  return shutDown
    ? 'The database was shut down while the command ran. What it had not finished was rolled back; run it again.'
    : error.message;
}
