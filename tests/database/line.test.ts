import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type Pool, type PoolClient } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { PipelinedConnection } from '../../src/database/pipelined-connection.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let pool: Pool;
beforeAll(async () => {
  server = await startTestServer();
  const connection: PostgreSqlConnection = server.app.orm.em.getConnection();
  pool = await connection.getNativeClient();
});
afterAll(async () => server.stop());

const ask = (text: string) => async (client: PoolClient) =>
  (await client.query({ text, rowMode: 'array' })).rows[0]?.[0];
const PID = ask('select pg_backend_pid()');
const SLOWLY = ask('select pg_sleep(3)');

/** What each came to: its value, or the message of its error. */
const outcomes = async (runs: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(runs)).map((one) =>
    one.status === 'fulfilled' ? one.value : one.reason instanceof Error && one.reason.message,
  );

test('statements go to one connection, one after the other, and give it back', async () => {
  const line = new PipelinedConnection();
  const ended: string[] = [];
  const first = line.run(pool, async (client) => {
    const pid = await ask('select pg_backend_pid() from pg_sleep(0.2)')(client);
    ended.push('first');
    return pid;
  });
  const second = line.run(pool, PID).then((pid) => {
    ended.push('second');
    return pid;
  });
  expect(await first).toBe(await second);
  expect(ended).toEqual(['first', 'second']);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test('each fails alone', async () => {
  const line = new PipelinedConnection();
  const runs = ['select 1', 'select 1/0', 'select 2'].map(async (text) => line.run(pool, ask(text)));
  expect(await outcomes(runs)).toEqual([1, 'division by zero', 2]);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test('a connection that is silent for too long is closed: those behind are refused, and the next gets another', async () => {
  const line = new PipelinedConnection(1000);
  const pid = await line.run(pool, PID);
  const silent = line.run(pool, SLOWLY);
  await delay(500);
  // Its own second would end half a second later, with another message.
  const behind = line.run(pool, PID);
  expect(await outcomes([silent, behind])).toEqual(['no answer within 1000 ms', 'Connection terminated']);
  const next = await line.run(pool, PID);
  expect(next).toEqual(expect.any(Number));
  expect(next).not.toBe(pid);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test('when the connection ends, all on it are refused, and the next gets another', async () => {
  const line = new PipelinedConnection();
  const runs = ['select pg_terminate_backend(pg_backend_pid())', 'select 1'].map(async (text) =>
    line.run(pool, ask(text)),
  );
  const [ended, behind] = await outcomes(runs);
  expect(ended).toBe('terminating connection due to administrator command');
  expect(behind).not.toBe(1);
  expect(await line.run(pool, ask('select 2'))).toBe(2);
});
