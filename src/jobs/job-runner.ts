import type { Job } from 'agenda';
import type { Logger } from 'pino';
import { inScope } from '../observability/scope.js';
import type { JobHandler } from './job-definition.js';

/**
 * Runs handlers. A failure ends here, in the log: Agenda would keep the failed job for ever and, without a backoff,
 * never try it again. Whoever must try again finds out from the database what is still due.
 */
export class JobRunner {
  readonly #logger: Logger;
  readonly #stopping: AbortSignal;
  #running = 0;

  constructor(logger: Logger, stopping: AbortSignal) {
    this.#logger = logger;
    this.#stopping = stopping;
  }

  /** How many handlers have begun and not ended. */
  get running(): number {
    return this.#running;
  }

  /** Never rejects. */
  async run(handler: JobHandler, { attrs }: Job): Promise<void> {
    const { _id: jobId, data } = attrs;
    const logger = this.#logger.child({ job: handler.name, jobId });
    this.#running += 1;
    // Of its own: Agenda's timers may have begun in a request.
    await inScope({ fields: { job: handler.name, jobId: String(jobId) } }, async () => {
      try {
        await handler.run(data, { logger, signal: this.#stopping });
        logger.debug('job done');
      } catch (error) {
        logger.error({ err: error }, 'job failed and is dropped');
      }
    });
    this.#running -= 1;
  }
}
