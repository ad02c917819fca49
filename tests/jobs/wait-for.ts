import { setTimeout as delay } from 'node:timers/promises';

/** Waits until a condition holds; throws when it does not within the given milliseconds. */
export async function waitFor(condition: () => boolean | Promise<boolean>, milliseconds = 20_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within ${milliseconds} ms: ${condition.toString()}`);
    await delay(10);
  }
}
