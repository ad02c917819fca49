import { type ExecutionResult, type GraphQLError } from 'graphql';

interface StreamParts {
  /** What the subscription's resolver gives: one payload for each message. */
  readonly source: AsyncIterator<unknown>;
  /** Called before each message: ends the stream when its viewer may not have more. */
  readonly refresh: () => Promise<void>;
  readonly execute: (payload: unknown) => Promise<ExecutionResult>;
  readonly describe: (error: unknown) => readonly GraphQLError[];
  /** Called once, when nothing more comes. */
  readonly onClose: (stream: LiveStream) => void;
}

/**
 * The messages of one subscription, made one by one as the client takes them: what it does not take waits in the source, which
 * bounds it.
 */
export class LiveStream implements AsyncIterableIterator<ExecutionResult> {
  readonly #parts: StreamParts;
  #last: ExecutionResult | undefined;
  #isEnded = false;
  #isClosed = false;
  /** Messages that were given, for the log. */
  delivered = 0;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const message = (await this.#take()) ?? this.#takeLast();
    if (message === undefined) return this.return();
    this.delivered += 1;
    return { done: false, value: message };
  }

  /** Gives nothing more, but the errors that say why. */
  end(errors?: readonly GraphQLError[]): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#last = errors && { data: null, errors };
    // Ends a `next` that waits. What a source cannot close is of no interest to the client.
    this.#parts.source.return?.().catch(() => {});
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.end();
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#parts.onClose(this);
    }
    return { done: true, value: undefined };
  }

  async #take(): Promise<ExecutionResult | undefined> {
    const { source, refresh, execute, describe } = this.#parts;
    const isOver = () => this.#isEnded;
    try {
      if (isOver()) return undefined;
      const { done, value } = await source.next();
      if (done === true || isOver()) return undefined;
      await refresh();
      if (isOver()) return undefined;
      const message = await execute(value);
      return isOver() ? undefined : message;
    } catch (error) {
      this.end(describe(error));
      return undefined;
    }
  }

  #takeLast(): ExecutionResult | undefined {
    const last = this.#last;
    this.#last = undefined;
    return last;
  }
}
