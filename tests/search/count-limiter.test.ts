import { expect, test } from '@jest/globals';
import { SearchLimiter } from '../../src/search/search-limiter.js';

/** Tasks that end when they are told to, and how many of them run. */
function tasks() {
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const task = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  };
  const endOne = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { task, endOne, most: () => most, running: () => running };
}

test("of one viewer's counts two run at once, and none of the others is refused", async () => {
  const limiter = new SearchLimiter();
  const { task, endOne, most } = tasks();
  const counts = Array.from({ length: 30 }, async () => limiter.ofCount({ id: 'a' }, false)(task));
  await new Promise(setImmediate);
  for (let ended = 0; ended < counts.length; ended += 1) await endOne();
  await Promise.all(counts);
  expect(most()).toBe(2);
});

test("counts wait neither for another viewer's nor for searches, but a count of a search is a search", async () => {
  const limiter = new SearchLimiter();
  const { task, endOne, running } = tasks();
  const viewer = { id: 'a' };
  const started = [
    ...Array.from({ length: 2 }, async () => limiter.ofCount(viewer, false)(task)),
    ...Array.from({ length: 2 }, async () => limiter.of(viewer)(task)),
    limiter.ofCount({ id: 'b' }, false)(task),
    limiter.ofCount(viewer, true)(task),
  ];
  await new Promise(setImmediate);
  expect(running()).toBe(5);
  for (let ended = 0; ended < started.length; ended += 1) await endOne();
  await Promise.all(started);
});
