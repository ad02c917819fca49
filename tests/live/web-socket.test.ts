import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Writable } from 'node:stream';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, type Person } from '../support/factories.js';
import { buildLiveTicket, CHANGES, connectLive, LiveSocket } from '../support/live.js';
import { startTestServer, type TestServer } from '../support/server.js';

const PINGS = { everyMs: 100, silentAfterMs: 1_000 };

let server: TestServer;
let admin: Person;
let other: Person;
const sockets: LiveSocket[] = [];

beforeAll(async () => {
  server = await startTestServer({ pings: PINGS, allowedOrigins: ['https://desk.example'] });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  other = await buildPerson(server, { role: {} });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(async () => server.stop());

function open(options: ConstructorParameters<typeof LiveSocket>[1] = {}): LiveSocket {
  const socket = new LiveSocket(server.url, options);
  sockets.push(socket);
  return socket;
}

async function connected(person = admin): Promise<LiveSocket> {
  const socket = await connectLive(server.url, person.client.token);
  sockets.push(socket);
  return socket;
}

describe('a subscription over WebSocket', () => {
  test('tells first that there is nothing to catch up with, then what happens, to those who may see it', async () => {
    const [all, own] = [await connected(), await connected(other)];
    const first = await all.follow('1');
    await own.follow('1');
    const hidden = await buildLiveTicket(server, { createdBy: admin });
    const seen = await buildLiveTicket(server, { createdBy: other, title: 'Mine' });
    await waitFor(() => all.told('1').length > 2 && own.told('1').length > 1);

    expect(first).toMatchObject({ type: 'next', payload: { data: { ticketChanges: { __typename: 'CaughtUp' } } } });
    expect(
      all
        .told('1')
        .slice(1)
        .map(({ ticketId }) => ticketId),
    ).toEqual([hidden.id, seen.id]);
    expect(own.told('1').slice(1)).toMatchObject([
      { kind: 'APPEARED', ticket: { number: seen.number, title: 'Mine' } },
    ]);
  });

  test('goes on from the cursor of any message, in order, and then tells that it has caught up', async () => {
    const before = await connected();
    await before.follow('1');
    const tickets = [];
    for (let made = 0; made < 5; made += 1) tickets.push(await buildLiveTicket(server, { createdBy: admin }));
    await waitFor(() => before.told('1').length > 5);
    const since = before.told('1')[2]?.cursor;
    before.close();
    const missed = await buildLiveTicket(server, { createdBy: admin });

    const after = await connected();
    await after.follow('1', { since });
    await waitFor(() => after.told('1').at(-1)?.__typename === 'CaughtUp');
    const live = await buildLiveTicket(server, { createdBy: admin });
    await waitFor(() => after.told('1').at(-1)?.ticketId === live.id);

    const expected = [...tickets.slice(2), missed].map(({ id }) => id);
    expect(after.told('1').map(({ ticketId }) => ticketId ?? 'caught up')).toEqual([...expected, 'caught up', live.id]);
  });

  test('tells several subscriptions of a connection apart, and ends the one that the client completes', async () => {
    const socket = await connected();
    await socket.follow('all');
    await socket.follow('mine', { filter: { createdById: [other.id] } });
    socket.send({ id: 'all', type: 'complete' });
    socket.subscribe('again');
    await waitFor(() => socket.told('again').length > 0);
    await buildLiveTicket(server, { createdBy: admin });
    const mine = await buildLiveTicket(server, { createdBy: other });
    await waitFor(() => socket.told('again').length > 2);

    expect(socket.told('mine').map(({ ticketId }) => ticketId)).toEqual([undefined, mine.id]);
    expect(socket.told('all')).toHaveLength(1);
  });

  test('has the token in connection_init, or in the header of the HTTP request', async () => {
    const socket = open({ headers: { authorization: `Bearer ${admin.client.token}` } });
    await socket.init(undefined);
    expect((await socket.follow('1')).type).toBe('next');
  });

  test('executes once for equal viewers, documents and variables, whatever the cursor', async () => {
    const pair = [await connected(), await connected()];
    const { changeCursor } = await admin.client.query('{ changeCursor }');
    for (const [place, socket] of pair.entries()) await socket.follow('1', place === 0 ? {} : { since: changeCursor });
    const query = jest.spyOn(Client.prototype, 'query');
    await buildLiveTicket(server, { createdBy: admin });
    await waitFor(() => pair.every((socket) => socket.told('1').length > 1));
    const loads = query.mock.calls.filter((call) => JSON.stringify(call).includes('from ticket t where t.id = any('));
    query.mockRestore();

    expect(loads).toHaveLength(1);
    expect(pair[0]?.told('1')[1]).toEqual(pair[1]?.told('1')[1]);
  });
});

describe('a WebSocket', () => {
  test.each([
    ['no token', undefined, 4401, /^MISSING/],
    ['a token that is not ours', 'nonsense', 4401, /^INVALID/],
  ])('with %s is closed with a reason', async (_name, token, code, reason) => {
    const socket = await open().init(token);
    const closed = await socket.ended();
    expect(closed.code).toBe(code);
    expect(closed.reason).toMatch(reason);
  });

  test.each<[string, unknown, number]>([
    ['garbage', 'garbage', 4400],
    ['JSON that is no message', '[1]', 4400],
    ['a message of servers', { type: 'next', id: '1', payload: {} }, 4400],
    ['a subscription', { type: 'subscribe', id: '1', payload: { query: CHANGES } }, 4401],
    ['a binary frame', Buffer.from('{"type":"connection_init"}'), 1003],
  ])('that sends %s before connection_init is closed', async (_name, message, code) => {
    const socket = await open().opened();
    socket.send(message);
    expect((await socket.ended()).code).toBe(code);
  });

  test('that sends a frame of 10 MB is closed', async () => {
    const socket = await connected();
    socket.send('x'.repeat(10_000_000));
    expect([1006, 1009]).toContain((await socket.ended()).code);
  });

  test('that sends connection_init twice, or one id twice, is closed', async () => {
    const [twice, same] = [await connected(), await connected()];
    twice.send({ type: 'connection_init' });
    same.subscribe('1');
    same.subscribe('1');
    expect((await twice.ended()).code).toBe(4429);
    expect((await same.ended()).code).toBe(4409);
  });

  test('that sends a long id twice is closed with as much of the reason as fits', async () => {
    const socket = await connected();
    const id = '😀'.repeat(50);
    socket.subscribe(id);
    socket.subscribe(id);
    const { code, reason } = await socket.ended();
    expect({ code, reason }).toEqual({ code: 4409, reason: `Subscriber for ${'😀'.repeat(27)}` });
  });

  test('that sends many subscriptions at once has ten of them read', async () => {
    const socket = await connected();
    const [ok, limited] = ['GRAPHQL_PARSE_FAILED', 'RATE_LIMITED'];
    const frame = JSON.stringify({ type: 'subscribe', id: 'n', payload: { query: 'subscription {' } });
    // All in one packet.
    const stream: unknown = Reflect.get(socket.socket, '_socket');
    if (!(stream instanceof Writable)) throw new Error('ws has no socket');
    stream.cork();
    for (let sent = 0; sent < 50; sent += 1) socket.send(frame.replace('"n"', `"${sent}"`));
    stream.uncork();
    await waitFor(() => socket.frames.filter(({ type }) => type === 'error').length === 50);
    const codes = socket.frames.flatMap(({ type, payload }) => (type === 'error' ? [payload[0].extensions.code] : []));
    expect(new Set(codes)).toEqual(new Set([ok, limited]));
  });

  test('that sends an id which is too long is closed', async () => {
    const socket = await connected();
    socket.subscribe('x'.repeat(129));
    expect(await socket.ended()).toMatchObject({ code: 4400, reason: expect.stringContaining('128') });
  });

  test('that speaks another protocol is closed', async () => {
    const socket = await open({ protocol: 'graphql-ws' }).opened();
    expect((await socket.ended()).code).toBe(4406);
  });

  test('that answers no pings is cut, and one that does is not', async () => {
    const [dumb, alive] = [await connected(), await connected()];
    Object.assign(dumb.socket, { _autoPong: false });
    await dumb.ended();
    expect(alive.closed).toBeUndefined();
  });

  test.each([
    ['https://desk.example', undefined],
    ['https://docket.example', undefined],
    ['https://elsewhere.example', 403],
    ['null', 403],
  ])('of a page of %s is let in or refused as ALLOWED_ORIGINS says', async (origin, status) => {
    const socket = open({ headers: { origin } });
    await waitFor(() => socket.refusedBy !== undefined || socket.socket.readyState === socket.socket.OPEN);
    expect(socket.refusedBy).toBe(status);
  });
});

describe('an operation that is refused', () => {
  test.each<[string, string, object, object]>([
    ['a query', '{ viewer { id } }', {}, { code: 'BAD_REQUEST' }],
    ['a mutation', 'mutation { signOut { userErrors { code } } }', {}, { code: 'BAD_REQUEST' }],
    ['a syntax error', 'subscription {', {}, { code: 'GRAPHQL_PARSE_FAILED' }],
    ['an unknown field', 'subscription { nothing }', {}, { code: 'GRAPHQL_VALIDATION_FAILED' }],
    [
      'two fields',
      'subscription { a: ticketChanges { cursor } b: ticketChanges { cursor } }',
      {},
      { code: 'GRAPHQL_VALIDATION_FAILED' },
    ],
    [
      'no field',
      'subscription { ticketChanges @skip(if: true) { cursor } }',
      {},
      { code: 'GRAPHQL_VALIDATION_FAILED' },
    ],
    [
      'a field on a condition, in a fragment',
      'subscription ($on: Boolean!) { ...F } fragment F on Subscription { ... @include(if: $on) { ticketChanges { cursor } } }',
      { on: true },
      { code: 'GRAPHQL_VALIDATION_FAILED' },
    ],
    ['a variable of another type', CHANGES, { since: 7 }, { code: 'BAD_USER_INPUT' }],
    [
      'too much',
      `subscription { ticketChanges { ... on TicketChange { ticket { ${'duplicates { duplicates { id } } '.repeat(1)} history(first: 100) { nodes { changes { from to } } } similar(first: 50) { ticket { history(first: 100) { nodes { id changes { from } } } } } } } } }`,
      {},
      { code: 'QUERY_TOO_COMPLEX' },
    ],
    [
      'too many levels',
      `subscription { ticketChanges { ... on TicketChange { ticket { ${'duplicateOf { '.repeat(10)} id ${'}'.repeat(10)} } } } }`,
      {},
      { code: 'QUERY_TOO_COMPLEX', limit: 10 },
    ],
    ['search in the filter', CHANGES, { filter: { search: 'printer' } }, { code: 'BAD_USER_INPUT' }],
    [
      'a filter beyond limits',
      CHANGES,
      { filter: { or: Array.from({ length: 60 }, () => ({ active: true })) } },
      { code: 'BAD_USER_INPUT' },
    ],
    [
      'a filter with more values than changes are compared with',
      CHANGES,
      {
        filter: {
          or: Array.from({ length: 45 }, () => ({
            createdAt: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
            closedAt: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
            updatedAt: { from: '2026-01-01T00:00:00Z' },
          })),
        },
      },
      { code: 'BAD_USER_INPUT' },
    ],
    ['a cursor that is not ours', CHANGES, { since: 'nonsense' }, { code: 'BAD_USER_INPUT', reason: 'CURSOR_INVALID' }],
  ])('says why, and leaves the connection as it is: %s', async (_name, query, variables, extensions) => {
    const socket = await connected();
    const frame = await socket.follow('1', { ...variables }, query);
    expect(frame).toMatchObject({ type: 'error', payload: [{ extensions }] });
    expect((await socket.follow('2')).type).toBe('next');
  });

  test('the eleventh of a connection, and the twenty-first of a person', async () => {
    const [first, second, third] = [await connected(), await connected(), await connected()];
    for (const socket of [first, second]) {
      for (let place = 0; place < 10; place += 1) await socket.follow(`${place}`);
    }
    const [onConnection, ofPerson] = [await first.follow('more'), await third.follow('more')];
    first.send({ id: '3', type: 'complete' });
    await waitFor(async () => (await third.follow(`again${third.frames.length}`)).type === 'next');

    expect(onConnection).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED', limit: 10 } }],
    });
    expect(ofPerson).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED', limit: 20 } }] });
  });
});
