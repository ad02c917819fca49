import type { JobDefinition, JobHandler } from './job-definition.js';

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
