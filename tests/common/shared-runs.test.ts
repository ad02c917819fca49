import { describe, expect, test } from '@jest/globals';
import { SharedRuns } from '../../src/common/shared-runs.js';

/** A task whose runs end by hand. */
function controlled() {
  const runs: PromiseWithResolvers<number>[] = [];
  const task = async () => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  };
  return { runs, task };
}

const turn = async () => new Promise((resolve) => setImmediate(resolve));

describe('shared runs', () => {
  test('a request that comes while a run is under way gets the result of one that begins after it', async () => {
    const shared = new SharedRuns<number>();
    const { runs, task } = controlled();
    const first = shared.run('a', task);
    const second = shared.run('a', task);
    const third = shared.run('a', task);
    await turn();
    expect(runs).toHaveLength(1);
    runs[0]?.resolve(1);
    expect(await first).toBe(1);
    await turn();
    expect(runs).toHaveLength(2);
    // The second run has begun: this request is for the third one.
    const fourth = shared.run('a', task);
    runs[1]?.resolve(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    await turn();
    runs[2]?.resolve(3);
    expect(await fourth).toBe(3);
    expect(runs).toHaveLength(3);
  });

  test('other keys do not wait', async () => {
    const shared = new SharedRuns<number>();
    const { runs, task } = controlled();
    const all = [shared.run('a', task), shared.run('b', task)];
    await turn();
    expect(runs).toHaveLength(2);
    for (const [index, run] of runs.entries()) run.resolve(index);
    expect(await Promise.all(all)).toEqual([0, 1]);
  });

  test('an error reaches those who share the run, and not those after it', async () => {
    const shared = new SharedRuns<number>();
    const { runs, task } = controlled();
    const first = shared.run('a', task);
    const second = shared.run('a', task);
    await turn();
    runs[0]?.reject(new Error('The database is away'));
    await expect(first).rejects.toThrow('The database is away');
    await turn();
    runs[1]?.resolve(2);
    expect(await second).toBe(2);
  });
});
