import { type Clock } from '../common/clock.js';

const DAY_MS = 86_400_000;

/**
 * Limits an action to the start of a worker and then once a day; further calls do nothing. Each process counts for
 * itself, so the action must be safe when several run it.
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
