import { setTimeout as delay } from 'node:timers/promises';
import { type ClientBase } from 'pg';
import { StartError } from '../../common/start-error.js';
import { type Report } from './open-session.js';

const TRY_EVERY_MS = 200;
/** A start that only looks whether there is something to do is not worth a word. */
const TELL_AFTER_MS = 2_000;

interface LockOptions {
  /** A number, or one that is too large for JavaScript's as text. */
  readonly key: number | string;
  /** What somebody else is doing who has the lock, as in "Another process migrates this database". */
  readonly meanwhile: string;
  /** The longest that it is waited for. */
  readonly patienceMs: number;
  readonly report?: Report | undefined;
}

async function take(client: ClientBase, { key, meanwhile, patienceMs, report }: LockOptions): Promise<void> {
  const since = performance.now();
  let told = false;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [key]);
    if (rows[0]?.locked === true) return;
    const waited = performance.now() - since;
    if (waited > patienceMs) throw new StartError(`${meanwhile}, and has not ended in ${patienceMs / 60_000} minutes.`);
    if (!told && waited > TELL_AFTER_MS) {
      report?.(`${meanwhile}. Waiting for its end, up to ${patienceMs / 60_000} minutes.`);
      told = true;
    }
    await delay(TRY_EVERY_MS);
  }
}

/**
 * Runs the action while this session has the lock. It is given back by a statement, as a pooler may keep the connection
 * after the session has ended.
 * @throws StartError when others have it for too long
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
    // A connection that broke has lost the lock, and what the action threw matters more.
    await client.query('select pg_advisory_unlock($1)', [options.key]).catch(() => undefined);
  }
}
