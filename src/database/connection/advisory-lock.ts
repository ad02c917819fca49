import { setTimeout as delay } from 'node:timers/promises';
import { type ClientBase } from 'pg';
import { StartError } from '../../common/start-error.js';
import { type Report } from './open-session.js';

const TRY_EVERY_MS = 200;
/** Waiting is logged only after this time: checks of an up-to-date database are short. */
const TELL_AFTER_MS = 2_000;

interface LockOptions {
  /** The key; as text if it is too large for a JavaScript number. */
  readonly key: number | string;
  /** What the holder of the lock does, as in "Another process migrates this database". */
  readonly meanwhile: string;
  /** Maximum wait. */
  readonly timeoutMs: number;
  readonly report?: Report | undefined;
}

async function take(client: ClientBase, { key, meanwhile, timeoutMs, report }: LockOptions): Promise<void> {
  const since = performance.now();
  let told = false;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [key]);
    if (rows[0]?.locked === true) return;
    const waited = performance.now() - since;
    if (waited > timeoutMs) throw new StartError(`${meanwhile}, and has not ended in ${timeoutMs / 60_000} minutes.`);
    if (!told && waited > TELL_AFTER_MS) {
      report?.(`${meanwhile}. Waiting for its end, up to ${timeoutMs / 60_000} minutes.`);
      told = true;
    }
    await delay(TRY_EVERY_MS);
  }
}

/**
 * Runs the action while this session holds the lock. It is released by a statement, as a pooler may keep the connection
 * open after the session has ended.
 * @throws StartError when it is not acquired in time
 */
export async function withAdvisoryLock<Result>(
  client: ClientBase,
  options: LockOptions,
  action: () => Promise<Result>,
): Promise<Result> {
  await take(client, options);
  try {
    return await action();
  } finally {
    // A broken connection has released the lock already; the action's error is the one to throw.
    await client.query('select pg_advisory_unlock($1)', [options.key]).catch(() => undefined);
  }
}
