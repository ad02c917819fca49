import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Client } from 'pg';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { openSession } from '../../../src/database/connection/open-session.js';
import { succeed } from '../../support/calls.js';
import { buildPerson, buildTicket, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { onServer } from '../../support/test-database.js';
import { briefly, CHANGES, cursorOf, follow } from './follow.js';

let server: TestServer;
let admin: Person;
const sessions: Client[] = [];
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterAll(async () => {
  for (const session of sessions) await session.end();
  await server.stop();
});

async function open(url = server.databaseUrl): Promise<Client> {
  const session = await openSession(url);
  sessions.push(session);
  return session;
}

async function waitingSeconds(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^docket_change_log_waiting_seconds (.*)$/m.exec(text)?.[1]);
}

const retitle = `update ticket set title = $2 where id = $1`;

test('a transaction that began first and committed last is not lost: what came meanwhile waits for it', async () => {
  const [slow, quick] = [
    await buildTicket(server, { createdBy: admin }),
    await buildTicket(server, { createdBy: admin }),
  ];
  const list = await follow(admin.client);
  const session = await open();
  await session.query('begin');
  await session.query(retitle, [slow.id, 'slow']);
  await succeed(admin.client, 'updateTicket', { id: quick.id, title: 'quick' });
  const waiting = briefly(await list.next());
  expect(await waitingSeconds()).toBeGreaterThan(0);
  await session.query('commit');
  const all = [...waiting, ...briefly(await list.next())];
  expect(all.toSorted()).toEqual([`CHANGED ${quick.id}`, `CHANGED ${slow.id}`].toSorted());
  expect(waiting).toEqual([]);
  expect(await waitingSeconds()).toBe(0);
});

test('a transaction that began first and wrote last comes last, and nobody waits for it before it writes', async () => {
  const [first, second] = [
    await buildTicket(server, { createdBy: admin }),
    await buildTicket(server, { createdBy: admin }),
  ];
  const list = await follow(admin.client);
  const session = await open();
  await session.query('begin');
  // Its number is lower than those of the transactions that follow.
  await session.query('select pg_current_xact_id()');
  await succeed(admin.client, 'updateTicket', { id: first.id, title: 'first' });
  expect(briefly(await list.next())).toEqual([`CHANGED ${first.id}`]);
  await session.query(retitle, [second.id, 'second']);
  await session.query('commit');
  expect(briefly(await list.next())).toEqual([`CHANGED ${second.id}`]);
});

test('of two changes of one ticket the later one comes later, also when its transaction began earlier', async () => {
  const ticket = await buildTicket(server, { createdBy: admin });
  const list = await follow(admin.client);
  const [early, late] = [await open(), await open()];
  await early.query('begin');
  await early.query('select pg_current_xact_id()');
  await late.query('begin');
  await late.query(`update ticket set priority = 'HIGH' where id = $1`, [ticket.id]);
  const update = early.query(`update ticket set priority = 'LOW' where id = $1`, [ticket.id]);
  await late.query('commit');
  await update;
  await early.query('commit');
  await list.next();
  const { rows } = await early.query(
    'select priority from ticket_change where ticket_id = $1 and not is_new order by horizon, id',
    [ticket.id],
  );
  // What it was before each change.
  expect(rows).toEqual([{ priority: 'MEDIUM' }, { priority: 'HIGH' }]);
});

test('transactions of other databases, and those that change no tickets, delay nothing', async () => {
  const elsewhere = new URL(server.databaseUrl);
  elsewhere.pathname = `${elsewhere.pathname}_other`;
  await onServer(server.databaseUrl, `create database ${elsewhere.pathname.slice(1)}`);
  const [other, same] = [await open(elsewhere.href), await open()];
  for (const session of [other, same]) {
    await session.query('begin');
    await session.query('create table something (id int)');
  }
  const list = await follow(admin.client);
  const { id } = await buildTicket(server, { createdBy: admin });
  expect(briefly(await list.next())).toEqual([`APPEARED ${id}`]);
  for (const session of [other, same]) await session.query('rollback');
  await other.end();
  sessions.splice(sessions.indexOf(other), 1);
  await onServer(server.databaseUrl, `drop database ${elsewhere.pathname.slice(1)}`);
});

test('what was rolled back is not told', async () => {
  const ticket = await buildTicket(server, { createdBy: admin });
  const list = await follow(admin.client);
  const session = await open();
  await session.query('begin');
  await session.query(retitle, [ticket.id, 'never']);
  await session.query('rollback');
  expect(await list.next()).toEqual([]);
});

test('a transaction at a stricter isolation level, whose place in the order nobody knows, is refused', async () => {
  const ticket = await buildTicket(server, { createdBy: admin });
  const session = await open();
  await session.query('begin isolation level repeatable read');
  await expect(session.query(retitle, [ticket.id, 'x'])).rejects.toThrow(/isolation level read committed/);
  await session.query('rollback');
});

test('twelve writers at once, of short and long transactions: a reader gets each change once', async () => {
  const tickets: { id: string }[] = [];
  for (let made = 0; made < 4; made += 1) tickets.push(await buildTicket(server, { createdBy: admin }));
  let since = await cursorOf(admin.client);
  let isWriting = true;
  const written: Promise<void>[] = Array.from({ length: 12 }, async (_, writer) => {
    const session = await open();
    for (let round = 0; round < 12; round += 1) {
      await session.query('begin');
      if (writer % 3 === 0) await session.query('select pg_current_xact_id()');
      const [one, two] = [tickets[(writer + round) % 4], tickets[(writer + round + 1) % 4]].toSorted((a, b) =>
        (a?.id ?? '') < (b?.id ?? '') ? -1 : 1,
      );
      await session.query(`update ticket set version = version + 1, title = $2 || version where id = $1`, [
        one?.id,
        't',
      ]);
      if (writer % 2 === 0) {
        await session.query(`update ticket set version = version + 1, title = $2 || version where id = $1`, [
          two?.id,
          't',
        ]);
      }
      await session.query(round % 5 === 4 ? 'rollback' : 'commit');
    }
  });
  const seen: string[] = [];
  const read = async () => {
    for (;;) {
      const last = !isWriting;
      const { ticketChanges } = await admin.client.query(CHANGES, { since, first: 7 });
      seen.push(...ticketChanges.changes.map(({ cursor }: { cursor: string }) => cursor));
      since = ticketChanges.cursor;
      if (last && ticketChanges.hasMore === false) return;
    }
  };
  const reading = read();
  await Promise.all(written);
  isWriting = false;
  await reading;
  const session = await open();
  const ids = tickets.map(({ id }) => id);
  const { rows } = await session.query<{ count: number }>(
    'select count(*)::int as count from ticket_change where ticket_id = any($1) and not is_new',
    [ids],
  );
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toHaveLength(rows[0]?.count ?? -1);
});
