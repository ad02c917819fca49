import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPerson, type Person } from '../support/factories.js';
import { connectLive, EventSourceByHand, type LiveSocket } from '../support/live.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CURSOR = '{ cursor }';
const SKIPPED = 'subscription ($x: Boolean!) { ticketChanges @skip(if: $x) { cursor } }';

let server: TestServer;
let person: Person;
let socket: LiveSocket;

beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  socket = await connectLive(server.url, person.client.token);
});
afterAll(async () => {
  socket.close();
  server.http.server.closeAllConnections();
  await server.stop();
});

/** The first error by each of the ways in which a document can come. */
async function errorsOf(query: string, variables: Record<string, unknown>) {
  const posted = await person.client.send(query, variables);
  const source = new EventSourceByHand(server.url, person.client.token, variables, query);
  await source.over();
  const frame = await socket.follow(`${socket.frames.length}`, variables, query);
  expect(frame.type).toBe('error');
  return {
    status: posted.status,
    all: [posted.errors[0], source.events[0]?.data?.errors?.[0], frame.payload[0]].map((error) => ({
      code: error.extensions.code,
      message: error.message,
    })),
  };
}

describe('a subscription whose root field stands under a condition is refused, with the same words by POST, event stream and WebSocket', () => {
  test.each<[string, string]>([
    ['@skip with a variable', SKIPPED],
    ['the same document again', SKIPPED],
    ['@include with a variable', `subscription ($x: Boolean!) { ticketChanges @include(if: $x) ${CURSOR} }`],
    ['@skip with a value', `subscription { ticketChanges @skip(if: true) ${CURSOR} }`],
    ['@skip without its argument', `subscription { ticketChanges @skip ${CURSOR} }`],
    ['@skip with an unknown variable', `subscription { ticketChanges @skip(if: $y) ${CURSOR} }`],
    ['an inline fragment', `subscription ($x: Boolean!) { ... @include(if: $x) { ticketChanges ${CURSOR} } }`],
    [
      'a spread fragment',
      `subscription ($x: Boolean!) { ...F @skip(if: $x) } fragment F on Subscription { ticketChanges ${CURSOR} }`,
    ],
    [
      'a field in a fragment in a fragment',
      `subscription ($x: Boolean!) { ...F } fragment F on Subscription { ... on Subscription { ...G } }
       fragment G on Subscription { ticketChanges @skip(if: $x) ${CURSOR} }`,
    ],
    [
      'fragments in a circle',
      `subscription ($x: Boolean!) { ...F } fragment F on Subscription { ...F ticketChanges @skip(if: $x) ${CURSOR} }`,
    ],
  ])('%s', async (_name, query) => {
    const { status, all } = await errorsOf(query, { x: false });
    expect(status).toBe(400);
    const told = { code: 'GRAPHQL_VALIDATION_FAILED', message: expect.stringContaining('leave them out') };
    expect(all).toEqual([told, told, told]);
  });

  test('beside a query that is asked for by its name', async () => {
    const query = `query Me { viewer { id } } ${SKIPPED.replace('subscription', 'subscription Live')}`;
    const { status, errors } = await person.client.send(query);
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });

  test('also when its operation is named', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${person.client.token}` },
      body: JSON.stringify({ query: SKIPPED.replace('subscription', 'subscription Live'), operationName: 'Live' }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('leave them out');
  });
});

describe('a document that is no valid subscription is refused by POST, event stream and WebSocket', () => {
  test.each<[string, string]>([
    ['two root fields', `subscription { a: ticketChanges ${CURSOR} b: ticketChanges ${CURSOR} }`],
    [
      'two root fields by fragments',
      `subscription { ...F ...G } fragment F on Subscription { a: ticketChanges ${CURSOR} }
       fragment G on Subscription { b: ticketChanges ${CURSOR} }`,
    ],
    ['introspection at the root', 'subscription { __typename }'],
    ['introspection beside the field', `subscription { ticketChanges ${CURSOR} __typename }`],
    ['fragments in a circle', 'subscription { ...F } fragment F on Subscription { ...F }'],
    ['an unknown fragment', 'subscription { ...F }'],
    ['an unknown directive', `subscription { ticketChanges @nothing ${CURSOR} }`],
    ['a fragment of another type', 'subscription { ... on Query { changeCursor } }'],
    ['a fragment of an unknown type', 'subscription { ... on Nothing { changeCursor } }'],
    ['no selection', 'subscription { ticketChanges }'],
    ['a subscription beside a wrong query', `query A { nothing } subscription B { ticketChanges ${CURSOR} }`],
  ])('%s', async (_name, query) => {
    const { status, all } = await errorsOf(query, {});
    expect(status).toBe(400);
    for (const { code } of all) expect(code).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});
