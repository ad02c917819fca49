import { type Command as Program, Option } from 'commander';
import { type Readable, type Writable } from 'node:stream';
import { type Clock } from '../common/clock.js';
import { type Env } from '../app/env.js';

/** A fault that the person at the terminal can understand from one sentence; exit code 1. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** Somebody broke the command off by a signal; exit code 130, as shells report Ctrl-C. */
export class InterruptedError extends CommandError {
  override name = 'InterruptedError';
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

export interface Command {
  readonly name: string;
  /**
   * Adds the command to the program. Its action throws UsageError when the arguments do not fit, CommandError and others for
   * faults of the run.
   * @param loadContext reads the settings; called when the arguments fit
   */
  addTo(program: Program, loadContext: () => CommandContext): void;
}

/** Makes a command whose arguments commander reads before it runs. */
export function defineCommand<const Specs extends OptionSpecs>(spec: CommandSpec<Specs>): Command {
  return {
    name: spec.name,
    addTo(program, loadContext) {
      const command = program
        .command(spec.name)
        .summary(spec.summary)
        .description([spec.summary, spec.details].filter((text) => text !== '').join('\n\n'))
        .usage([...spec.arguments, '[OPTIONS]'].join(' '))
        .argument('[ARGUMENTS...]');
      for (const [name, option] of Object.entries(spec.options)) command.addOption(optionOf(name, option));
      command.action(async (positionals: string[]) => {
        checkArguments(spec.arguments, positionals);
        const given: unknown = Object.fromEntries(
          command.options.map((option) => [option.name(), command.getOptionValue(option.attributeName())]),
        );
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- commander's values are untyped; their options were made of the same Specs
        await spec.run(loadContext(), given as OptionValues<Specs>, positionals);
      });
    },
  };
}

function optionOf(name: string, { type, value, multiple, help }: OptionSpec): Option {
  const option = new Option(
    type === 'boolean' ? `--${name}` : `--${name} <${value ?? 'VALUE'}>`,
    multiple === true ? `${help} May be repeated.` : help,
  );
  if (multiple === true) option.argParser((next: string, before: string[] | undefined) => [...(before ?? []), next]);
  return option;
}

function checkArguments(names: readonly string[], positionals: readonly string[]): void {
  const missing = names.filter((name) => !name.startsWith('['))[positionals.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  const surplus = positionals[names.length];
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one argument too many.`);
}

/** @throws UsageError naming the option, when it was not given or is empty */
export function required(values: Readonly<Record<string, unknown>>, option: string): string {
  const value = values[option];
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${option} is missing.`);
  return value;
}
