import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DatabaseError } from 'pg';
import { Batcher, type BatcherOptions } from '../../src/database/batcher.js';
import { currentScope, inScope } from '../../src/observability/scope.js';
import { type Span } from '../../src/observability/tracing/span.js';

/** Batches in the order in which they began, each under way until the test ends it. */
let batches: { items: readonly string[]; user: string | undefined; done: () => void; fail: (error: unknown) => void }[];
let alone: { item: string; user: string | undefined }[];
let batcher: Batcher<string, string>;
/** How many are done alone at this moment, and were at most. */
let atOnce: { now: number; most: number };
const user = () => currentScope()?.fields['user'];

let options: BatcherOptions<string, string>;
beforeEach(() => {
  // Time passes only where a test lets it: a slow machine must not look like a stalled connection.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  batches = [];
  alone = [];
  atOnce = { now: 0, most: 0 };
  options = {
    summary: 'INSERT',
    minBatch: 8,
    maxBatch: 4,
    keyOf: (item) => item.slice(0, 1),
    executeBatch: async (items) =>
      new Promise((resolve, reject) => {
        const done = () =>
          resolve(items.map((item) => (item.endsWith('?') ? undefined : { result: `${item} together` })));
        batches.push({ items, user: user(), done, fail: reject });
      }),
    executeOne: async (item) => {
      alone.push({ item, user: user() });
      atOnce.now += 1;
      atOnce.most = Math.max(atOnce.most, atOnce.now);
      await turn();
      atOnce.now -= 1;
      if (item.endsWith('!')) throw new Error(`${item} is refused`);
      return `${item} alone`;
    },
  };
  batcher = new Batcher(options);
});
afterEach(() => {
  jest.useRealTimers();
});

const run = (...items: string[]) =>
  items.map(async (item) => inScope({ fields: { user: item } }, () => batcher.run(item)));
const settled = async (runs: readonly Promise<string>[]) =>
  (await Promise.allSettled(runs)).map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason),
  );
/** What is scheduled for the end of this turn of the event loop, and what that leads to, is done. */
async function turn() {
  for (let turns = 0; turns < 2; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
/** The first is under way alone when the others come. */
async function behind(first: string, ...items: string[]) {
  const runs = run(first);
  await turn();
  runs.push(...run(...items));
  await turn();
  return runs;
}
const itemsOf = () => batches.map(({ items }) => items.join(' '));

/** An answer of PostgreSQL with its code. */
function refusal(code: string): DatabaseError {
  return Object.assign(new DatabaseError(`refused with ${code}`, 0, 'error'), { code });
}

/** Whatever waits behind what is under way ends, too. */
async function finish() {
  await turn();
  for (let ended = 0; ended < batches.length; ended += 1) {
    batches[ended]?.done();
    await turn();
  }
}

describe('what waits', () => {
  test('goes at once when nothing is under way, with all that come in the same turn', async () => {
    const runs = run('a');
    await turn();
    expect(itemsOf()).toEqual(['a']);
    await finish();
    expect(await settled(runs)).toEqual(['a together']);
    const later = run('b', 'c');
    await finish();
    expect(itemsOf()).toEqual(['a', 'b c']);
    expect(await settled(later)).toEqual(['b together', 'c together']);
  });

  test('is the next batch, in its order, and the rest the one after', async () => {
    const runs = await behind('a', 'b', 'c', 'd', 'e', 'f');
    expect(itemsOf()).toEqual(['a']);
    await finish();
    expect(itemsOf()).toEqual(['a', 'b c d e', 'f']);
    expect(await settled(runs)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].map((item) => `${item} together`));
    expect(alone).toEqual([]);
  });

  test('is never under way on two connections with the same key', async () => {
    batcher = new Batcher({ ...options, concurrency: 2, minBatch: 2 });
    const runs = await behind('a1', 'b1', 'a2', 'c1', 'b2');
    expect(itemsOf()).toEqual(['a1', 'b1 c1']);
    batches[0]?.done();
    await turn();
    expect(itemsOf()).toEqual(['a1', 'b1 c1', 'a2']);
    await finish();
    expect(itemsOf()).toEqual(['a1', 'b1 c1', 'a2', 'b2']);
    expect(await settled(runs)).toEqual(['a1', 'b1', 'a2', 'c1', 'b2'].map((item) => `${item} together`));
  });

  test('waits no longer than two milliseconds for others where a connection is free', async () => {
    batcher = new Batcher({ ...options, concurrency: 2 });
    const runs = await behind('a', 'b', 'c');
    await jest.advanceTimersByTimeAsync(1);
    expect(itemsOf()).toEqual(['a']);
    await jest.advanceTimersByTimeAsync(1);
    expect(itemsOf()).toEqual(['a', 'b c']);
    await finish();
    expect(await settled(runs)).toEqual(['a together', 'b together', 'c together']);
  });

  test('goes beside what is under way where there are two connections, when many wait', async () => {
    batcher = new Batcher({ ...options, concurrency: 2, minBatch: 2 });
    const runs = await behind('a', 'b');
    expect(itemsOf()).toEqual(['a']);
    runs.push(...run('c'));
    await turn();
    expect(itemsOf()).toEqual(['a', 'b c']);
    await finish();
    expect(await settled(runs)).toEqual(['a together', 'b together', 'c together']);
  });

  test('is never in one batch with another of the same key', async () => {
    const runs = run('a', 'b1', 'b2', 'c', 'b3');
    await finish();
    expect(itemsOf()).toEqual(['a b1 c', 'b2', 'b3']);
    expect(await settled(runs)).toEqual(['a', 'b1', 'b2', 'c', 'b3'].map((item) => `${item} together`));
  });
});

test('the next batch is sent after the answers of those that are done', async () => {
  const order: string[] = [];
  const { executeBatch } = options;
  batcher = new Batcher({
    ...options,
    executeBatch: async (items, line) => {
      order.push(`${items.join(' ')} sent`);
      return executeBatch(items, line);
    },
  });
  const runs = await behind('a', 'b');
  void runs[0]?.then(() => order.push('a answered'));
  await finish();
  expect(order).toEqual(['a sent', 'a answered', 'b sent']);
});

describe('an item is done alone, for its own caller,', () => {
  test('when the batch left it out, while the next batch is under way', async () => {
    const runs = await behind('a', 'b?', 'c', 'b2');
    batches[0]?.done();
    await turn();
    batches[1]?.done();
    await turn();
    expect(alone).toEqual([{ item: 'b?', user: 'b?' }]);
    expect(itemsOf()).toEqual(['a', 'b? c', 'b2']);
    await finish();
    expect(await settled(runs)).toEqual(['a together', 'b? alone', 'c together', 'b2 together']);
  });

  test.each(['23503', '40P01', '57014'])('when PostgreSQL refuses its batch with %s', async (code) => {
    const runs = await behind('a', 'b', 'c!', 'd');
    batches[0]?.done();
    await turn();
    batches[1]?.fail(refusal(code));
    expect(await settled(runs)).toEqual(['a together', 'b alone', 'Error: c! is refused', 'd alone']);
  });
});

test('eight at a time are done alone, as each takes a connection', async () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  const runs = run(...letters.map((letter) => `${letter}?`));
  await finish();
  expect(await settled(runs)).toEqual(letters.map((letter) => `${letter}? alone`));
  expect(atOnce.most).toBe(8);
});

