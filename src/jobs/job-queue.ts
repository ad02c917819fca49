import type { JobDefinition, JobHandler } from './job-definition.js';

/**
 * Runs handlers at a time, best effort: a job triggers a look at the database and is never the only record that
 * something is due. Jobs may be lost with their store, and may run twice.
 */
export interface JobQueue {
  /**
   * Schedules a run; a past time means at once. Resolves when the job is stored, or after a second with a warning: an
   * unreachable store never fails the caller. There is no rescheduling and no uniqueness: schedule another job, and let
   * the handler check what is still due.
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
   * Stops locking jobs and unlocks those that have not begun; resolves when the running ones have ended, without a time
   * limit. Jobs can still be scheduled.
   */
  quiesce(): Promise<void>;
  /** Waits for running jobs at most the given milliseconds (default 10,000), and closes the connections. */
  stop(timeoutMs?: number): Promise<void>;
}
