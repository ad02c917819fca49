import { type App } from './app.js';
import { answerPasswordReset, sendAccountMail } from '../accounts/sign-in/auth.jobs.js';
import { handle } from '../jobs/job-definition.js';
import { onceADay } from '../jobs/once-a-day.js';
import { removeCapturedMails } from '../mail/captured-mail.store.js';
import { UpcomingTimers } from '../notifications/upcoming-timers.js';
import { deliverNotifications } from '../notifications/notification.jobs.js';

/** Interval of sweeps: due rows without a job are found within this time. */
const SWEEP_EVERY_MS = 30_000;
/** Minimum interval of sweeps: a short digest interval shortens it, so that first digests are planned in time. */
const MIN_SWEEP_MS = 1000;

const DAY_MS = 86_400_000;
/** Retention of captured mails, a development aid with personal data. */
const CAPTURED_MAILS_KEPT_DAYS = 30;

type WorkerParts = Pick<
  App,
  | 'clock'
  | 'jobs'
  | 'delivery'
  | 'deliverySchedule'
  | 'digests'
  | 'passwordResets'
  | 'accountMails'
  | 'throttle'
  | 'endedSignIns'
  | 'changeLogCleanup'
  | 'settings'
  | 'logger'
>;

export interface Worker {
  /** Quiesces: begins nothing new, and resolves when everything under way has ended, without a time limit. */
  quiesce(): Promise<void>;
}

/**
 * Runs due jobs, plans digests and sweeps, until it is quiesced.
 * @param capturedMails the folder of captured mails, if mails are captured
 */
export function startWorker(parts: WorkerParts, capturedMails?: string): Worker {
  const {
    clock,
    jobs,
    delivery,
    deliverySchedule,
    digests,
    passwordResets,
    accountMails,
    throttle,
    endedSignIns,
    settings,
    logger,
  } = parts;
  jobs.work([
    handle(deliverNotifications, async ({ ids }) => deliverySchedule.add(await delivery.deliverAll(ids))),
    handle(answerPasswordReset, async ({ id }) => passwordResets.deliver(id)),
    handle(sendAccountMail, async ({ id }) => accountMails.deliver(id)),
  ]);

  const upcomingTimers = new UpcomingTimers({ delivery, clock, logger });
  const stopping = new AbortController();
  const cleanUp = onceADay(clock, async () => {
    const removed =
      (await endedSignIns.remove(stopping.signal)) + (await parts.changeLogCleanup.remove(stopping.signal));
    const before = new Date(clock.now().getTime() - CAPTURED_MAILS_KEPT_DAYS * DAY_MS);
    const mails = capturedMails === undefined ? 0 : await removeCapturedMails(capturedMails, before);
    if (removed + mails > 0) logger.info({ rows: removed, mails }, 'Removed what ended long ago');
  });
  const sweeps: Record<string, () => Promise<unknown>> = {
    'digests to be planned': async () => digests.plan(),
    'waiting password resets': async () => passwordResets.sweep(),
    'waiting mails about addresses': async () => accountMails.sweep(),
    'old sign-in attempts': async () => throttle.forgetOld(),
    'what ended long ago': cleanUp,
    // Last, as it takes long after a long time without a worker.
    'due notifications': async () => delivery.sweep(stopping.signal),
  };
  const sweep = async () => {
    for (const [name, run] of Object.entries(sweeps)) {
      if (stopping.signal.aborted) return;
      try {
        await run();
      } catch (error) {
        logger.error({ err: error }, `The sweep for ${name} failed; it will be retried`);
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
  const timer = setInterval(start, Math.min(SWEEP_EVERY_MS, Math.max(MIN_SWEEP_MS, settings.digestIntervalMs)));
  return {
    async quiesce() {
      clearInterval(timer);
      stopping.abort();
      upcomingTimers.stop();
      await Promise.all([jobs.quiesce(), delivery.quiesce(), sweeping]);
    },
  };
}
