import { setTimeout as delay } from 'node:timers/promises';
import { Agenda } from 'agenda';
import type { Logger } from 'pino';
import { runOutsideScope } from '../observability/scope.js';
import { StartError } from '../common/start-error.js';
import { ResilientJobRepository, JobGoneError } from './resilient-job-repository.js';
import type { JobDefinition, JobHandler } from './job-definition.js';
import type { JobQueue } from './job-queue.js';
import { JobRunner } from './job-runner.js';
import type { JobStore } from './job-store.js';
import { LockedJobs } from './locked-jobs.js';
import { StoreHealth } from './store-health.js';
import { withTimeout } from '../common/timeout.js';

/** Concurrency of handlers, which mostly wait for SMTP. */
const CONCURRENCY = 20;

/**
 * Maximum number of jobs locked at a time. Agenda locks more only every processEvery, so this limits a worker's
 * throughput: by default this many a second.
 */
const MAX_LOCKED = 100;

const SCHEDULE_TIMEOUT_MS = 1_000;
const PING_TIMEOUT_MS = 1_000;

/** Default time-out of `stop`. */
const STOP_WAIT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
const STOP_POLL_MS = 20;

/** Interval of reconnecting: with a connect time-out of three seconds a recovered store is found within seven. */
const RECONNECT_FIRST_WAIT_MS = 250;
const RECONNECT_MAX_WAIT_MS = 4_000;

const CLEAN_UP_EVERY_MS = 10 * 60_000;
const LEFTOVER_AFTER_MS = 24 * 60 * 60_000;

interface AgendaJobQueueOptions {
  readonly logger: Logger;
  readonly processEveryMs: number;
  readonly lockLifetimeMs: number;
}

/** The job queue on Agenda, guarded against what Agenda 6.2 does when its store goes away. */
export class AgendaJobQueue implements JobQueue {
  readonly #store: JobStore;
  readonly #logger: Logger;
  readonly #agenda: Agenda;
  readonly #health: StoreHealth;
  readonly #lockedJobs: LockedJobs;
  readonly #runner: JobRunner;
  readonly #stopping = new AbortController();
  readonly #connected = Promise.withResolvers<boolean>();
  #isConnected = false;
  #isClosed = false;
  #started: Promise<void> | undefined;
  #quiescing: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #cleanUpTimer: NodeJS.Timeout | undefined;

