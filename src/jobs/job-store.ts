import type { JobRepository } from 'agenda';

/** How long a store may take to accept a connection. */
export const STORE_CONNECT_TIMEOUT_MS = 3_000;

/** How long a store may take to answer a statement; without it a silent network would hold a worker for hours. */
export const STORE_ANSWER_TIMEOUT_MS = 3_000;

/**
 * Agenda's book-keeping takes a millisecond a statement, and handlers use the application's connections, not these.
 * More only makes contention: with the driver's 100, two workers on FerretDB were 1.3 s late in the median under 26
 * jobs a second, with four 0.6 s.
 */
export const STORE_MAX_CONNECTIONS = 4;

/** Where jobs are kept: Agenda's repository on connections of our own, and what Agenda does not do itself. */
export interface JobStore {
  readonly name: string;
  readonly repository: JobRepository;
  /** Connects and makes tables or indexes; safe in several processes at once. Rejects when the store is down. */
  connect(): Promise<void>;
  /** Rejects when the store does not answer. */
  ping(): Promise<void>;
  /**
   * Removes jobs that nobody will run: finished ones that could not be removed at once, and those due or locked
   * before the given time, whose kind no longer exists. Gives how many.
   */
  removeLeftovers(dueBefore: Date): Promise<number>;
  close(): Promise<void>;
}
