import type { Logger } from 'pino';

/** Watches the calls to a store, and logs once when they begin to fail and once when they succeed again. */
export class StoreHealth {
  readonly #store: string;
  readonly #logger: Logger;
  readonly #reported = new WeakSet<Error>();
  #failingSince: number | undefined;

  constructor(store: string, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Runs an operation and passes on its result or error. */
  async watch<Result>(operation: Promise<Result>): Promise<Result> {
    try {
      const result = await operation;
      this.#succeeded();
      return result;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Whether an error came from a watched call, and so has been logged. */
  hasReported(error: Error): boolean {
    return this.#reported.has(error);
  }

  #failed(error: unknown): void {
    if (error instanceof Error) this.#reported.add(error);
    if (this.#failingSince !== undefined) {
      this.#logger.debug({ err: error, store: this.#store }, 'the job store fails still');
      return;
    }
    this.#failingSince = Date.now();
    this.#logger.warn({ err: error, store: this.#store }, 'the job store fails; trying on');
  }

  #succeeded(): void {
    if (this.#failingSince === undefined) return;
    const failedForMs = Date.now() - this.#failingSince;
    this.#failingSince = undefined;
    this.#logger.info({ store: this.#store, failedForMs }, 'the job store works again');
  }
}
