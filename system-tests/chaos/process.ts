import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const START_TIMEOUT_MS = 90_000;

/** One `node dist/main.js`, as an operator would run it. */
export class DocketProcess {
  readonly #child: ChildProcess;
  #output = '';

  /** @param options words for node beside the program; a folder to start it in, where it would read an .env */
  constructor(
    env: Readonly<Record<string, string>>,
    options: { readonly words?: string[]; readonly cwd?: string } = {},
  ) {
    this.#child = spawn(process.execPath, [...(options.words ?? []), MAIN], {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data: Buffer) => (this.#output += data.toString()));
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until it says that it is up; gives the address of its API, empty for a worker. */
  async started(): Promise<string> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const [, url] = /GraphQL\s+(http\S+)\/graphql/.exec(this.#output) ?? [];
      if (url !== undefined) return url;
      if (this.#output.includes('works on jobs')) return '';
      if (this.#child.exitCode !== null || Date.now() > deadline) throw new Error(`It did not start:\n${this.#output}`);
      await delay(20);
    }
  }

  /** Gives the code it exited with; null when the signal ended it. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (!this.isAlive) return this.#child.exitCode;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
    return this.#child.exitCode;
  }

  /** What it logged, for when something went wrong. */
  get output(): string {
    return this.#output;
  }
}
