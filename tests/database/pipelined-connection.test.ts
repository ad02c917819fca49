import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { type Pool } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { PipelinedConnection } from '../../src/database/pipelined-connection.js';
import { type RunStatement, statementsOn } from '../../src/database/statements.js';
import { isOutcomeUnknown } from '../../src/database/unknown-outcome.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let source: PostgreSqlConnection;
let pool: Pool;
let run: RunStatement;
beforeAll(async () => {
  server = await startTestServer();
  source = server.app.orm.em.getConnection();
  pool = await source.getNativeClient();
  run = statementsOn(source);
});
afterAll(async () => server.stop());

/** The first value of the first row. */
async function valueOf(text: string, pipeline: PipelinedConnection, on = run): Promise<unknown> {
  const { rows } = await on({ text, values: [], pipeline, isChange: true });
  return rows[0]?.[0];
}
const PID = 'select pg_backend_pid()';
const SLOWLY = 'select pg_sleep(3)';

/** What each came to: its value, or the message of its error. */
const outcomes = async (runs: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(runs)).map((one) =>
    one.status === 'fulfilled' ? one.value : one.reason instanceof Error && one.reason.message,
  );

test('statements go to one connection, one after the other, and give it back', async () => {
  const pipeline = new PipelinedConnection();
  const ended: string[] = [];
  const first = valueOf('select pg_backend_pid() from pg_sleep(0.2)', pipeline).then((pid) => {
    ended.push('first');
    return pid;
  });
  const second = valueOf(PID, pipeline).then((pid) => {
    ended.push('second');
    return pid;
  });
  expect(await first).toBe(await second);
  expect(ended).toEqual(['first', 'second']);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test('each fails alone', async () => {
  const pipeline = new PipelinedConnection();
  const runs = ['select 1', 'select 1/0', 'select 2'].map(async (text) => valueOf(text, pipeline));
  expect(await outcomes(runs)).toEqual([1, 'division by zero', 2]);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test('a connection that is silent for too long is closed: those behind fail, and the next gets another', async () => {
  const pipeline = new PipelinedConnection();
  const impatient = statementsOn(source, 1000);
  const pid = await valueOf(PID, pipeline, impatient);
  const silent = valueOf(SLOWLY, pipeline, impatient);
  await delay(500);
  // It would itself wait for much longer.
  const behind = valueOf(PID, pipeline, run);
  const reason = 'PostgreSQL did not answer in time';
  expect(await outcomes([silent, behind])).toEqual([reason, reason]);
  for (const one of [silent, behind]) {
    await one.catch((error: unknown) => expect(isOutcomeUnknown(error)).toBe(true));
  }
  const next = await valueOf(PID, pipeline, impatient);
  expect(next).toEqual(expect.any(Number));
  expect(next).not.toBe(pid);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test('when the connection ends, all on it fail, and the next gets another', async () => {
  const pipeline = new PipelinedConnection();
  const runs = ['select pg_terminate_backend(pg_backend_pid())', 'select 1'].map(async (text) =>
    valueOf(text, pipeline),
  );
  const [ended, behind] = await outcomes(runs);
  expect(ended).toBe('terminating connection due to administrator command');
  expect(behind).not.toBe(1);
  expect(await valueOf('select 2', pipeline)).toBe(2);
});
