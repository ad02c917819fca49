import { type App } from './app.js';
import { type GracefulHttpServer } from '../http/graceful-http-server.js';
import { withTimeout } from '../common/timeout.js';
import { type Worker } from './worker.js';

/**
 * Time for requests and mails under way. A statement takes five seconds at most; what has not ended by then hangs. The
 * rest of the fifteen seconds is for closing.
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
 * Begins nothing new and completes what is under way: responses and mails. Then it aborts what hangs: connections are
 * closed, and leases of mails are released for the next worker.
 * @param delayMs minimum time for which requests are still accepted
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
