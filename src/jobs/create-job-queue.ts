import type { Logger } from 'pino';
import { AgendaJobQueue } from './agenda-job-queue.js';
import type { JobQueue } from './job-queue.js';
import { openJobStore } from './open-job-store.js';

/** What a job queue needs. */
export interface JobQueueOptions {
  /** mongodb://…, mongodb+srv://…, postgres://… or postgresql://… */
  readonly url: string;
  readonly logger: Logger;
  /** How often to look for due jobs, in milliseconds; a job for right now waits that long at most. */
  readonly processEveryMs?: number;
  /** After how long a job counts as abandoned and runs again, in milliseconds. */
  readonly lockLifetimeMs?: number;
}

/** Often enough for a mail within two seconds of its time; one indexed UPDATE for each kind of job. */
const PROCESS_EVERY_MS = 1_000;

/** Longer than a handler takes: SMTP gives up within 15 s. Agenda's own ten minutes would be how late a mail is. */
const LOCK_LIFETIME_MS = 60_000;

/**
 * Opens the job store and returns its queue. Resolves after the first attempt to connect, successful or not (three
 * seconds at most): further attempts go on in the background.
 *
 * @throws {Error} if the URL is of no known kind
 * @throws {StartError} if it leads to a store that cannot be used before somebody has mended something
 */
export async function createJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const logger = options.logger.child({ component: 'jobs' });
  const queue = new AgendaJobQueue(openJobStore(options.url, logger), {
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
