import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { JobsInHand } from '../../src/jobs/jobs-in-hand.js';

const MINUTE = 60_000;

/** Takes a job of this id and gives the ids that were handed back. */
async function take(jobs: JobsInHand, id: string, beforeItIsFound = (): void => {}): Promise<string[]> {
  const handedBack: string[] = [];
  await jobs.take(
    async () => {
      beforeItIsFound();
      return { _id: id };
    },
    async () => void handedBack.push(id),
  );
  return handedBack;
}

describe('jobs in hand', () => {
  test('no more jobs are locked than the limit, until one is released', async () => {
    const jobs = new JobsInHand(2, MINUTE);
    const locked: string[] = [];
    const takeNext = async (id: string): Promise<string[]> => take(jobs, id, () => locked.push(id));

    await Promise.all([takeNext('a'), takeNext('b'), takeNext('c')]);
    jobs.release('a');
    await takeNext('d');

    expect(locked).toEqual(['a', 'b', 'd']);
  });

  test('a job whose lock ran out no longer takes up room', async () => {
    const jobs = new JobsInHand(1, 5);
    await take(jobs, 'a');

    await delay(10);

    expect(jobs.isEmpty).toBe(true);
  });

  test('a job that was found while closing is handed back', async () => {
    const jobs = new JobsInHand(1, MINUTE);

    expect(await take(jobs, 'a', () => jobs.close())).toEqual(['a']);

    expect(jobs.isEmpty).toBe(true);
  });

  test('a failed look for jobs leaves its room free', async () => {
    const jobs = new JobsInHand(1, MINUTE);

    await expect(
      jobs.take(
        async () => Promise.reject(new Error('down')),
        async () => {},
      ),
    ).rejects.toThrow('down');

    expect(jobs.isEmpty).toBe(true);
  });
});
