import { sql } from 'kysely';
import { type Db } from '../database/db.js';

/**
 * Texts that were written since their words were last put into the vocabulary: a search for look-alikes reads so many of
 * them, and puts more into the vocabulary first. What it finds does not depend on when that was done.
 */
export const MAX_WAITING = 200;

/** Puts the words of as many waiting texts into the vocabulary, and gives how many there were. */
export async function learnWaiting(db: Db): Promise<number> {
  const learnt = await db.first(sql<{ texts: number }>`select search_learn(${MAX_WAITING}::int) as texts`);
  return learnt?.texts ?? 0;
}

/** Does so while more texts wait than a search reads. A replica, which cannot write, has them a moment later. */
export async function learnTooMany(db: Db): Promise<void> {
  let texts: number | undefined;
  do {
    const learnt = await db.first(sql<{ texts: number }>`
      select search_learn(${MAX_WAITING}::int) as texts
      where not pg_is_in_recovery() and (select count(*) from (select from search_waiting limit ${MAX_WAITING + 1}::int) w) > ${MAX_WAITING}`);
    // No row although some are pending: another process has locked them.
    texts = learnt?.texts;
  } while (texts !== undefined && texts > 0);
}
