import type { Job } from 'agenda';
import type { Logger } from 'pino';
import { inScope } from '../observability/scope.js';
import type { JobHandler } from './job-definition.js';

/**
 * Runs handlers. Errors are logged and not passed to Agenda, which would keep the failed job for ever and, without a
 * backoff, never retry it. Sweeps retry what is still due by the database.
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
    // A scope of its own: Agenda's timers may have been started in a request's.
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
