import type { Logger } from 'pino';
import { AgendaJobQueue } from './agenda-job-queue.js';
import type { JobDefinition, JobHandler } from './job-definition.js';
import { openJobStore } from './open-job-store.js';

/**
 * Wakes somebody up at a time, at best: a job is a hint to look at the database, never the only record that
 * something is due. Jobs may be lost with their store, and may run twice.
 */
export interface JobQueue {
  /**
   * Asks for a run at a time; a past one means at once. Resolves when the job is stored, or given up with a warning
   * after at most a second: a store that is down never fails the caller. There is no rescheduling and no uniqueness:
   * ask again, and let the handler see what is still true.
   *
   * @throws {ZodError} if the payload has not the definition's shape
   * @throws {RangeError} if the time is an invalid date, which Agenda would run at once
   */
  schedule<Payload>(job: JobDefinition<Payload>, payload: Payload, at: Date): Promise<void>;
  /** Starts to run due jobs, as soon as the store answers. At most once. A process that only schedules never calls it. */
  work(handlers: readonly JobHandler[]): void;
  /** Whether the store answers within a second, for readiness probes. */
  isReady(): Promise<boolean>;
  /**
   * Takes no more jobs and hands back what it had locked; resolves when the running ones have ended, however long that
   * takes. Jobs can still be asked for.
   */
  quiesce(): Promise<void>;
  /** Rests, at most for so many milliseconds (10,000 if not given), and closes its connections. */
  stop(patienceMs?: number): Promise<void>;
}

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
