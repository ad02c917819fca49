import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { hashPassword } from '../../../src/accounts/passwords/password.js';
import { buildPerson, PASSWORD, type Person, signIn } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const AT_ONCE = 100;
/** A right password's attempt is given back only when it proved right. */
const EACH = 10;
/** 100 hashes at once would take 1.9 GB; two take 38 MB, the rest is the requests themselves. */
const MAX_GROWTH_MB = 150;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

test('a hundred people signing in at once take a bounded amount of memory', async () => {
  const people: Person[] = [];
  const passwordHash = await hashPassword(PASSWORD);
  for (let made = 0; made < AT_ONCE / EACH; made += 1) people.push(await buildPerson(server, { passwordHash }));
  // The process also holds the test itself: what counts is how much more it takes.
  const before = process.memoryUsage.rss();
  let highest = before;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 5);
  try {
    const logins = people.flatMap(({ username }) => Array<string>(EACH).fill(username));
    await Promise.all(logins.map(async (login) => signIn(server, login)));
  } finally {
    clearInterval(watch);
  }
  const growth = (highest - before) / 2 ** 20;
  if (process.env['TEST_LOG_LEVEL']) console.log(`${growth.toFixed(0)} MiB more`);
  expect(growth).toBeLessThan(MAX_GROWTH_MB);
});

test('hashes leave threads for other work, which is not queued behind them', async () => {
  let hashed = 0;
  const hashes = Array.from({ length: 20 }, async (_, index) => {
    await hashPassword(`password ${index}`);
    hashed += 1;
  });
  await Promise.race(hashes);
  await stat('package.json');
  expect(hashed).toBeLessThan(6);
  await Promise.all(hashes);
});
