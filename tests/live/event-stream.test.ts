import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { acceptsEventStream } from '../../src/live/accepts-event-stream.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, type Person } from '../support/factories.js';
import { buildLiveTicket, CHANGES, EventSourceByHand } from '../support/live.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let admin: Person;
const sources: EventSourceByHand[] = [];

beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterEach(() => {
  for (const source of sources.splice(0)) source.close();
});
afterAll(async () => {
  // Those that fetch has opened in advance.
  server.http.server.closeAllConnections();
  await server.stop();
});

function open(
  token: string | null = admin.client.token ?? null,
  variables: Record<string, unknown> = {},
  query = CHANGES,
) {
  const source = new EventSourceByHand(server.url, token ?? undefined, variables, query);
  sources.push(source);
  return source;
}

describe('a subscription over server-sent events', () => {
  test('tells first that there is nothing to catch up with, then what happens, not compressed', async () => {
    const source = await open().has(1);
    const ticket = await buildLiveTicket(server, { createdBy: admin });
    await source.has(2);

    expect(source.told).toMatchObject([{ __typename: 'CaughtUp' }, { kind: 'APPEARED', ticketId: ticket.id }]);
    expect(source.status).toBe(200);
    expect(source.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(source.headers.get('content-encoding')).toBeNull();
    expect(source.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(source.headers.get('x-request-id')).not.toBeNull();
  });

  test('goes on from a cursor', async () => {
    const { changeCursor: since } = await admin.client.query('{ changeCursor }');
    const ticket = await buildLiveTicket(server, { createdBy: admin });
    const source = await open(undefined, { since }).has(2);
    expect(source.told).toMatchObject([{ ticketId: ticket.id }, { __typename: 'CaughtUp' }]);
  });

  test('can be asked for by GET', async () => {
    const url = new URL(`${server.url}/graphql`);
    url.search = new URLSearchParams({ query: CHANGES, variables: '{"filter":{"active":true}}' }).toString();
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${admin.client.token}` },
    });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('CaughtUp')) break;
    }
    expect(text).toContain('event: next\ndata: {"data":{"ticketChanges":{"__typename":"CaughtUp"');
  });

  test.each<[string, string | null, object, string, object]>([
    ['no token', null, {}, CHANGES, { code: 'UNAUTHENTICATED', reason: 'MISSING' }],
    ['a token that is not ours', 'nonsense', {}, CHANGES, { code: 'UNAUTHENTICATED', reason: 'INVALID' }],
    ['a query', '', {}, '{ viewer { id } }', { code: 'BAD_REQUEST' }],
    ['an unknown field', '', {}, 'subscription { nothing }', { code: 'GRAPHQL_VALIDATION_FAILED' }],
    ['search', '', { filter: { search: 'x' } }, CHANGES, { code: 'BAD_USER_INPUT' }],
    ['a cursor that is not ours', '', { since: 'x' }, CHANGES, { code: 'BAD_USER_INPUT', reason: 'CURSOR_INVALID' }],
  ])('tells the reason as a message and completes: %s', async (_name, token, variables, query, extensions) => {
    const source = await open(token === '' ? undefined : token, { ...variables }, query).over();
    expect(source.events).toMatchObject([
      { event: 'next', data: { data: null, errors: [{ extensions }] } },
      { event: 'complete', data: null },
    ]);
  });

  test('has at most twenty for a person', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, async () => open().has(1)));
    const more = await open().over();
    all[0]?.close();
    expect(more.events).toMatchObject([
      { data: { errors: [{ extensions: { code: 'RATE_LIMITED', limit: 20 } }] } },
      {},
    ]);
  });

  test('takes no place of the person when its client leaves while it begins', async () => {
    const person = await buildPerson(server);
    const { changeCursor: since } = await person.client.query('{ changeCursor }');
    const body = JSON.stringify({ query: CHANGES, variables: { since } });
    const head = [
      'POST /graphql HTTP/1.1',
      'Host: localhost',
      'Accept: text/event-stream',
      'Content-Type: application/json',
      `Authorization: Bearer ${person.client.token}`,
      `Content-Length: ${body.length}`,
    ];
    for (let left = 0; left < 80; left += 1) {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => {}).write([...head, '', body].join('\r\n'));
      await delay(left % 10);
      socket.destroy();
    }
    await waitFor(async () => {
      const source = await open(person.client.token).has(1);
      source.close();
      return source.told.length > 0;
    });
    const all = await Promise.all(Array.from({ length: 19 }, async () => open(person.client.token).has(1)));
    expect(all.map(({ told }) => told.length)).toEqual(all.map(() => 1));
  });

  test('is named by the error of a subscription that asks for one answer', async () => {
    const { status, errors } = await admin.client.send(CHANGES);
    expect(status).toBe(400);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('text/event-stream'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });
});

describe('the header Accept', () => {
  test.each([
    ['text/event-stream', true],
    ['text/event-stream, multipart/mixed', true],
    ['application/json;q=0.5, text/event-stream', true],
    ['application/graphql-response+json, application/json, text/event-stream, multipart/mixed', false],
    ['application/json', false],
    ['text/event-stream;q=0', false],
    ['*/*', false],
    [undefined, false],
  ])('%s asks for an event stream: %s', (accept, expected) => {
    expect(acceptsEventStream(accept)).toBe(expected);
  });
});
