import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPerson, type Person } from '../support/factories.js';
import { databaseState } from '../support/database-state.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

const CREATE = 'mutation { createTicket(input: { title: "x", description: "x" }) { ticket { id } } }';

/** Sends the request with the person's token; whatever it is, it must change nothing. Gives status and body. */
async function send(
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string | Blob } = {},
) {
  const before = await databaseState(server);
  const authorization = `Bearer ${person.client.token}`;
  const response = await fetch(`${server.url}${path}`, { ...init, headers: { authorization, ...init.headers } });
  const text = await response.text();
  expect(await databaseState(server)).toEqual(before);
  return { status: response.status, headers: response.headers, text };
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the probes', () => {
  test('say that the server lives and is ready', async () => {
    const health = await send('/healthz');
    expect([health.status, JSON.parse(health.text)]).toEqual([200, { status: 'ok' }]);
    const ready = await send('/readyz');
    expect([ready.status, JSON.parse(ready.text)]).toEqual([
      200,
      { database: true, migrations: true, jobs: true, reasons: [] },
    ]);
  });

  test('need no token', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  });
});

describe('a route that is not there', () => {
  test.each(['/nowhere', '/ticket', '/graphql/', '/graphql/x', '/../etc/passwd', '/%00'])(
    'is 404 in JSON: %s',
    async (path) => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, headers, text } = await send(path, { method });
        expect(status).toBe(404);
        expect(headers.get('content-type')).toMatch(/^application\/json/);
        expect(JSON.parse(text)).toEqual({ error: expect.any(String) });
      }
    },
  );
});

describe('a mutation', () => {
  test('by GET is refused, whatever the headers', async () => {
    const path = `/graphql?query=${encodeURIComponent(CREATE)}`;
    expect((await send(path)).status).toBe(400);
    expect((await send(path, { headers: { 'apollo-require-preflight': 'true' } })).status).toBe(405);
    expect((await send(path, { headers: JSON_TYPE })).status).toBe(405);
  });

  test.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(CREATE)}`],
    [
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n${CREATE}\r\n--x--\r\n`,
    ],
    ['text/plain', JSON.stringify({ query: CREATE })],
    ['text/plain;charset=application/json', JSON.stringify({ query: CREATE })],
  ])('as %s, which a page elsewhere could send, is refused', async (type, body) => {
    const { status } = await send('/graphql', { method: 'POST', headers: { 'content-type': type }, body });
    expect([400, 415]).toContain(status);
  });

  test('without a content type is refused', async () => {
    const body = new Blob([JSON.stringify({ query: CREATE })]);
    const { status } = await send('/graphql', { method: 'POST', body });
    expect([400, 415]).toContain(status);
  });
});

describe('a query by GET', () => {
  const path = `/graphql?query=${encodeURIComponent('{ viewer { id } }')}`;

  test('is answered when a header shows that no page elsewhere sent it', async () => {
    const { status, text } = await send(path, { headers: { 'apollo-require-preflight': 'true' } });
    expect([status, JSON.parse(text)]).toEqual([200, { data: { viewer: { id: person.id } } }]);
  });

  test('is refused without such a header', async () => {
    expect((await send(path)).status).toBe(400);
  });
});

/** A request of exactly so many bytes. */
const padded = (bytes: number) => {
  const query = JSON.stringify({ query: '{ viewer { id } }' });
  return `${' '.repeat(bytes - query.length)}${query}`;
};

describe('a body', () => {
  test('of 100 kB is read, and of one byte more refused with 413', async () => {
    const most = await send('/graphql', { method: 'POST', headers: JSON_TYPE, body: padded(100 * 1024) });
    expect(most.status).toBe(200);
    const more = await send('/graphql', { method: 'POST', headers: JSON_TYPE, body: padded(100 * 1024 + 1) });
    expect(more.status).toBe(413);
  });

  test('with several operations at once is refused', async () => {
    const one = { query: '{ viewer { id } }' };
    const { status, text } = await send('/graphql', {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify([one, one]),
    });
    expect(status).toBe(400);
    expect(text).not.toContain(person.id);
  });

  test.each(['', '{', 'null', '7', '[]', '{}', '{"query":7}', '{"query":"{ viewer { id } }","variables":"x"}'])(
    'that is no GraphQL request is refused: %j',
    async (body) => {
      const { status, text } = await send('/graphql', { method: 'POST', headers: JSON_TYPE, body });
      expect(status).toBe(400);
      expect(text).not.toMatch(/node_modules|\/src\/|\.ts:/);
    },
  );
});

describe('a document', () => {
  test.each([
    ['that cannot be parsed', '{ viewer {', 'GRAPHQL_PARSE_FAILED'],
    ['of more than a thousand tokens', `{ ${'viewer { id } '.repeat(400)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['with an unknown field', '{ viewer { shoeSize } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s is refused with %s', async (_name, query, code) => {
    const { status, errors } = await person.client.send(query);
    expect(status).toBe(400);
    expect(errors[0]?.extensions.code).toBe(code);
    expect(errors[0]?.extensions['stacktrace']).toBeUndefined();
  });
});

test('every answer carries its request id', async () => {
  const ids = [];
  for (const path of ['/healthz', '/nowhere', '/graphql']) ids.push((await send(path)).headers.get('x-request-id'));
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
});
