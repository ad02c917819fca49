import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { z } from 'zod';
import type { JobHandler } from '../../src/jobs/job-definition.js';
import { defineJob, handle } from '../../src/jobs/job-definition.js';
import type { JobQueue } from '../../src/jobs/job-queue.js';
import { createJobQueue } from '../../src/jobs/create-job-queue.js';
import type { StoreKind, TestStore } from './stores.js';
import { storesToTest } from './stores.js';
import type { TcpProxy } from './tcp-proxy.js';
import { startTcpProxy } from './tcp-proxy.js';
import { waitFor } from './wait-for.js';

const LOCK_LIFETIME_MS = 2_000;
const greet = defineJob('greet', z.object({ id: z.string() }));
const fail = defineJob('fail', z.object({ id: z.string() }));

/** How soon a queue must work again when its store is back (hardening: Running). */
const RECOVERY_MS = 10_000;

const unhandled: unknown[] = [];
const recordUnhandled = (error: unknown): void => void unhandled.push(error);

beforeAll(() => {
  process.on('unhandledRejection', recordUnhandled).on('uncaughtException', recordUnhandled);
});

afterAll(() => {
  process.off('unhandledRejection', recordUnhandled).off('uncaughtException', recordUnhandled);
  expect(unhandled).toEqual([]);
});

/** What a test works on: a store of its own, and what it opens, closed at the end. */
interface Bench {
  readonly store: TestStore;
  /** The ids of the greetings that ran, of which `greeting` is the handler. */
  readonly ran: string[];
  readonly greeting: JobHandler;
  readonly openQueue: (url?: string, processEveryMs?: number) => Promise<JobQueue>;
  readonly openWorker: (handlers?: JobHandler[], url?: string, processEveryMs?: number) => Promise<JobQueue>;
  readonly openProxy: () => Promise<TcpProxy>;
  readonly waitForRuns: (count: number, milliseconds?: number) => Promise<void>;
}

async function onStore(kind: StoreKind, work: (bench: Bench) => Promise<void>): Promise<void> {
  const store = await kind.open();
  const queues: JobQueue[] = [];
  const proxies: TcpProxy[] = [];
  const ran: string[] = [];
  const greeting = handle(greet, async ({ id }) => {
    ran.push(id);
  });
  const openQueue = async (url = store.url, processEveryMs = 100) => {
    // Agenda keeps a timer of half a lock's lifetime for each job that ran: with a minute's lock, Jest would wait for it.
    const options = { url, logger: pino({ level: 'silent' }), processEveryMs, lockLifetimeMs: LOCK_LIFETIME_MS };
    const queue = await createJobQueue(options);
    queues.push(queue);
    return queue;
  };
  try {
    await work({
      store,
      ran,
      greeting,
      openQueue,
      async openWorker(handlers = [greeting], url = store.url, processEveryMs = 100) {
        const queue = await openQueue(url, processEveryMs);
        queue.work(handlers);
        return queue;
      },
      async openProxy() {
        const proxy = await startTcpProxy(store.port);
        proxies.push(proxy);
        return proxy;
      },
      waitForRuns: async (count, milliseconds) => waitFor(() => ran.length >= count, milliseconds),
    });
  } finally {
    await Promise.all(queues.map(async (queue) => queue.stop()));
    await Promise.all(proxies.map(async (proxy) => proxy.goDown()));
    await store.drop();
  }
}

