import { type Clock } from '../common/clock.js';

const DAY_MS = 86_400_000;

/**
 * What a worker does when it starts and then once a day; called more often it does nothing. Each process counts for
 * itself: the action must not mind another doing the same.
 */
export function onceADay<Result>(clock: Clock, action: () => Promise<Result>): () => Promise<Result | undefined> {
  let doneAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now().getTime();
    if (now - doneAt < DAY_MS) return undefined;
    const result = await action();
    doneAt = now;
    return result;
  };
}
