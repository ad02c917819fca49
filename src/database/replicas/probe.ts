import { Pool } from 'pg';
import { poolConfig } from '../connection/database-config.js';

/** Timeout after which a server counts as unreachable. */
const ANSWER_TIMEOUT_MS = 500;

/** One connection for health checks, outside of the pool, so that they never queue behind long statements. */
export function openProbe(databaseUrl: string): Pool {
  const probe = new Pool({
    ...poolConfig(databaseUrl, '-probe', { timeoutMs: ANSWER_TIMEOUT_MS }),
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  });
  // Without a listener a broken connection would end the process; the next check opens another one.
  probe.on('error', () => undefined);
  return probe;
}
