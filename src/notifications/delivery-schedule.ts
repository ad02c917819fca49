import DataLoader from 'dataloader';
import { type Logger } from 'pino';
import { runOutsideScope } from '../observability/scope.js';

/** A pending mail. */
export interface DueMail {
  readonly id: string;
  readonly sendAt: Date;
}

/** Schedules the delivery of pending mails, without waiting until that is stored. */
export type ScheduleDeliveries = (mails: readonly DueMail[]) => void;

/** How long mails are gathered before their jobs are stored. */
const GATHER_MS = 50;
/** Mails that are due within this time share a job, which runs when the last of them is due. */
const SHARED_MS = 100;
const MAX_MAILS_OF_A_JOB = 100;

/**
 * Schedules the delivery of pending mails, with one job for those that are due at about the same time: storing a job
 * for each mail costs a third of writing a ticket. Best effort: what a process has gathered when it ends, workers find by
 * polling, as they find mails whose jobs are lost (docs/decisions/0023-sending.md).
 */
export class DeliverySchedule {
  readonly #loader: DataLoader<DueMail, void>;

  /** @param storeJob stores a job that delivers the mails with these ids, at the given time */
  constructor(storeJob: (ids: readonly string[], at: Date) => Promise<void>, logger: Logger) {
    this.#loader = new DataLoader(
      async (mails) => {
        const jobs = jobsOf(mails).map(async ({ ids, at }) => storeJob(ids, at));
        for (const job of await Promise.allSettled(jobs)) {
          if (job.status === 'rejected') logger.error({ err: job.reason }, 'Scheduling the delivery of mails failed');
        }
        return mails.map(() => undefined);
      },
      { cache: false, batchScheduleFn: (store) => void runOutsideScope(() => setTimeout(store, GATHER_MS)) },
    );
  }

  readonly add: ScheduleDeliveries = (mails) => {
    for (const mail of mails) void this.#loader.load(mail);
  };
}

function jobsOf(mails: readonly DueMail[]): { readonly ids: readonly string[]; readonly at: Date }[] {
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
