import { type Readable, type Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import { type Clock } from '../common/clock.js';
import { type Env } from '../app/env.js';

/** A fault that the person at the terminal can understand from one sentence; exit code 1. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** Somebody broke the command off by a signal; exit code 130, as shells report Ctrl-C. */
export class BrokenOffError extends CommandError {
  override name = 'BrokenOffError';
}

/** The command line itself is wrong; exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** What a command runs on. */
export interface CommandContext {
  readonly env: Env;
  readonly clock: Clock;
  /** Results: what a script may want to read. */
  readonly stdout: Writable;
  /** Everything else: prompts, progress, warnings, faults. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Where the person stands: relative file names begin here. */
  readonly workingDir: string;
}

interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** What stands for the value in the help, such as FILE. */
  readonly value?: string;
  readonly help: string;
}

type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OptionValue<Spec extends OptionSpec> = Spec['type'] extends 'boolean'
  ? boolean
  : Spec['multiple'] extends true
    ? string[]
    : string;

type OptionValues<Specs extends OptionSpecs> = { readonly [Name in keyof Specs]?: OptionValue<Specs[Name]> };

interface CommandSpec<Specs extends OptionSpecs> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Positional arguments by name; in brackets when they may be left out. */
  readonly arguments: readonly string[];
  readonly options: Specs;
  /** What more there is to know, for the command's own help. */
  readonly details: string;
  run(context: CommandContext, values: OptionValues<Specs>, positionals: readonly string[]): Promise<void>;
}

export interface Command extends Omit<CommandSpec<OptionSpecs>, 'run'> {
  /** @throws UsageError when the arguments do not fit; CommandError and others for faults of the run */
  run(context: CommandContext, commandArguments: readonly string[]): Promise<void>;
}

/** Makes a command whose arguments are read by `node:util`'s parseArgs before it runs. */
export function defineCommand<const Specs extends OptionSpecs>(spec: CommandSpec<Specs>): Command {
  return {
    ...spec,
    async run(context, commandArguments) {
      const { values, positionals } = parse(spec, commandArguments);
      await spec.run(context, values, positionals);
    },
  };
}

function parse<Specs extends OptionSpecs>(
  spec: CommandSpec<Specs>,
  commandArguments: readonly string[],
): { values: OptionValues<Specs>; positionals: readonly string[] } {
  let parsed: { values: unknown; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...commandArguments], options: spec.options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node adds advice after the first sentence that does not fit here.
    const [sentence = ''] = isNativeError(error) ? error.message.split(/\. |\n/) : [];
    throw new UsageError(`${sentence.replace(/\.$/, '')}.`, { cause: error });
  }
  const { positionals } = parsed;
  const missing = spec.arguments.filter((name) => !name.startsWith('['))[positionals.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  const surplus = positionals[spec.arguments.length];
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one argument too many.`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parseArgs has just checked them by the specification
  return { values: parsed.values as OptionValues<Specs>, positionals };
}

/** @throws UsageError naming the option, when it was not given or is empty */
export function required(values: Readonly<Record<string, unknown>>, option: string): string {
  const value = values[option];
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${option} is missing.`);
  return value;
}
