import { setTimeout as delay } from 'node:timers/promises';
import { type Client } from 'pg';
import { type ConnectionUse, connectClient, addressOf } from './database-config.js';
import { isTransient, reasonOf, refusedConnection } from './refused-connection.js';

/** A server that is up answers at once, even from far away. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Maximum wait for a PostgreSQL that is still starting: services that start together become ready in any order. */
export const WAIT_FOR_SERVER_MS = 30_000;
const TRY_EVERY_MS = 500;

/** The message that is logged while waiting. */
export type Report = (message: string) => void;

export interface SessionOptions {
  readonly use?: ConnectionUse;
  readonly report?: Report;
  /** Maximum wait for a server that is still starting. */
  readonly timeoutMs?: number;
}

/**
 * A connection outside of the pool; the caller ends it. Waits for a server that is still starting.
 * @throws StartError when the database cannot be reached or refuses the connection
 */
export async function openSession(url: string, options: SessionOptions = {}): Promise<Client> {
  const { use = '-start', report = () => undefined, timeoutMs = WAIT_FOR_SERVER_MS } = options;
  const giveUpAt = performance.now() + timeoutMs;
  let told = false;
  for (;;) {
    try {
      return await connectClient(url, use, { timeoutMs: CONNECT_TIMEOUT_MS });
    } catch (error) {
      if (!isTransient(error) || performance.now() + TRY_EVERY_MS > giveUpAt) throw refusedConnection(url, error);
      if (!told) {
        report(
          `PostgreSQL at ${addressOf(url)} does not answer yet (${reasonOf(error)}). Waiting for up to ${timeoutMs / 1000} seconds.`,
        );
      }
      told = true;
    }
    await delay(TRY_EVERY_MS);
  }
}
