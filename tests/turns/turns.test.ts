import { describe, expect, test } from '@jest/globals';
import { ConcurrencyLimiter } from '../../src/common/concurrency-limiter.js';

describe('turns', () => {
  test('let so many run at once, the others after them in their order', async () => {
    const turns = new ConcurrencyLimiter(2);
    const begun: number[] = [];
    const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const tasks = ends.map(async ({ promise }, i) =>
      turns.run(async () => {
        begun.push(i);
        await promise;
        return i;
      }),
    );
    expect(begun).toEqual([0, 1]);
    ends[1]?.resolve();
    await tasks[1];
    ends[2]?.reject(new Error('failed'));
    await expect(tasks[2]).rejects.toThrow('failed');
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const { resolve } of ends) resolve();
    expect(await Promise.all([tasks[0], tasks[3], tasks[4]])).toEqual([0, 3, 4]);
  });

  test('are refused to whoever comes while as many wait as may', async () => {
    const turns = new ConcurrencyLimiter(1, { maxQueued: 2, refusal: () => new Error('Come again') });
    const end = Promise.withResolvers<void>();
    const tasks = Array.from({ length: 3 }, async () => turns.run(async () => end.promise));
    await expect(turns.run(async () => 'never')).rejects.toThrow('Come again');
    end.resolve();
    await Promise.all(tasks);
    expect(await turns.run(async () => 'now')).toBe('now');
  });

  test('are refused to whoever has waited for too long, and the next one gets the place', async () => {
    const turns = new ConcurrencyLimiter(1, { maxWaitMs: 20, refusal: () => new Error('Come again') });
    const end = Promise.withResolvers<void>();
    const running = turns.run(async () => end.promise);
    await expect(turns.run(async () => 'never')).rejects.toThrow('Come again');
    const next = turns.run(async () => 'next');
    end.resolve();
    expect(await next).toBe('next');
    await running;
    expect(turns.isIdle).toBe(true);
  });

  test('of one owner wait in so many places at most, and leave the others to everybody else', async () => {
    const turns = new ConcurrencyLimiter(1, { maxQueued: 4, maxQueuedPerOwner: 2 });
    const end = Promise.withResolvers<void>();
    const take = async (owner: string | null) => turns.run(async () => end.promise, owner);
    const tasks = [take('one'), take('one'), take('one')];
    await expect(take('one')).rejects.toThrow('Too many are waiting');
    tasks.push(take('other'), take(null));
    await expect(take(null)).rejects.toThrow('Too many are waiting');
    end.resolve();
    await Promise.all(tasks);
  });
});
