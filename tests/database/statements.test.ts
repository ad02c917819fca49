import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MikroORM, type PostgreSqlConnection } from '@mikro-orm/postgresql';
import { poolConfig } from '../../src/database/connection/database-config.js';
import { ormOptions } from '../../src/app/orm.js';
import { type Answer } from '../../src/database/query.js';
import { type RunStatement, statementsOn } from '../../src/database/statements.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let run: RunStatement;
beforeAll(async () => {
  server = await startTestServer();
  const connection: PostgreSqlConnection = server.app.orm.em.getConnection();
  run = statementsOn(connection);
});
afterAll(async () => server.stop());

/** The first value of the first row. */
function valueOf({ rows }: Answer): unknown {
  return rows[0]?.[0];
}

/** Statements that begin at once, and how each ended: its value, or the code of its error. */
async function together(pipeline: 'shared' | undefined, texts: readonly string[]): Promise<unknown[]> {
  const ended = await Promise.allSettled(texts.map(async (text) => run({ text, values: [], pipeline })));
  return ended.map((one) => (one.status === 'fulfilled' ? valueOf(one.value) : Reflect.get(one.reason, 'code')));
}

const PID = 'select pg_backend_pid()';
const DIVISION_BY_ZERO = '22012';
const SHUT_DOWN = '57P01';
const UNDEFINED_TABLE = '42P01';

describe('Pipelined statements', () => {
  test('that begin together share a connection, and others have one each', async () => {
    expect(new Set(await together('shared', [PID, PID, PID])).size).toBe(1);
    expect(new Set(await together(undefined, [PID, PID, PID])).size).toBe(3);
  });

  test('fail each alone', async () => {
    const ended = await together('shared', ['select 1', 'select 1/0', 'select 2', 'select nonsense', 'select 3']);
    expect(ended).toEqual([1, DIVISION_BY_ZERO, 2, '42703', 3]);
  });

  test('are more than go on one connection, and all are answered', async () => {
    const numbers = Array.from({ length: 100 }, (_, number) => number);
    expect(
      await together(
        'shared',
        numbers.map((number) => `select ${number}`),
      ),
    ).toEqual(numbers);
  });

  test('are all refused when their connection ends, and the next ones get another', async () => {
    const ended = await together('shared', ['select 1', 'select pg_terminate_backend(pg_backend_pid())', 'select 2']);
    expect(ended[0]).toBe(1);
    expect(ended[1]).toBe(SHUT_DOWN);
    expect(ended[2]).not.toBe(2);
    expect(await together('shared', ['select 3'])).toEqual([3]);
  });

  test('give their connections back', async () => {
    const connection: PostgreSqlConnection = server.app.orm.em.getConnection();
    const pool = await connection.getNativeClient();
    await together('shared', [PID, 'select 1/0', PID]);
    expect(pool.idleCount).toBe(pool.totalCount);
  });
});

describe('A statement that comes again', () => {
  test('is answered with the same columns', async () => {
    const statement = { text: 'select $1::int as number, null as nothing, $2::text as text', values: [1, 'a'] };
    for (let time = 0; time < 6; time += 1) {
      expect(await run(statement)).toEqual({ names: ['number', 'nothing', 'text'], rows: [[1, null, 'a']] });
    }
  });

  test('is refused, and not misread, when a column has another type since', async () => {
    await run({ text: 'create table changing as select 7 as value', values: [] });
    const read = async () => run({ text: 'select value from changing where $1', values: [true], pipeline: 'shared' });
    for (let time = 0; time < 3; time += 1) expect(valueOf(await read())).toBe(7);
    await run({ text: 'alter table changing alter value type text', values: [] });
    await expect(read()).rejects.toThrow('cached plan must not change result type');
    await run({ text: 'drop table changing', values: [] });
  });

  test('that cannot be prepared fails for its own reason, and those beside it too', async () => {
    const read = async () => run({ text: 'select 1 from later where $1', values: [true], pipeline: 'shared' });
    await expect(read()).rejects.toMatchObject({ code: UNDEFINED_TABLE });
    // From the second time on it is prepared.
    for (const one of await Promise.allSettled([read(), read(), read()])) {
      expect(one).toMatchObject({ reason: { code: UNDEFINED_TABLE } });
    }
    await run({ text: 'create table later as select 7 as value', values: [] });
    expect(await Promise.all([read(), read()])).toMatchObject([{ rows: [[1]] }, { rows: [[1]] }]);
    await run({ text: 'drop table later', values: [] });
  });

  test('may fail at one time and not at another', async () => {
    for (const by of [1, 2, 0, 3]) {
      const divided = run({ text: 'select 6 / $1::int', values: [by], pipeline: 'shared' });
      if (by === 0) await expect(divided).rejects.toThrow('division by zero');
      else expect(valueOf(await divided)).toBe(6 / by);
    }
  });
});

describe('An instant', () => {
  const INSTANTS = [
    ['2026-11-21 05:52:54.123+00', '2026-11-21T05:52:54.123Z'],
    ['2026-11-21 05:52:54.1+00', '2026-11-21T05:52:54.100Z'],
    ['2026-11-21 05:52:54+00', '2026-11-21T05:52:54.000Z'],
    ['2026-11-21 05:52:54.123456+00', '2026-11-21T05:52:54.123Z'],
    ['0001-01-01 00:00:00.5+00', '0001-01-01T00:00:00.500Z'],
  ] as const;

  test.each(['UTC', 'Asia/Kolkata', 'America/New_York', 'Asia/Tokyo'])(
    'is ISO 8601 in UTC when the time zone of the connection is %s',
    async (timeZone) => {
      const pool = poolConfig(server.databaseUrl, '', { timeoutMs: 5_000, session: { timezone: timeZone } });
      const orm = await MikroORM.init(ormOptions(server.databaseUrl, undefined, pool));
      try {
        const connection: PostgreSqlConnection = orm.em.getConnection();
        const read = statementsOn(connection);
        for (const [text, iso] of INSTANTS) {
          // Before 1970 places had their own time, to the second.
          if (timeZone !== 'UTC' && text.startsWith('0001')) continue;
          expect(valueOf(await read({ text: 'select $1::timestamptz', values: [text] }))).toBe(iso);
        }
        expect(valueOf(await read({ text: `select current_setting('TimeZone')`, values: [] }))).toBe(timeZone);
      } finally {
        await orm.close(true);
      }
    },
  );
});
