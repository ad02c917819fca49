import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { succeed } from '../../support/calls.js';
import { select } from '../../support/database-state.js';
import { buildPerson, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { waitFor } from '../../jobs/wait-for.js';

let server: TestServer;
let other: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ beside: server });
  person = await buildPerson(server);
});
afterAll(async () => {
  await other.stop();
  await server.stop();
});

/** Counts the signals of a process. */
function listen(to: TestServer) {
  const heard = { times: 0, stop: () => {} };
  heard.stop = to.app.changeSignal.subscribe(() => {
    heard.times += 1;
  });
  return heard;
}

async function create(): Promise<void> {
  await succeed(person.client, 'createTicket', { title: 'A', description: 'B' });
}

const CONNECTIONS = sql<{ pid: number }>`
  select pid from pg_stat_activity where datname = current_database() and application_name like '%-changes'`;

test('a change by one process is heard in that one and in others within milliseconds, once for many', async () => {
  const [here, there] = [listen(server), listen(other)];
  await waitFor(() => server.app.changeSignal.isListening && other.app.changeSignal.isListening);
  here.times = 0;
  there.times = 0;
  const since = performance.now();
  await Promise.all(Array.from({ length: 20 }, create));
  await waitFor(() => here.times > 0 && there.times > 0);
  expect(performance.now() - since).toBeLessThan(1500);
  expect(there.times).toBeLessThan(20);
  here.stop();
  there.stop();
});

test('there is one connection while somebody listens, and none afterwards', async () => {
  const all = Array.from({ length: 5 }, () => listen(server));
  await waitFor(() => server.app.changeSignal.isListening);
  expect(await select(server, CONNECTIONS)).toHaveLength(1);
  for (const { stop } of all) stop();
  await waitFor(async () => (await select(server, CONNECTIONS)).length === 0);
});

test('a connection that ended is opened again, and meanwhile listeners look every two seconds', async () => {
  const heard = listen(server);
  await waitFor(() => server.app.changeSignal.isListening);
  const [connection] = await select(server, CONNECTIONS);
  await select(server, sql`select pg_terminate_backend(${connection?.pid})`);
  await waitFor(() => !server.app.changeSignal.isListening);
  heard.times = 0;
  await waitFor(() => heard.times > 0 && server.app.changeSignal.isListening);
  const [another] = await select(server, CONNECTIONS);
  expect(another?.pid).not.toBe(connection?.pid);
  heard.stop();
});
