import { type Logger } from 'pino';
import { runOutsideScope } from '../observability/scope.js';

/** A pending mail. */
export interface DueMail {
  readonly id: string;
  readonly sendAt: Date;
}

/** Schedules the delivery of pending mails, without waiting until that is stored. */
export type ScheduleDeliveries = (mails: readonly DueMail[]) => void;

interface DeliveryJob {
  readonly ids: readonly string[];
  readonly at: Date;
}

/** Batching window: how long mails are gathered before their jobs are stored. */
const GATHER_MS = 50;
/** Mails due less than this after the first mail of a job share that job. It runs when the last of them is due. */
const MAX_DUE_SPREAD_MS = 100;
const MAX_MAILS_PER_JOB = 100;

/**
 * Schedules the delivery of pending mails, with one job for mails that are due at about the same time, as each job costs
 * an INSERT. Best effort: if the process is killed before the jobs are stored, workers find the mails by polling
 * (docs/decisions/0023-sending.md).
 */
export class DeliverySchedule {
  readonly #storeJob: (job: DeliveryJob) => Promise<void>;
  readonly #logger: Logger;
  #gathered: DueMail[] = [];
  #gathering: NodeJS.Timeout | undefined;

  /** @param storeJob stores a job that delivers the mails with these ids, at the given time */
  constructor(storeJob: (job: DeliveryJob) => Promise<void>, logger: Logger) {
    this.#storeJob = storeJob;
    this.#logger = logger;
  }

  /** Gathers the mails; their jobs are stored within GATHER_MS, or by `flush`. */
  readonly add: ScheduleDeliveries = (mails) => {
    if (mails.length === 0) return;
    this.#gathered.push(...mails);
    this.#gathering ??= runOutsideScope(() => setTimeout(() => void this.flush(), GATHER_MS));
  };

  /** Stores the jobs of all gathered mails at once. Never rejects: errors are logged. */
  async flush(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const jobs = jobsOf(this.#gathered);
    this.#gathered = [];
    await Promise.all(jobs.map(async (job) => this.#store(job)));
  }

  async #store(job: DeliveryJob): Promise<void> {
    try {
      await this.#storeJob(job);
    } catch (error) {
      this.#logger.error({ err: error }, 'Scheduling the delivery of mails failed');
    }
  }
}

function jobsOf(mails: readonly DueMail[]): DeliveryJob[] {
  const jobs: { readonly ids: string[]; readonly firstMs: number; at: Date }[] = [];
  for (const { id, sendAt } of mails.toSorted((a, b) => a.sendAt.getTime() - b.sendAt.getTime())) {
    const last = jobs.at(-1);
    if (last && last.ids.length < MAX_MAILS_PER_JOB && sendAt.getTime() - last.firstMs < MAX_DUE_SPREAD_MS) {
      last.ids.push(id);
      last.at = sendAt;
    } else {
      jobs.push({ ids: [id], firstMs: sendAt.getTime(), at: sendAt });
    }
  }
  return jobs;
}
