import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { backUp, newDatabase, restoreInto } from '../cli/backups.js';
import { cli, file } from '../cli/support.js';
import { waitFor } from '../jobs/wait-for.js';
import { succeed } from '../support/calls.js';
import { buildPerson, buildTicket, type Person, signIn } from '../support/factories.js';
import { buildLiveTicket, connectLive, EventSourceByHand, type LiveSocket } from '../support/live.js';
import { onServer } from '../support/test-database.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** More than a subscription keeps for a client. */
const IMPORTED = 1_200;
const IN_BULK = 100;

let server: TestServer;
let admin: Person;
const open: { close(): void }[] = [];
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN, username: 'ada' });
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  for (const end of endings.splice(0)) await end();
});
afterAll(async () => {
  server.http.server.closeAllConnections();
  await server.stop();
});

async function follow(person = admin, variables: Record<string, unknown> = {}, at = server): Promise<LiveSocket> {
  const socket = await connectLive(at.url, person.client.token);
  open.push(socket);
  await socket.follow('1', variables);
  return socket;
}

async function stream(person = admin): Promise<EventSourceByHand> {
  const source = new EventSourceByHand(server.url, person.client.token);
  open.push(source);
  return source.has(1);
}

/** The ids of the tickets that were told, in order. */
function ids(socket: LiveSocket): string[] {
  return socket.told('1').flatMap(({ ticketId }) => ticketId ?? []);
}

/** A transaction by hand, as an import or an operator would have one. */
async function transaction(): Promise<Client> {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  endings.push(async () => client.end().catch(() => undefined));
  await client.query('begin');
  return client;
}

describe('a subscriber', () => {
  test('gets changes late by a long transaction, in the order in which they became visible, and none twice', async () => {
    const [slow, fast] = [await buildTicket(server), await buildTicket(server)];
    const socket = await follow();
    const other = await transaction();
    await other.query(`update ticket set title = 'slow' where id = $1`, [slow.id]);
    await succeed(admin.client, 'updateTicket', { id: fast.id, title: 'fast' });
    await succeed(admin.client, 'updateTicket', { id: fast.id, title: 'faster' });
    const late = await follow(admin, { since: socket.told('1')[0]?.cursor });
    expect([ids(socket), ids(late)]).toEqual([[], []]);
    await other.query('commit');
    const all = [slow.id, fast.id, fast.id].toSorted();
    await waitFor(() => [socket, late].every((each) => ids(each).length >= all.length));
    for (const each of [socket, late]) expect(ids(each).toSorted()).toEqual(all);
    expect(ids(socket)).toEqual(ids(late));
  });

  test('gets nothing of a transaction that is rolled back, and all that comes after it', async () => {
    const [never, ticket] = [await buildTicket(server), await buildTicket(server)];
    const socket = await follow();
    const other = await transaction();
    await other.query(`update ticket set title = 'never' where id = $1`, [never.id]);
    await succeed(admin.client, 'updateTicket', { id: ticket.id, title: 'kept' });
    await other.query('rollback');
    await waitFor(() => ids(socket).length > 0);
    expect(ids(socket)).toEqual([ticket.id]);
    expect(socket.told('1')[1]?.ticket?.title).toBe('kept');
  });

  test('goes on when the connection of a transaction is ended in the middle', async () => {
    const ticket = await buildTicket(server);
    const socket = await follow();
    const other = await transaction();
    other.on('error', () => {});
    await other.query(`update ticket set title = 'never' where id = $1`, [ticket.id]);
    const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
    await onServer(server.databaseUrl, `select pg_terminate_backend(${rows[0]?.pid})`);
    await succeed(admin.client, 'updateTicket', { id: ticket.id, title: 'kept' });
    await waitFor(() => ids(socket).length > 0);
    expect(socket.told('1').slice(1)).toMatchObject([{ ticketId: ticket.id, ticket: { title: 'kept' } }]);
  });

  test('gets each ticket of a large import once, and other subscribers get what is for them', async () => {
    const leo = await buildPerson(server, { role: {} });
    const [socket, own] = [await follow(), await follow(leo)];
    const tickets = Array.from({ length: IMPORTED }, (_, id) => ({
      id,
      title: `Old ${id}`,
      description: 'x',
      createdBy: 'ada',
    }));
    const path = await file('tickets.json', JSON.stringify(tickets));
    expect(await cli(server, ['import-tickets', path, '--source', 'old'])).toMatchObject({ code: 0 });
    const mine = await buildLiveTicket(server, { createdBy: admin, assignedTo: leo });
    await waitFor(() => ids(own).length > 0 && ids(socket).length > IMPORTED);
    expect(new Set(ids(socket)).size).toBe(IMPORTED + 1);
    expect(ids(own)).toEqual([mine.id]);
  });

  test('gets each ticket of a change of a hundred once', async () => {
    const tickets = await Promise.all(Array.from({ length: IN_BULK }, async () => buildTicket(server)));
    const [socket, source] = [await follow(), await stream()];
    await succeed(admin.client, 'updateTickets', { ids: tickets.map(({ id }) => id), priority: 'HIGH' });
    await waitFor(() => ids(socket).length >= IN_BULK && source.told.length > IN_BULK);
    const all = tickets.map(({ id }) => id).toSorted();
    expect(ids(socket).toSorted()).toEqual(all);
    expect(source.told.flatMap(({ ticketId }) => ticketId ?? []).toSorted()).toEqual(all);
  });

  test('is told to load again when their role is changed, and nothing more', async () => {
    const person = await buildPerson(server, { role: { canViewAll: true, canEditAll: true } });
    const [socket, source] = [await follow(person), await stream(person)];
    const { viewer } = await (await buildPerson(server)).client.query('{ viewer { role { id } } }');
    await succeed(admin.client, 'updateUser', { id: person.id, roleId: viewer.role.id });
    await buildLiveTicket(server, { createdBy: admin, title: 'Secret' });
    await source.over();
    await waitFor(() => socket.of('1').at(-1)?.type === 'complete');
    const changed = { code: 'BAD_USER_INPUT', reason: 'RIGHTS_CHANGED' };
    expect(source.events.at(-2)).toMatchObject({ data: { errors: [{ extensions: changed }] } });
    expect(socket.of('1').at(-2)).toMatchObject({ payload: { errors: [{ extensions: changed }] } });
    expect(source.text + JSON.stringify(socket.frames)).not.toContain('Secret');
    // On the same connection, with the rights of now.
    await socket.follow('2');
    expect(socket.told('2')).toMatchObject([{ __typename: 'CaughtUp' }]);
  });

  test('is cut when their account is deleted', async () => {
    const person = await buildPerson(server);
    const [socket, source] = [await follow(person), await stream(person)];
    await succeed(admin.client, 'deleteUser', { id: person.id });
    expect(await socket.ended()).toMatchObject({ code: 4401, reason: expect.stringMatching(/^REVOKED/) });
    await source.over();
    expect(source.events.slice(-2)).toMatchObject([
      { data: { errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'REVOKED' } }] } },
      { event: 'complete' },
    ]);
  });

  test('goes on, and by the same cursors, when the clock is set back', async () => {
    const socket = await follow();
    server.clock.advance({ minutes: -90 });
    const ticket = await buildLiveTicket(server, { createdBy: admin });
    await waitFor(() => ids(socket).length > 0);
    const [caughtUp] = socket.told('1');
    const again = await follow({ ...admin, client: await signIn(server, admin.username) }, { since: caughtUp?.cursor });
    await waitFor(() => again.told('1').length > 1);
    server.clock.advance({ minutes: 90 });
    expect([ids(socket), ids(again)]).toEqual([[ticket.id], [ticket.id]]);
  });
});

