import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { KeptAlive } from '../../system-tests/chaos/http-client.js';
import { POOL_SIZE } from '../../src/database/orm.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const MAX_RESPONSE_MS = 6_000;
const LISTS = '{ tickets { nodes { title } } }';
const CREATE = 'mutation { createTicket(input: { title: "x", description: "x" }) { ticket { id } } }';

let server: TestServer;
let person: Person;
let holder: Client;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  holder = new Client({ connectionString: server.databaseUrl });
  await holder.connect();
});
afterAll(async () => {
  await holder.end();
  await server.stop();
});

const ask = async (query: string) => new KeptAlive(server.url).graphql(query, {}, person.client.token ?? '');
const get = async (path: string) => new KeptAlive(server.url).get(path);

async function waitingForLocks(): Promise<number> {
  const { rows } = await holder.query('select count(*)::int as count from pg_locks where not granted');
  return rows[0].count;
}

test('with every connection in use each request is answered in six seconds, and the process is alive', async () => {
  await ask(LISTS);
  await holder.query('begin');
  await holder.query('lock table ticket in access exclusive mode');
  const first = Array.from({ length: 2 * POOL_SIZE }, async () => ask(LISTS));
  await waitFor(async () => (await waitingForLocks()) === POOL_SIZE);
  expect(await get('/healthz')).toMatchObject({ status: 200 });
  expect(await get('/readyz')).toMatchObject({ status: 503 });
  // These wait for a connection first, and get one when the statements of the others have run out of time.
  const later = Array.from({ length: 2 * POOL_SIZE }, async (_, i) => ask(i % 2 === 0 ? LISTS : CREATE));

  const outcomes = await Promise.all([...first, ...later]);
  await holder.query('rollback');

  expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(['SERVICE_UNAVAILABLE']));
  // A change that was begun goes on: whether it will be made is open. A look-up changes nothing.
  const told = (some: typeof outcomes) => some.filter(({ body }) => body.includes('"maybeDone":true')).length;
  const lists = [...first, ...later.filter((_, i) => i % 2 === 0)];
  expect(told(await Promise.all(lists))).toBe(0);
  expect(told(outcomes)).toBeGreaterThan(0);
  expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(MAX_RESPONSE_MS);
  await waitFor(async () => (await get('/readyz')).status === 200);
  expect(await ask(LISTS)).toMatchObject({ code: 'OK' });
});

test('a statement that waits in vain for a lock ends as SERVICE_UNAVAILABLE, with the pool not full', async () => {
  await holder.query('begin');
  await holder.query('lock table ticket in access exclusive mode');
  const outcome = await ask(LISTS);
  await holder.query('rollback');
  expect(outcome).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(outcome.ms).toBeLessThan(MAX_RESPONSE_MS);
  expect(outcome.body).toContain('did not answer in time');
});
