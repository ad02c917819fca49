import type {
  JobId,
  JobParameters,
  JobRepository,
  JobRepositoryOptions,
  JobsOverview,
  JobsQueryOptions,
  JobsResult,
  RemoveJobsOptions,
} from 'agenda';
import type { LockedJobs } from './locked-jobs.js';
import type { StoreHealth } from './store-health.js';

/** Not a failure of the store: another worker has run and removed the job. */
export class JobGoneError extends Error {
  override readonly name = 'JobGoneError';
}

/**
 * Agenda's repository made resilient: every call reports to the store's health, locked jobs are limited, and unlocking
 * never rejects. Agenda calls unlockJob without awaiting it, so that a rejection would end the process; the lock of a
 * job that could not be unlocked expires.
 */
export class ResilientJobRepository implements JobRepository {
  readonly #inner: JobRepository;
  readonly #health: StoreHealth;
  readonly #lockedJobs: LockedJobs;

  constructor(inner: JobRepository, health: StoreHealth, lockedJobs: LockedJobs) {
    this.#inner = inner;
    this.#health = health;
    this.#lockedJobs = lockedJobs;
  }

  async getNextJobToRun(
    jobName: string,
    nextScanAt: Date,
    lockDeadline: Date,
    now: Date | undefined,
    options: JobRepositoryOptions | undefined,
  ): Promise<JobParameters | undefined> {
    return this.#lockedJobs.acquire(
      async () => this.#health.watch(this.#inner.getNextJobToRun(jobName, nextScanAt, lockDeadline, now, options)),
      async (job) => this.unlockJob(job),
    );
  }

  async saveJobState(job: JobParameters, options: JobRepositoryOptions | undefined): Promise<void> {
    try {
      const gone = await this.#health.watch(this.#saveUnlessGone(job, options));
      if (gone !== undefined) throw gone;
    } catch (error) {
      // Before the run Agenda drops the job; after it the lock expires and the job runs again. A renewal that failed
      // (`touch`) leaves the job running, and no longer counted: another worker may take it.
      this.#release(job);
      throw error;
    }
  }

  async removeJobs(options: RemoveJobsOptions): Promise<number> {
    try {
      return await this.#health.watch(this.#inner.removeJobs(options));
    } finally {
      // Removal by id is Agenda's last operation on a finished job.
      if (options.id !== undefined) this.#lockedJobs.release(options.id);
    }
  }

  async unlockJob(job: JobParameters): Promise<void> {
    this.#release(job);
    await this.#ignoringFailure(this.#inner.unlockJob(job));
  }

  async unlockJobs(jobIds: (JobId | string)[]): Promise<void> {
    for (const id of jobIds) this.#lockedJobs.release(id);
    await this.#ignoringFailure(this.#inner.unlockJobs(jobIds));
  }

  async saveJob<Data = unknown>(
    job: JobParameters<Data>,
    options: JobRepositoryOptions | undefined,
  ): Promise<JobParameters<Data>> {
    return this.#health.watch(this.#inner.saveJob(job, options));
  }

  async lockJob(job: JobParameters, options: JobRepositoryOptions | undefined): Promise<JobParameters | undefined> {
    return this.#inner.lockJob(job, options);
  }

  async connect(): Promise<void> {
    await this.#inner.connect();
  }

  async queryJobs(options?: JobsQueryOptions): Promise<JobsResult> {
    return this.#inner.queryJobs(options);
  }

  async getJobsOverview(): Promise<JobsOverview[]> {
    return this.#inner.getJobsOverview();
  }

  async getDistinctJobNames(): Promise<string[]> {
    return this.#inner.getDistinctJobNames();
  }

  async getJobById(id: string): Promise<JobParameters | null> {
    return this.#inner.getJobById(id);
  }

  async getQueueSize(): Promise<number> {
    return this.#inner.getQueueSize();
  }

  async disableJobs(options: RemoveJobsOptions): Promise<number> {
    return this.#inner.disableJobs(options);
  }

  async enableJobs(options: RemoveJobsOptions): Promise<number> {
    return this.#inner.enableJobs(options);
  }

  async purgeAllJobs(): Promise<number> {
    return this.#inner.purgeAllJobs();
  }

  async #saveUnlessGone(
    job: JobParameters,
    options: JobRepositoryOptions | undefined,
  ): Promise<JobGoneError | undefined> {
    try {
      await this.#inner.saveJobState(job, options);
      return undefined;
    } catch (error) {
      // Agenda has no error class for it.
      const { _id: id } = job;
      const found = id && (await this.#inner.getJobById(String(id)).catch(() => undefined));
      if (found !== null) throw error;
      return new JobGoneError('The job is no longer in the store', { cause: error });
    }
  }

  #release({ _id: id }: JobParameters): void {
    if (id !== undefined) this.#lockedJobs.release(id);
  }

  async #ignoringFailure(operation: Promise<void>): Promise<void> {
    try {
      await this.#health.watch(operation);
    } catch {
      // StoreHealth has logged the error; see the class comment.
    }
  }
}
