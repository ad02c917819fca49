import type { JobRepository } from 'agenda';

/** How long a store may take to accept a connection. */
export const STORE_CONNECT_TIMEOUT_MS = 3_000;

/** How long a store may take to answer a statement; without a limit a dead connection would block a worker for hours. */
export const STORE_ANSWER_TIMEOUT_MS = 3_000;

/**
 * Pool size. A statement of Agenda takes a millisecond, and handlers use the application's connections, not these. More
 * connections only cause contention: with the driver's 100, two workers on FerretDB were 1.3 s late in the median under
 * 26 jobs a second, with four 0.6 s.
 */
export const STORE_MAX_CONNECTIONS = 4;

/** The store of jobs: Agenda's repository on connections of ours, and operations that Agenda lacks. */
export interface JobStore {
  readonly name: string;
  readonly repository: JobRepository;
  /** Connects and creates tables or indexes; safe in several processes at once. Rejects when the store is unreachable. */
  connect(): Promise<void>;
  /** Rejects when the store does not answer. */
  ping(): Promise<void>;
  /**
   * Removes orphaned jobs: finished ones whose removal failed, and those due or locked before the given time, of a kind
   * that no longer exists. Gives how many.
   */
  removeLeftovers(dueBefore: Date): Promise<number>;
  close(): Promise<void>;
}
