import { Pool } from 'pg';
import { poolConfig } from '../connection/database-config.js';

/** A server that does not answer a question this small by then counts as one that is away. */
const ANSWER_TIMEOUT_MS = 500;

/** One connection for small questions to a server, beside the pool, so that they never wait behind long statements. */
export function openProbe(databaseUrl: string): Pool {
  const probe = new Pool({
    ...poolConfig(databaseUrl, '-probe', { timeoutMs: ANSWER_TIMEOUT_MS }),
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  });
  // Without a listener a broken connection would end the process; the next question opens another one.
  probe.on('error', () => undefined);
  return probe;
}
