import { type App } from './app.js';
import { type GracefulHttpServer } from '../http/graceful-http-server.js';
import { withTimeout } from '../common/timeout.js';
import { type Worker } from './worker.js';

/**
 * For requests and mails that are under way. No statement takes longer than five seconds; whoever is not done by then
 * hangs. What remains of the fifteen seconds to the end is for closing.
 */
const DRAIN_MS = 8_000;
const ABORT_MS = 1_000;

interface Busy {
  readonly app: Pick<App, 'delivery' | 'logger'>;
  /** Null in a process without HTTP. */
  readonly httpServer: GracefulHttpServer | null;
  /** Null in a process without jobs. */
  readonly worker: Worker | null;
}

/**
 * Begins nothing new and lets everything that was begun come to its end: answers are given, mails handed over. What
 * hangs is cut: connections are closed, mails go back to be sent by the next worker.
 * @param delayMs how long requests are still let in at least
 */
export async function drain({ app, httpServer, worker }: Busy, delayMs: number): Promise<void> {
  const { delivery, logger } = app;
  const ended = Promise.allSettled([httpServer?.close(delayMs), worker?.quiesce()]);
  const inTime = await withTimeout(ended, delayMs + DRAIN_MS).catch(() => null);
  if (inTime) return;
  const requests = httpServer?.destroyConnections() ?? 0;
  const mails = await withTimeout(delivery.abortInFlight(), ABORT_MS).catch(() => null);
  logger.warn({ requests, mails }, 'What did not end in time was cut: requests unanswered, mails given back');
}
