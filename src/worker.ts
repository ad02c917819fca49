import { type App } from './app.js';
import { handle } from './jobs/job-definition.js';
import { deliverNotification } from './notifications/notification.jobs.js';

/** Whatever no job woke anybody for is found within this time (architecture, "Notifications"). */
const SWEEP_EVERY_MS = 30_000;

/** Runs due jobs and sweeps, until it is stopped. */
export function startWorker({ jobs, delivery, logger }: Pick<App, 'jobs' | 'delivery' | 'logger'>): {
  stop(): Promise<void>;
} {
  jobs.work([handle(deliverNotification, async ({ id }) => delivery.deliver(id))]);

  let sweeping: Promise<void> = Promise.resolve();
  let busy = false;
  const sweep = async () => {
    busy = true;
    try {
      await delivery.sweep();
    } catch (error) {
      logger.error({ err: error }, 'The sweep for due notifications failed; it comes again');
    } finally {
      busy = false;
    }
  };
  const start = () => {
    if (!busy) sweeping = sweep();
  };
  start();
  const timer = setInterval(start, SWEEP_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
