import { type CommandContext } from './command.js';

/** What shells report for Ctrl-C. */
export const EXIT_INTERRUPTED = 130;

/** Ctrl-C and SIGTERM, for a command that breaks off by itself where it can say what was done. */
export class Interruption {
  readonly #controller = new AbortController();
  #endAtOnce: () => void = () => process.exit(EXIT_INTERRUPTED);

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the second signal does; gives what takes that back. */
  onSecond(endAtOnce: () => void): () => void {
    const before = this.#endAtOnce;
    this.#endAtOnce = endAtOnce;
    return () => {
      this.#endAtOnce = before;
    };
  }

  /** Runs the action, and hears signals meanwhile. */
  static async during<Result>(
    { stderr }: Pick<CommandContext, 'stderr'>,
    action: (interruption: Interruption) => Promise<Result>,
  ): Promise<Result> {
    const interruption = new Interruption();
    const listen = () => {
      if (interruption.signal.aborted) {
        interruption.#endAtOnce();
        return;
      }
      stderr.write('\nBreaking off … A second Ctrl-C ends at once.\n');
      interruption.#controller.abort();
    };
    process.on('SIGINT', listen).on('SIGTERM', listen);
    try {
      return await action(interruption);
    } finally {
      process.off('SIGINT', listen).off('SIGTERM', listen);
    }
  }
}