// All but the first at once, each on a store of its own: they wait most of the time.
describe.each(storesToTest())('jobs on $name', (kind) => {
  test('a job runs at its time and not before', async () =>
    onStore(kind, async ({ openWorker }) => {
      const ranAt: number[] = [];
      const queue = await openWorker([handle(greet, async () => void ranAt.push(Date.now()))]);
      const at = new Date(Date.now() + 700);

      await queue.schedule(greet, { id: 'a' }, at);
      await waitFor(() => ranAt.length > 0);

      expect(ranAt[0]).toBeGreaterThanOrEqual(at.getTime());
      expect(ranAt[0]).toBeLessThan(at.getTime() + 500);
    }));

  test.concurrent('a job whose time is past runs at once', async () =>
    onStore(kind, async ({ openWorker, ran, waitForRuns }) => {
      const queue = await openWorker();

      await queue.schedule(greet, { id: 'a' }, new Date(0));
      await waitForRuns(1, 2_000);

      expect(ran).toEqual(['a']);
    }));

  test.concurrent('a process that only schedules leaves the work to a worker', async () =>
    onStore(kind, async ({ openQueue, openWorker, ran, store, waitForRuns }) => {
      const api = await openQueue();
      await api.schedule(greet, { id: 'a' }, new Date());
      expect(await store.countJobs()).toBe(1);

      await openWorker();
      await waitForRuns(1);

      expect(ran).toEqual(['a']);
    }));

  test.concurrent('a payload of the wrong shape and an invalid date are refused when queued', async () =>
    onStore(kind, async ({ openQueue, store }) => {
      const queue = await openQueue();
      const wrong: { id: string } = JSON.parse('{"id": 7}');

      await expect(queue.schedule(greet, wrong, new Date())).rejects.toThrow(z.ZodError);
      await expect(queue.schedule(greet, { id: 'a' }, new Date('garbage'))).rejects.toThrow(RangeError);

      expect(await store.countJobs()).toBe(0);
    }));

  test.concurrent('a stored job of an unknown shape is dropped and others go on', async () =>
    onStore(kind, async ({ openWorker, ran, store, waitForRuns }) => {
      const queue = await openWorker();

      await store.insertJob(greet.name, { ID: 7 }, new Date());
      await store.insertJob(greet.name, null, new Date());
      await queue.schedule(greet, { id: 'a' }, new Date());
      await waitForRuns(1);
      await waitFor(async () => (await store.countJobs()) === 0);

      expect(ran).toEqual(['a']);
    }));

  test.concurrent('a handler that throws is not run again, leaves the store, and others go on', async () =>
    onStore(kind, async ({ greeting, openWorker, store, waitForRuns }) => {
      let failures = 0;
      const failing = handle(fail, async () => {
        failures += 1;
        throw new Error('no');
      });
      const queue = await openWorker([failing, greeting]);

      await queue.schedule(fail, { id: 'a' }, new Date());
      await queue.schedule(greet, { id: 'b' }, new Date());
      await waitForRuns(1);
      await waitFor(async () => (await store.countJobs()) === 0);

      expect(failures).toBe(1);
    }));

  test.concurrent('a job that takes longer than its lock lasts runs once', async () =>
    onStore(kind, async ({ openWorker, ran, store }) => {
      const lasting = handle(greet, async ({ id }) => {
        ran.push(id);
        await delay(1.6 * LOCK_LIFETIME_MS);
      });
      const queue = await openWorker([lasting]);
      await openWorker([lasting]);

      await queue.schedule(greet, { id: 'a' }, new Date());
      await waitFor(async () => ran.length > 0 && (await store.countJobs()) === 0);

      expect(ran).toEqual(['a']);
    }));

  // Not beside the others: a store that writes one document at a time would take too long for all of them.
  test('two workers share fifty jobs and each job runs once', async () =>
    onStore(kind, async ({ openWorker, ran, store, waitForRuns }) => {
      const byWorker: string[][] = [[], []];
      const [first] = await Promise.all(
        byWorker.map(async (runs) =>
          openWorker([
            handle(greet, async ({ id }) => {
              runs.push(id);
              ran.push(id);
            }),
          ]),
        ),
      );
      const ids = Array.from({ length: 50 }, (_, index) => `job ${index}`);
      const at = new Date(Date.now() + 500);

      await Promise.all(ids.map(async (id) => first?.schedule(greet, { id }, at)));
      await waitForRuns(50);
      await waitFor(async () => (await store.countJobs()) === 0);

      const counted = store.locksAtomically ? ran : [...new Set(ran)];
      expect(counted.toSorted()).toEqual(ids.toSorted());
    }));

  test.concurrent('a job that a dead worker had locked is run by another', async () =>
    onStore(kind, async ({ openProxy, openWorker, ran, store, waitForRuns }) => {
      const proxy = await openProxy();
      let begun = 0;
      const hanging = handle(greet, async () => {
        begun += 1;
        await delay(500);
      });
      const dying = await openWorker([hanging], store.urlThrough(proxy.port));
      await dying.schedule(greet, { id: 'a' }, new Date());
      await waitFor(() => begun === 1);
      await proxy.goDown();

      await openWorker();
      await waitForRuns(1);

      expect(ran).toEqual(['a']);
    }));

  test.concurrent('ten queues opened at the same moment on an empty store all work', async () =>
    onStore(kind, async ({ openQueue }) => {
      const opened = await Promise.all(Array.from({ length: 10 }, async () => openQueue()));

      expect(await Promise.all(opened.map(async (queue) => queue.isReady()))).toEqual(opened.map(() => true));
    }));

  test.concurrent('a worker goes on after its connections were cut', async () =>
    onStore(kind, async ({ greeting, openProxy, openWorker, ran, store, waitForRuns }) => {
      const proxy = await openProxy();
      const queue = await openWorker([greeting], store.urlThrough(proxy.port));
      await queue.schedule(greet, { id: 'before' }, new Date());
      await waitForRuns(1);

      for (let cuts = 0; cuts < 20; cuts += 1) {
        const scheduled = queue.schedule(greet, { id: `cut ${cuts}` }, new Date());
        proxy.cut();
        await scheduled;
      }
      await waitFor(async () => queue.isReady(), RECOVERY_MS);
      await queue.schedule(greet, { id: 'after' }, new Date());

      await waitFor(() => ran.includes('after'), RECOVERY_MS);
    }));

  test.concurrent('a worker whose store is down at the start works when the store comes up', async () =>
    onStore(kind, async ({ greeting, openProxy, openWorker, store, waitForRuns }) => {
      const proxy = await openProxy();
      await proxy.goDown();
      const queue = await openWorker([greeting], store.urlThrough(proxy.port));
      expect(await queue.isReady()).toBe(false);

      await proxy.comeUp();
      await waitFor(async () => queue.isReady(), RECOVERY_MS);
      await queue.schedule(greet, { id: 'a' }, new Date());

      await waitForRuns(1, RECOVERY_MS);
    }));

  test.concurrent('a worker goes on after its store was down for a while', async () =>
    onStore(kind, async ({ greeting, openProxy, openQueue, openWorker, store, waitForRuns }) => {
      const proxy = await openProxy();
      const queue = await openWorker([greeting], store.urlThrough(proxy.port));
      await proxy.goDown();
      await waitFor(async () => !(await queue.isReady()));

      await (await openQueue()).schedule(greet, { id: 'meanwhile' }, new Date());
      await proxy.comeUp();

      await waitForRuns(1, RECOVERY_MS);
    }));

  test.concurrent.each(['refuses', 'is silent', 'was never there'])(
    'scheduling resolves within its time-out when the store %s',
    async (how) =>
      onStore(kind, async ({ openProxy, openQueue, store }) => {
        const proxy = await openProxy();
        if (how === 'was never there') await proxy.goDown();
        const queue = await openQueue(store.urlThrough(proxy.port));
        if (how === 'refuses') await proxy.goDown();
        if (how === 'is silent') proxy.goSilent();
        const begin = Date.now();

        await queue.schedule(greet, { id: 'a' }, new Date());

        expect(Date.now() - begin).toBeLessThan(1_500);
        expect(await queue.isReady()).toBe(false);
      }),
  );

  test.concurrent('stop waits for the running handler, tells it, and takes no other job', async () =>
    onStore(kind, async ({ openWorker, ran, store, waitForRuns }) => {
      const finish = Promise.withResolvers<void>();
      const told: boolean[] = [];
      const slow = handle(greet, async ({ id }, { signal }) => {
        ran.push(id);
        await finish.promise;
        told.push(signal.aborted);
      });
      const queue = await openWorker([slow]);
      await queue.schedule(greet, { id: 'running' }, new Date());
      await waitForRuns(1);
      await queue.schedule(greet, { id: 'later' }, new Date(Date.now() + 300));

      const stopping = queue.stop();
      const first = await Promise.race([stopping.then(() => 'stopped'), delay(600).then(() => 'still waiting')]);
      expect(first).toBe('still waiting');
      finish.resolve();
      await stopping;

      expect(told).toEqual([true]);
      expect(ran).toEqual(['running']);
      expect(await store.countJobs()).toBe(1);
    }));

  test.concurrent('a job locked ahead of its time by a worker that stops is free for the next at once', async () =>
    onStore(kind, async ({ greeting, openQueue, openWorker, ran, store, waitForRuns }) => {
      const at = new Date(Date.now() + 1_500);
      await (await openQueue()).schedule(greet, { id: 'a' }, at);
      const stopping = await openWorker([greeting], store.url, 2_000);
      await waitFor(async () => (await store.countLocked()) === 1);

      await stopping.stop();
      expect(await store.countLocked()).toBe(0);
      expect(ran).toEqual([]);

      await openWorker();
      await waitForRuns(1, 2_500);
    }));

  test.concurrent('jobs of a kind that no longer exists and finished ones are cleaned away', async () =>
    onStore(kind, async ({ greeting, openQueue, store }) => {
      const queue = await openQueue();
      const twoDaysAgo = new Date(Date.now() - 48 * 60 * 60_000);
      await store.insertJob('forgotten', {}, twoDaysAgo);
      await store.insertJob('finished', {}, null);
      await store.insertJob('other release', {}, new Date());
      await queue.schedule(greet, { id: 'a' }, new Date(Date.now() + 60_000));

      queue.work([greeting]);

      await waitFor(async () => (await store.countJobs()) === 2);
    }));
});

test('a worker goes on after PostgreSQL ended all its connections', async () => {
  const [postgres] = storesToTest();
  if (postgres === undefined) throw new Error('no PostgreSQL');
  await onStore(postgres, async ({ openWorker, store, waitForRuns }) => {
    const queue = await openWorker();
    const admin = new Client({ connectionString: store.url });
    await admin.connect();
    try {
      const { rowCount } = await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'docket-jobs' and datname = current_database()`,
      );
      expect(rowCount).toBeGreaterThan(0);
      await waitFor(async () => queue.isReady(), RECOVERY_MS);
      await queue.schedule(greet, { id: 'a' }, new Date());
      await waitForRuns(1, RECOVERY_MS);
    } finally {
      await admin.end();
    }
  });
});

test('a URL of an unknown kind is refused', async () => {
  await expect(createJobQueue({ url: 'redis://localhost', logger: pino({ level: 'silent' }) })).rejects.toThrow(
    'JOBS_URL must begin with',
  );
});
