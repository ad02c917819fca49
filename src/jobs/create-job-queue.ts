import type { Logger } from 'pino';
import { AgendaJobQueue } from './agenda-job-queue.js';
import type { JobQueue } from './job-queue.js';
import { openJobStore } from './open-job-store.js';

/** Options of a job queue. */
export interface JobQueueOptions {
  /** mongodb://…, mongodb+srv://…, postgres://… or postgresql://… */
  readonly url: string;
  readonly logger: Logger;
  /** Polling interval in milliseconds: the maximum delay of a job. */
  readonly processEveryMs?: number;
  /** Lifetime of a job's lock in milliseconds, renewed while its handler runs. Once it has expired, another worker may run the job. */
  readonly lockLifetimeMs?: number;
}

/**
 * Polling interval: mails leave within two seconds of their time; each poll is one indexed UPDATE for each kind of job.
 */
const PROCESS_EVERY_MS = 1_000;

/** Lock lifetime: after a worker has died, its jobs run again this much later. Agenda's default is ten minutes. */
const LOCK_LIFETIME_MS = 60_000;

/**
 * Opens the job store and returns its queue. Resolves after the first attempt to connect, successful or not (three
 * seconds at most): further attempts go on in the background.
 *
 * @throws {Error} if the URL is of no known kind
 * @throws {StartError} if the store cannot be used without a change of the configuration
 */
export async function createJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const logger = options.logger.child({ component: 'jobs' });
  const queue = new AgendaJobQueue(await openJobStore(options.url, logger), {
    logger,
    processEveryMs: options.processEveryMs ?? PROCESS_EVERY_MS,
    lockLifetimeMs: options.lockLifetimeMs ?? LOCK_LIFETIME_MS,
  });
  try {
    await queue.connect();
  } catch (error) {
    await queue.stop(0);
    throw error;
  }
  return queue;
}
