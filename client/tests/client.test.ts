import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { getEventListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { buildSchema, isAbstractType } from 'graphql';
import relay, { type ConcreteRequest } from 'relay-runtime';
import { buildPerson, buildTicket, PASSWORD, type Person } from '../../tests/support/factories.js';
import { startTestServer, type TestServer } from '../../tests/support/server.js';
import { cacheOptions, sessionLink } from '../src/apollo/index.js';
import { createSession, newId, type Session, sessionFetch, UnreachableError } from '../src/index.js';
import { sessionExchange } from '../src/urql/index.js';
import { type Browser, openBrowser } from './browser.js';

const ORIGIN = 'https://docket.example';
const TICKETS = gql`
  query Tickets {
    tickets(first: 5) {
      edges {
        cursor
        node {
          id
          title
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

const scalar = (name: string) => ({ kind: 'ScalarField', name, alias: null, args: null, storageKey: null }) as const;
const viewer = {
  kind: 'LinkedField',
  name: 'viewer',
  alias: null,
  args: null,
  storageKey: null,
  concreteType: 'User',
  plural: false,
  selections: [scalar('id'), scalar('username')],
} as const;
/** What Relay's compiler makes of `query RelayViewer { viewer { id username } }`. */
const RELAY_VIEWER: ConcreteRequest = {
  kind: 'Request',
  fragment: {
    kind: 'Fragment',
    name: 'RelayViewer',
    type: 'Query',
    argumentDefinitions: [],
    selections: [viewer],
  },
  operation: { kind: 'Operation', name: 'RelayViewer', argumentDefinitions: [], selections: [viewer] },
  params: {
    id: null,
    cacheID: 'viewer',
    name: 'RelayViewer',
    operationKind: 'query',
    text: 'query RelayViewer { viewer { id username } }',
    metadata: {},
  },
};

let server: TestServer;
let person: Person;
let browser: Browser;
let now: number;
const open: Session[] = [];

beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  await buildTicket(server, { createdBy: person, title: 'Printer on fire' });
});
afterAll(async () => server.stop());
beforeEach(() => {
  browser = openBrowser(ORIGIN);
  now = 0;
});
afterEach(() => {
  for (const session of open.splice(0)) session.close();
});

function tab(keep: 'cookie' | 'memory' = 'cookie'): Session {
  const session = createSession({ endpoint: `${server.url}/graphql`, keep, fetch: browser.fetch, now: () => now });
  open.push(session);
  return session;
}

async function signedIn(keep: 'cookie' | 'memory' = 'cookie'): Promise<Session> {
  const session = tab(keep);
  expect(await session.signIn(person.username, PASSWORD)).toMatchObject({ ok: true });
  return session;
}

const refreshes = () => browser.sent.filter((name) => name === 'RefreshSession').length;

describe('a session', () => {
  test('tells what is wrong beside its field, and stays signed out', async () => {
    const session = tab();
    const result = await session.signIn(person.username, 'wrong');
    expect(result).toMatchObject({ ok: false, errors: [{ code: 'INVALID_CREDENTIALS' }] });
    expect(session.state.status).toBe('unknown');
    expect(
      await session.signUp({ email: 'x@docket.example', username: '!', password: PASSWORD, firstName: 'X' }),
    ).toMatchObject({ ok: false, fields: { username: expect.any(String) } });
  });

  test('goes on after a reload by its cookie, until it is signed out', async () => {
    await signedIn();
    const reloaded = tab();
    expect(await reloaded.resume()).toEqual({ status: 'signedIn', userId: person.id });
    await reloaded.signOut();
    expect(await tab().resume()).toEqual({ status: 'signedOut', ended: false });
  });

  test('in memory ends with the page', async () => {
    const session = await signedIn('memory');
    now += 595_000;
    expect(await session.accessToken()).toEqual(expect.any(String));
    expect(await tab('memory').resume()).toEqual({ status: 'signedOut', ended: false });
  });

  test('is renewed before the token expires, whatever the clock of the machine says, and once for many requests', async () => {
    const session = await signedIn();
    const first = await session.accessToken();
    now += 570_000;
    expect(await session.accessToken()).toBe(first);
    now += 20_000;
    server.clock.advance({ minutes: 9 });
    const [second, third] = await Promise.all([session.accessToken(), session.accessToken()]);
    expect([second === first, second === third, refreshes()]).toEqual([false, true, 1]);
  });

  test('is renewed once for all tabs', async () => {
    const tabs = [await signedIn(), tab(), tab()];
    // As when a browser opens its tabs of yesterday.
    await Promise.all(tabs.map(async (each) => each.resume()));
    expect(refreshes()).toBe(1);
    now += 590_000;
    const tokens = await Promise.all(tabs.map(async (each) => each.accessToken()));
    expect(refreshes()).toBe(2);
    expect(new Set(tokens)).toEqual(new Set([expect.any(String)]));
  });

  test('listens to the other tabs once, however often it is renewed', async () => {
    const channels: BroadcastChannel[] = [];
    const { BroadcastChannel: Original } = globalThis;
    globalThis.BroadcastChannel = class extends Original {
      constructor(name: string) {
        super(name);
        channels.push(this);
      }
    };
    const session = await signedIn().finally(() => {
      globalThis.BroadcastChannel = Original;
    });
    for (let renewal = 1; renewal <= 3; renewal += 1) {
      now += 590_000;
      await session.accessToken();
    }
    expect(refreshes()).toBe(3);
    expect(channels.map((channel) => getEventListeners(channel, 'message').length)).toEqual([1]);
  });

  test('goes on by itself where the browser denies locks', async () => {
    const request = jest.spyOn(navigator.locks, 'request').mockRejectedValue(new Error('The request was denied.'));
    const query = jest.spyOn(navigator.locks, 'query').mockRejectedValue(new Error('The request was denied.'));
    try {
      const session = await signedIn();
      now += 590_000;
      expect([await session.accessToken(), refreshes()]).toEqual([expect.any(String), 1]);
    } finally {
      request.mockRestore();
      query.mockRestore();
    }
  });

  test('goes on by itself where the browser denies channels', async () => {
    const { BroadcastChannel: Original } = globalThis;
    globalThis.BroadcastChannel = class extends Original {
      constructor(name: string) {
        super(name);
        this.close();
        throw new DOMException('The operation is insecure.', 'SecurityError');
      }
    };
    try {
      const session = await signedIn();
      now += 590_000;
      expect([await session.accessToken(), refreshes()]).toEqual([expect.any(String), 1]);
    } finally {
      globalThis.BroadcastChannel = Original;
    }
  });

  test('goes on in the other tabs when the one that renews it cannot reach the server', async () => {
    const [one, other] = [await signedIn(), tab()];
    await other.resume();
    now += 590_000;
    browser.offline = true;
    await Promise.allSettled([one.accessToken(), other.accessToken()]);
    browser.offline = false;
    expect(await other.accessToken()).toEqual(expect.any(String));
    expect([one.state.status, other.state.status]).toEqual(['signedIn', 'signedIn']);
  });

  test('does not come back with an answer that was under way when somebody signed out', async () => {
    const session = await signedIn();
    now += 590_000;
    const renewing = session.accessToken();
    await session.signOut();
    expect(await renewing).toBeNull();
    expect(session.state.status).toBe('signedOut');
    expect(await tab().resume()).toEqual({ status: 'signedOut', ended: false });
  });

  test('survives that the server cannot be reached', async () => {
    const session = await signedIn();
    now += 590_000;
    browser.offline = true;
    await expect(session.accessToken()).rejects.toThrow(UnreachableError);
    expect(session.state.status).toBe('signedIn');
    browser.offline = false;
    expect(await session.accessToken()).toEqual(expect.any(String));
  });
});

describe('Apollo Client', () => {
  test('sends a token, and once more another one where the server refuses it', async () => {
    const session = await signedIn();
    const apollo = new ApolloClient({
      cache: new InMemoryCache(cacheOptions),
      link: ApolloLink.from([
        sessionLink(session),
        new HttpLink({ uri: `${server.url}/graphql`, fetch: browser.fetch }),
      ]),
    });
    const { data } = await apollo.query({ query: TICKETS });
    expect(data).toMatchObject({ tickets: { edges: [{ node: { title: 'Printer on fire' } }] } });
    // Expired by the server's clock, and not by the page's.
    server.clock.advance({ minutes: 11 });
    const again = await apollo.query({ query: TICKETS, fetchPolicy: 'network-only' });
    expect(again.data).toEqual(data);
    expect(refreshes()).toBe(1);
  });

  test('knows the abstract types of the schema', async () => {
    const schema = buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
    const abstract = Object.values(schema.getTypeMap()).filter((type) => isAbstractType(type));
    const expected = abstract.map((type): [string, string[]] => [
      type.name,
      schema
        .getPossibleTypes(type)
        .map(({ name }) => name)
        .toSorted(),
    ]);
    const known = cacheOptions.possibleTypes ?? {};
    for (const [name, types] of expected) expect([name, known[name]]).toEqual([name, expect.arrayContaining(types)]);
  });
});

test('urql sends a token, and once more another one where the server refuses it', async () => {
  const session = await signedIn();
  const urql = new Client({
    url: `${server.url}/graphql`,
    fetch: browser.fetch,
    preferGetMethod: false,
    exchanges: [cacheExchange, sessionExchange(session), fetchExchange],
  });
  const ask = async () => urql.query(TICKETS, {}, { requestPolicy: 'network-only' }).toPromise();
  expect((await ask()).data).toMatchObject({ tickets: { edges: [{ node: { title: 'Printer on fire' } }] } });
  server.clock.advance({ minutes: 11 });
  const again = await ask();
  expect([again.error, again.data?.tickets.edges.length]).toEqual([undefined, 1]);
});

test('Relay sends a token, and once more another one where the server refuses it', async () => {
  const session = await signedIn();
  const send = sessionFetch(session, browser.fetch);
  const network = relay.Network.create(async ({ text: query }, variables) => {
    const response = await send(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  });
  const environment = new relay.Environment({ network, store: new relay.Store(new relay.RecordSource()) });
  const ask = async () => relay.fetchQuery(environment, RELAY_VIEWER, {}).toPromise();
  expect(await ask()).toEqual({ viewer: { id: person.id, username: person.username } });
  server.clock.advance({ minutes: 11 });
  expect(await ask()).toEqual({ viewer: { id: person.id, username: person.username } });
  expect(refreshes()).toBe(1);
});

test('a new id is a UUID, and another one each time', () => {
  const ids = new Set(Array.from({ length: 100 }, newId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