test('a subscriber is told to load again when the database is replaced by a restored backup', async () => {
  const ticket = await buildTicket(server, { createdBy: admin });
  const path = await backUp(server);
  const restored = await newDatabase();
  expect(await restoreInto(restored, path, server)).toMatchObject({ code: 0 });
  const [socket, source] = [await follow(), await stream()];
  const since = socket.told('1')[0]?.cursor;

  const [name, other] = [server.databaseUrl, restored].map((url) => new URL(url).pathname.slice(1));
  const maintenance = process.env['TEST_DATABASE_URL'] ?? '';
  const old = `docket_old_${randomUUID().replaceAll('-', '')}`;
  endings.push(async () => onServer(maintenance, `drop database if exists ${old} with (force)`));
  // Other processes of Docket may connect again in between.
  await waitFor(async () => {
    try {
      await onServer(
        maintenance,
        `alter database ${name} allow_connections false`,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname in ('${name}', '${other}')`,
        `alter database ${name} rename to ${old}`,
        `alter database ${other} rename to ${name}`,
      );
      return true;
    } catch {
      return false;
    }
  });
  await source.over();
  await waitFor(() => socket.of('1').at(-1)?.type === 'complete' || socket.closed !== undefined);

  const replaced = { code: 'BAD_USER_INPUT', reason: 'CURSOR_INVALID' };
  expect(source.events.slice(-2)).toMatchObject([
    { data: { errors: [{ extensions: replaced }] } },
    { event: 'complete' },
  ]);
  expect(socket.of('1').at(-2)).toMatchObject({ payload: { errors: [{ extensions: replaced }] } });
  // The pool's connections have ended.
  let client = admin.client;
  await waitFor(async () => {
    try {
      client = await signIn(server, admin.username);
      return true;
    } catch {
      return false;
    }
  });
  const again = await connectLive(server.url, client.token);
  open.push(again);
  expect(await again.follow('1', { since })).toMatchObject({ type: 'error', payload: [{ extensions: replaced }] });
  await again.follow('2');
  await succeed(client, 'updateTicket', { id: ticket.id, title: 'After the restore' });
  await waitFor(() => again.told('2').length > 1);
  expect(again.told('2')[1]).toMatchObject({ kind: 'CHANGED', ticket: { title: 'After the restore' } });
});