  constructor(store: JobStore, { logger, processEveryMs, lockLifetimeMs }: AgendaJobQueueOptions) {
    this.#store = store;
    this.#logger = logger;
    this.#health = new StoreHealth(store.name, logger);
    this.#lockedJobs = new LockedJobs(MAX_LOCKED, lockLifetimeMs);
    this.#runner = new JobRunner(logger, {
      stopping: this.#stopping.signal,
      lockedJobs: this.#lockedJobs,
      lockLifetimeMs,
    });
    this.#agenda = new Agenda({
      backend: {
        name: store.name,
        repository: new ResilientJobRepository(store.repository, this.#health, this.#lockedJobs),
        ownsConnection: false,
        // Agenda's constructor calls this without handling a rejection, so it never rejects.
        connect: async () => {
          await this.#connected.promise;
        },
        disconnect: async () => {},
      },
      processEvery: processEveryMs,
      maxConcurrency: CONCURRENCY,
      defaultConcurrency: CONCURRENCY,
      defaultLockLifetime: lockLifetimeMs,
      removeOnComplete: true,
    });
    this.#agenda.on('error', (error: Error) => {
      if (this.#health.hasReported(error)) return;
      const level = error instanceof JobGoneError ? 'debug' : 'warn';
      logger[level]({ err: error }, 'the job queue reports an error');
    });
  }

  /** Resolves after the first attempt; if that fails, others follow in the background until one succeeds. */
  async connect(): Promise<void> {
    if (!(await this.#tryToConnect())) void this.#connectInBackground();
  }

  async schedule<Payload>(job: JobDefinition<Payload>, payload: Payload, at: Date): Promise<void> {
    const data = job.payload.parse(payload);
    if (Number.isNaN(at.getTime())) throw new RangeError(`${job.name} was scheduled at an invalid date`);
    try {
      if (!this.#isConnected) throw new Error('the job store is not connected');
      if (this.#isClosed) throw new Error('the job queue is stopped');
      // Not earlier than now: the clean-up would take a job with an old due time for an orphan.
      const due = new Date(Math.max(at.getTime(), Date.now()));
      // Outside of the request's scope, as Agenda's timers outlive the request.
      const stored = runOutsideScope(async () => this.#agenda.schedule(due, job.name, data));
      await withTimeout(stored, SCHEDULE_TIMEOUT_MS);
    } catch (error) {
      this.#logger.warn({ err: error, job: job.name, at }, 'job not stored; a sweep must find what is due');
    }
  }

  work(handlers: readonly JobHandler[]): void {
    if (this.#started !== undefined) throw new Error('the job queue works already');
    for (const handler of handlers) {
      this.#agenda.define(handler.name, (job, done) => void this.#runner.run(handler, job).finally(done));
    }
    this.#started = this.#startWhenConnected();
  }

  async isReady(): Promise<boolean> {
    if (!this.#isConnected || this.#stopping.signal.aborted) return false;
    try {
      await withTimeout(this.#health.watch(this.#store.ping()), PING_TIMEOUT_MS);
      return true;
    } catch {
      return false;
    }
  }

  async quiesce(): Promise<void> {
    this.#quiescing ??= this.#quiesce();
    await this.#quiescing;
  }

  async stop(timeoutMs = STOP_WAIT_MS): Promise<void> {
    this.#stopped ??= this.#stop(timeoutMs);
    await this.#stopped;
  }

  async #quiesce(): Promise<void> {
    this.#stopping.abort();
    this.#connected.resolve(false);
    this.#lockedJobs.close();
    clearInterval(this.#cleanUpTimer);
    await this.#started;
    // Not drain(): it does not unlock jobs that were locked before their time.
    await this.#agenda.stop(false);
    while (!this.#isIdle() && !this.#isClosed) await delay(STOP_POLL_MS);
  }

  async #stop(timeoutMs: number): Promise<void> {
    try {
      await withTimeout(this.quiesce(), timeoutMs);
    } catch (error) {
      this.#logger.warn({ err: error, running: this.#runner.running }, 'stopped with jobs still running');
    }
    this.#isClosed = true;
    await this.#close();
  }

  #isIdle(): boolean {
    return this.#runner.running === 0 && this.#lockedJobs.isEmpty;
  }

  async #close(): Promise<void> {
    try {
      await withTimeout(this.#store.close(), CLOSE_TIMEOUT_MS);
    } catch (error) {
      this.#logger.warn({ err: error }, 'the job store could not be closed');
    }
  }

  async #tryToConnect(): Promise<boolean> {
    try {
      await this.#health.watch(this.#store.connect());
    } catch (error) {
      // A fault of the configuration, which retrying does not resolve.
      if (error instanceof StartError) throw error;
      return false;
    }
    this.#isConnected = true;
    this.#connected.resolve(true);
    return true;
  }

  async #connectInBackground(): Promise<void> {
    for (let wait = RECONNECT_FIRST_WAIT_MS; ; wait = Math.min(wait * 2, RECONNECT_MAX_WAIT_MS)) {
      await delay(wait, undefined, { ref: false });
      if (this.#stopping.signal.aborted || (await this.#tryToConnect().catch(() => false))) return;
    }
  }

  async #startWhenConnected(): Promise<void> {
    const connected = await this.#connected.promise;
    if (!connected || this.#stopping.signal.aborted) return;
    await this.#agenda.start();
    this.#cleanUpTimer = setInterval(() => void this.#cleanUp(), CLEAN_UP_EVERY_MS).unref();
    void this.#cleanUp();
  }

  async #cleanUp(): Promise<void> {
    try {
      const removed = await this.#health.watch(this.#store.removeLeftovers(new Date(Date.now() - LEFTOVER_AFTER_MS)));
      if (removed > 0) this.#logger.info({ removed }, 'leftover jobs removed');
    } catch {
      // StoreHealth has logged the error; the next clean-up removes them.
    }
  }
}
