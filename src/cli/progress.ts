import { type CommandContext } from './command.js';

/** How often a log file or CI gets a line; a terminal is rewritten each time. */
const LINE_EVERY_MS = 5000;

/** Tells on stderr how far a long run has come. */
export class Progress {
  readonly #stream: CommandContext['stderr'];
  readonly #what: string;
  readonly #total: number | undefined;
  #lastLineAt = performance.now();
  #open = false;

  constructor(stream: CommandContext['stderr'], what: string, total?: number) {
    this.#stream = stream;
    this.#what = what;
    this.#total = total;
  }

  show(done: number): void {
    const of = this.#total === undefined ? '' : ` of ${this.#total.toLocaleString('en')}`;
    const line = `${done.toLocaleString('en')}${of} ${this.#what}`;
    if (this.#stream.isTTY === true) {
      this.#stream.write(`\r${line}`);
      this.#open = true;
    } else if (performance.now() - this.#lastLineAt >= LINE_EVERY_MS) {
      this.#stream.write(`${line}\n`);
      this.#lastLineAt = performance.now();
    }
  }

  end(): void {
    if (this.#open) this.#stream.write('\n');
    this.#open = false;
  }
}
