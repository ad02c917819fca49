import { describe, expect, test } from '@jest/globals';
import { BoundedLimiter } from '../../src/common/bounded-limiter.js';

const refusal = () => new Error('Come again');

describe('tasks beyond what may run at once', () => {
  test('run in their order as soon as others end, well or not', async () => {
    const limiter = new BoundedLimiter({ concurrency: 2, maxQueued: 3, refusal });
    const begun: number[] = [];
    const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const tasks = ends.map(async ({ promise }, i) =>
      limiter.run(async () => {
        begun.push(i);
        await promise;
        return i;
      }),
    );
    ends[1]?.resolve();
    await tasks[1];
    expect(begun.slice(0, 2)).toEqual([0, 1]);
    ends[2]?.reject(new Error('failed'));
    await expect(tasks[2]).rejects.toThrow('failed');
    for (const { resolve } of ends) resolve();
    expect(await Promise.all([tasks[0], tasks[3], tasks[4]])).toEqual([0, 3, 4]);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(limiter.isIdle).toBe(true);
  });

  test('are refused while as many wait as may', async () => {
    const limiter = new BoundedLimiter({ concurrency: 1, maxQueued: 2, refusal });
    const end = Promise.withResolvers<void>();
    const tasks = Array.from({ length: 3 }, async () => limiter.run(async () => end.promise));
    await expect(limiter.run(async () => 'never')).rejects.toThrow('Come again');
    end.resolve();
    await Promise.all(tasks);
    expect(await limiter.run(async () => 'now')).toBe('now');
  });

  test('are refused when they have waited for too long, and the next one gets the place', async () => {
    const limiter = new BoundedLimiter({ concurrency: 1, maxQueued: 2, maxWaitMs: 20, refusal });
    const end = Promise.withResolvers<void>();
    const running = limiter.run(async () => end.promise);
    await expect(limiter.run(async () => 'never')).rejects.toThrow('Come again');
    const next = limiter.run(async () => 'next');
    end.resolve();
    expect(await next).toBe('next');
    await running;
    expect(limiter.isIdle).toBe(true);
  });

  test('of one owner take their share of the queue at most', async () => {
    const limiter = new BoundedLimiter({ concurrency: 1, maxQueued: 4, maxQueuedPerOwner: 2, refusal });
    const end = Promise.withResolvers<void>();
    const take = async (owner: string | null) => limiter.run(async () => end.promise, owner);
    const tasks = [take('one'), take('one'), take('one')];
    await expect(take('one')).rejects.toThrow('Come again');
    tasks.push(take('other'), take(null));
    await expect(take(null)).rejects.toThrow('Come again');
    end.resolve();
    await Promise.all(tasks);
  });
});
