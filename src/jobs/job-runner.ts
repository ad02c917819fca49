import type { Job } from 'agenda';
import type { Logger } from 'pino';
import { inScope } from '../observability/scope.js';
import type { JobHandler } from './job-definition.js';
import type { LockedJobs } from './locked-jobs.js';

/**
 * Runs handlers. Errors are logged and not passed to Agenda, which would keep the failed job for ever and, without a
 * backoff, never retry it. Sweeps retry what is still due by the database. While a handler runs, the
 * lock of its job is renewed, so that it may take longer than the lock's lifetime.
 */
export class JobRunner {
  readonly #logger: Logger;
  readonly #stopping: AbortSignal;
  readonly #lockedJobs: LockedJobs;
  readonly #renewEveryMs: number;
  #running = 0;

  constructor(
    logger: Logger,
    {
      stopping,
      lockedJobs,
      lockLifetimeMs,
    }: { readonly stopping: AbortSignal; readonly lockedJobs: LockedJobs; readonly lockLifetimeMs: number },
  ) {
    this.#logger = logger;
    this.#stopping = stopping;
    this.#lockedJobs = lockedJobs;
    this.#renewEveryMs = lockLifetimeMs / 3;
  }

  /** How many handlers have begun and not ended. */
  get running(): number {
    return this.#running;
  }

  /** Never rejects. */
  async run(handler: JobHandler, job: Job): Promise<void> {
    const { _id: jobId, data } = job.attrs;
    const logger = this.#logger.child({ job: handler.name, jobId });
    this.#running += 1;
    const renewing = setInterval(() => void this.#renew(job, logger), this.#renewEveryMs);
    // A scope of its own: Agenda's timers may have been started in a request's.
    await inScope({ fields: { job: handler.name, jobId: String(jobId) } }, async () => {
      try {
        await handler.run(data, { logger, signal: this.#stopping });
        logger.debug('job done');
      } catch (error) {
        logger.error({ err: error }, 'job failed and is dropped');
      }
    });
    clearInterval(renewing);
    this.#running -= 1;
  }

  async #renew(job: Job, logger: Logger): Promise<void> {
    try {
      const { _id: id } = job.attrs;
      await job.touch();
      this.#lockedJobs.renew(String(id));
    } catch (error) {
      logger.debug({ err: error }, 'the lock of a job could not be renewed');
    }
  }
}