test.each([
  ['the connection breaks', new Error('Connection terminated unexpectedly')],
  ['the connection is reset', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })],
  ['PostgreSQL shuts down', refusal('57P01')],
  ['PostgreSQL has no more connections', refusal('53300')],
])('nothing is tried again when %s, as it may be done', async (_, error) => {
  const runs = await behind('a', 'b', 'c');
  batches[0]?.done();
  await turn();
  batches[1]?.fail(error);
  expect(await settled(runs)).toEqual(['a together', String(error), String(error)]);
  expect(alone).toEqual([]);
  const later = run('d');
  await finish();
  const next = await settled(later);
  expect(next).toEqual(['d together']);
});

test('a batch of one belongs to whoever asked for it, one of several to nobody', async () => {
  const runs = await behind('a', 'b', 'c', 'b2');
  await finish();
  await settled(runs);
  expect(batches.map((batch) => [batch.items.join(' '), batch.user])).toEqual([
    ['a', 'a'],
    ['b c', undefined],
    ['b2', 'b2'],
  ]);
});

test('each trace shows the batch that its item was in', async () => {
  const shown: string[] = [];
  const spanOf = (trace: string): Span => ({
    traceparent: trace,
    child(name, kind, attributes = {}) {
      shown.push(`${trace}: ${name} of ${attributes['db.operation.batch.size']} (${kind})`);
      return { ...spanOf(trace), end: () => shown.push(`${trace}: ended`) };
    },
    rename() {},
    set() {},
    end() {},
  });
  const traced = (...items: string[]) =>
    items.map(async (item) => inScope({ fields: {}, span: spanOf(item) }, () => batcher.run(item)));
  const runs = traced('a');
  await turn();
  runs.push(...traced('b', 'c'));
  batches[0]?.done();
  await turn();
  // A batch of one runs in the scope of its request, where the statement makes its own span.
  expect(shown).toEqual(['b: INSERT of 2 (client)', 'c: INSERT of 2 (client)']);
  await finish();
  await settled(runs);
  expect(shown.slice(2)).toEqual(['b: ended', 'c: ended']);
});

describe('When PostgreSQL takes long', () => {
  test('what has waited for too long to be done alone is refused', async () => {
    const { promise: lock, resolve: release } = Promise.withResolvers<string>();
    batcher = new Batcher({
      ...options,
      maxBatch: 9,
      minBatch: 9,
      executeOne: async (item) => (item === 'z?' ? 'z alone' : lock),
    });
    const runs = run(...'abcdefgh'.split('').map((letter) => `${letter}?`), 'z?');
    await finish();
    await jest.advanceTimersByTimeAsync(5_001);
    release('after the lock');
    expect(await settled(runs)).toEqual([
      ...Array.from({ length: 8 }, () => 'after the lock'),
      'DatabaseUnavailableError: no connection was free for too long',
    ]);
  });

  test('what has waited for too long is not begun any more', async () => {
    const runs = await behind('a');
    const refused = settled(run('b', 'c'));
    await jest.advanceTimersByTimeAsync(5_003);
    // While the batch that it waited for is still under way.
    const error = 'DatabaseUnavailableError: no connection was free for too long';
    expect(await refused).toEqual([error, error]);
    const later = settled(run('d'));
    await finish();
    expect(await settled(runs)).toEqual(['a together']);
    expect(await later).toEqual(['d together']);
    expect(itemsOf()).toEqual(['a', 'd']);
  });
});
