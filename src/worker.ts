import { type App } from './app.js';
import { answerPasswordReset } from './auth/auth.jobs.js';
import { handle } from './jobs/job-definition.js';
import { deliverNotification } from './notifications/notification.jobs.js';

/** Whatever no job woke anybody for is found within this time (architecture, "Notifications"). */
const SWEEP_EVERY_MS = 30_000;

type WorkerParts = Pick<App, 'jobs' | 'delivery' | 'passwordResets' | 'throttle' | 'logger'>;

/** Runs due jobs and sweeps, until it is stopped. */
export function startWorker({ jobs, delivery, passwordResets, throttle, logger }: WorkerParts): {
  stop(): Promise<void>;
} {
  jobs.work([
    handle(deliverNotification, async ({ id }) => delivery.deliver(id)),
    handle(answerPasswordReset, async ({ id }) => passwordResets.deliver(id)),
  ]);

  const sweeps: Record<string, () => Promise<unknown>> = {
    'due notifications': async () => delivery.sweep(),
    'waiting password resets': async () => passwordResets.sweep(),
    'old sign-in attempts': async () => throttle.forgetOld(),
  };
  const sweep = async () => {
    for (const [name, run] of Object.entries(sweeps)) {
      try {
        await run();
      } catch (error) {
        logger.error({ err: error }, `The sweep for ${name} failed; it comes again`);
      }
    }
  };
  let sweeping: Promise<void> | undefined;
  const start = () => {
    sweeping ??= sweep().finally(() => {
      sweeping = undefined;
    });
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
