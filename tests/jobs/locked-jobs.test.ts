import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { LockedJobs } from '../../src/jobs/locked-jobs.js';

const MINUTE = 60_000;

/** Takes a job of this id and gives the ids that were handed back. */
async function acquire(jobs: LockedJobs, id: string, beforeItIsFound = (): void => {}): Promise<string[]> {
  const handedBack: string[] = [];
  await jobs.acquire(
    async () => {
      beforeItIsFound();
      return { _id: id };
    },
    async () => void handedBack.push(id),
  );
  return handedBack;
}

describe('locked jobs', () => {
  test('no more jobs are locked than the limit, until one is released', async () => {
    const jobs = new LockedJobs(2, MINUTE);
    const locked: string[] = [];
    const takeNext = async (id: string): Promise<string[]> => acquire(jobs, id, () => locked.push(id));

    await Promise.all([takeNext('a'), takeNext('b'), takeNext('c')]);
    jobs.release('a');
    await takeNext('d');

    expect(locked).toEqual(['a', 'b', 'd']);
  });

  test('a renewed job takes up room for another lifetime; renewing a released one has no effect', async () => {
    const jobs = new LockedJobs(2, 200);
    for (const id of ['a', 'b']) await acquire(jobs, id);
    await delay(150);
    jobs.renew('a');
    await delay(100);

    // Only that of b has run out.
    const locked: string[] = [];
    for (const id of ['c', 'd']) await acquire(jobs, id, () => locked.push(id));
    for (const id of ['a', 'c']) jobs.release(id);
    jobs.renew('a');

    expect(locked).toEqual(['c']);
    expect(jobs.isEmpty).toBe(true);
  });

  test('a job whose lock ran out no longer takes up room', async () => {
    const jobs = new LockedJobs(1, 5);
    await acquire(jobs, 'a');

    await delay(10);

    expect(jobs.isEmpty).toBe(true);
  });

  test('a job that was found while closing is handed back', async () => {
    const jobs = new LockedJobs(1, MINUTE);

    expect(await acquire(jobs, 'a', () => jobs.close())).toEqual(['a']);

    expect(jobs.isEmpty).toBe(true);
  });

  test('a failed look for jobs leaves its room free', async () => {
    const jobs = new LockedJobs(1, MINUTE);

    await expect(
      jobs.acquire(
        async () => Promise.reject(new Error('down')),
        async () => {},
      ),
    ).rejects.toThrow('down');

    expect(jobs.isEmpty).toBe(true);
  });
});
