import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { type Logger } from 'pino';

/**
 * Tells once that spans cannot be sent, and once that they can again. Spans are not worth keeping: those that could not
 * be sent are dropped.
 */
export class WatchedExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #logger: Logger;
  #dropped = 0;

  constructor(inner: SpanExporter, logger: Logger) {
    this.#inner = inner;
    this.#logger = logger;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#inner.export(spans, ({ code, error }) => {
      if (code === ExportResultCode.SUCCESS) this.#succeeded();
      else this.#failed(spans.length, error);
      // Not passed on: a handler that is global to the process would log the failure a second time.
      done({ code: ExportResultCode.SUCCESS });
    });
  }

  async shutdown(): Promise<void> {
    await this.#inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }

  #failed(spans: number, error: Error | undefined): void {
    if (this.#dropped === 0)
      this.#logger.warn({ err: error }, 'Traces cannot be sent; they are dropped until they can');
    this.#dropped += spans;
  }

  #succeeded(): void {
    if (this.#dropped > 0) this.#logger.info({ spans: this.#dropped }, 'Traces are sent again; some spans were lost');
    this.#dropped = 0;
  }
}
