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

/** How long mails are gathered before their jobs are stored. */
const GATHER_MS = 50;
/** Mails that are due within this time share a job, which runs when the last of them is due. */
const SHARED_MS = 100;
const MAX_MAILS_OF_A_JOB = 100;

/**
 * Schedules the delivery of pending mails, with one job for those that are due at about the same time: storing a job
 * for each mail costs a third of writing a ticket. Best effort: what a process has gathered when it is killed, workers find by
 * polling, as they find mails whose jobs are lost (docs/decisions/0023-sending.md).
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

  readonly add: ScheduleDeliveries = (mails) => {
    if (mails.length === 0) return;
    this.#gathered.push(...mails);
    this.#gathering ??= runOutsideScope(() => setTimeout(() => void this.flush(), GATHER_MS));
  };

  /** Stores the jobs of what was gathered. Never rejects. */
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
    if (last && last.ids.length < MAX_MAILS_OF_A_JOB && sendAt.getTime() - last.firstMs < SHARED_MS) {
      last.ids.push(id);
      last.at = sendAt;
    } else {
      jobs.push({ ids: [id], firstMs: sendAt.getTime(), at: sendAt });
    }
  }
  return jobs;
}
