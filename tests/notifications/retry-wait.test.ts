import { describe, expect, test } from '@jest/globals';
import { retryWait } from '../../src/notifications/retry-wait.js';

const MINUTE = 60_000;

describe('the wait after a refusal', () => {
  test('grows from a minute to an hour', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => (retryWait(attempts) ?? 0) / MINUTE)).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60,
    ]);
  });

  test('ends when the waits add up to a day', () => {
    const waits: number[] = [];
    for (let wait = retryWait(1); wait !== null; wait = retryWait(waits.length + 1)) waits.push(wait);
    const total = waits.reduce((sum, wait) => sum + wait, 0) / MINUTE;
    expect(total).toBeGreaterThan(23 * 60);
    expect(total).toBeLessThanOrEqual(24 * 60);
    expect(retryWait(100_000)).toBeNull();
  });
});
