import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.js';

/**
 * What graphql-cop (github.com/dolevf/graphql-cop, by Dolev Farhi and Nick Aleks) looks for, asked of a server with
 * production settings, by somebody who is not signed in. The name of each test is the finding that there must not be.
 */
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ production: true, introspection: false });
});
afterAll(async () => server.stop());

interface Found {
  status: number;
  text: string;
  json: { data?: unknown; errors?: { message: string; extensions?: Record<string, unknown> }[] } | null;
}

async function ask(path: string, init: RequestInit = {}): Promise<Found> {
  const response = await fetch(`${server.url}${path}`, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, text, json: isJson ? JSON.parse(text) : null };
}

const post = async (body: unknown) =>
  ask('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** Refused as a whole, with one error or a few. */
function expectRefused({ status, json }: Found, code?: string): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(json?.data ?? null).toBeNull();
  expect(json?.errors?.length).toBeLessThanOrEqual(6);
  if (code !== undefined) expect(json?.errors?.[0]?.extensions?.['code']).toBe(code);
}

describe('no denial of service by', () => {
  test('1. alias overloading', async () => {
    expectRefused(
      await post({ query: `query { ${times(101, (i) => `alias${i}: __typename`)} }` }),
      'QUERY_TOO_COMPLEX',
    );
  });

  test('2. array-based query batching', async () => {
    expectRefused(await post(Array.from({ length: 10 }, () => ({ query: 'query { __typename }' }))));
    expectRefused(await post([{ query: 'query { __typename }' }]));
  });

  test('3. directive overloading', async () => {
    const { status, json } = await post({ query: `query { __typename ${'@aa'.repeat(10)} }` });
    expect(status).toBe(400);
    expect(json?.errors?.length).toBeLessThan(10);
    const known = await post({ query: `query { __typename ${times(50, () => '@include(if: true)')} }` });
    expectRefused(known);
  });

  test('4. field duplication', async () => {
    for (const count of [500, 10_000]) {
      expectRefused(await post({ query: `query { ${times(count, () => '__typename')} }` }));
    }
    expectRefused(await post({ query: `query { ${times(11, () => 'viewer { id }')} }` }), 'QUERY_TOO_COMPLEX');
  });

  test('5. circular queries of the introspection, also where that is on', async () => {
    const query = `query { __schema { types { ${'fields { type { '.repeat(4)} name ${'} } '.repeat(4)} } } }`;
    expectRefused(await post({ query }));
    const open = await startTestServer({ production: true });
    try {
      const { status, data } = await open.anonymous.send(query);
      expect([status, data]).toEqual([400, undefined]);
    } finally {
      await open.stop();
    }
  });

  test('circular fragments', async () => {
    const query =
      'query { __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }';
    expectRefused(await post({ query }), 'GRAPHQL_VALIDATION_FAILED');
  });
});

describe('no request forgery by', () => {
  const QUERY = encodeURIComponent('query { __typename }');
  const MUTATION = encodeURIComponent('mutation { __typename }');

  test('6. queries by GET', async () => {
    expectRefused(await ask(`/graphql?query=${QUERY}`));
  });

  test('7. mutations by GET, whatever the headers', async () => {
    expectRefused(await ask(`/graphql?query=${MUTATION}`));
    for (const headers of [{ 'apollo-require-preflight': 'true' }, { 'content-type': 'application/json' }]) {
      expectRefused(await ask(`/graphql?query=${MUTATION}`, { headers }));
    }
  });

  test('8. url-encoded queries and mutations by POST, in the body or in the address', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const query of [QUERY, MUTATION]) {
      expectRefused(await ask('/graphql', { method: 'POST', headers, body: `query=${query}` }));
      expectRefused(await ask(`/graphql?query=${query}`, { method: 'POST', headers, body: '' }));
      expectRefused(await ask(`/graphql?query=${query}`, { method: 'POST' }));
    }
  });
});

describe('nothing told by', () => {
  const SUGGESTS = /did you mean/i;

  test('9. suggestions of fields, arguments, types and enums', async () => {
    for (const query of [
      'query { __schema { directive } }',
      'query { ticket { id } tickts { nodes { id } } }',
      'query { tickets(frst: 1) { nodes { id } } }',
      'query { node(id: "x") { ... on Tickett { id } } }',
      'query { tickets(orderBy: { field: NUMBR, direction: ASC }) { nodes { id } } }',
      'query ($filter: TicketFiltr) { tickets(filter: $filter) { nodes { id } } }',
    ]) {
      const found = await post({ query });
      expectRefused(found);
      expect(found.text).not.toMatch(SUGGESTS);
    }
    const byVariable = await post({
      query: 'query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }',
      variables: { filter: { status: ['OPN'], unasigned: true } },
    });
    expectRefused(byVariable);
    expect(byVariable.text).not.toMatch(SUGGESTS);
  });

  test('10. the introspection', async () => {
    for (const query of [
      'query { __schema { types { name fields { name } } } }',
      'query { __type(name: "User") { fields { name } } }',
      'query { viewer { ... on User { id } } ...S } fragment S on Query { __schema { queryType { name } } }',
    ]) {
      expectRefused(await post({ query }));
    }
  });

  test('11. the trace mode', async () => {
    for (const headers of [{}, { 'apollo-federation-include-trace': 'ftv1' }, { 'x-apollo-tracing': '1' }]) {
      const found = await ask('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: 'query { __typename }' }),
      });
      expect(found.json).toEqual({ data: { __typename: 'Query' } });
    }
  });

  test('12. the detail of unhandled errors', async () => {
    for (const body of [{ query: 'qwerty cop { abc }' }, { query: 'query { node(id: 5) { id } }' }, { query: 7 }]) {
      const { text, json } = await post(body);
      expect(text).not.toMatch(/exception|stacktrace|node_modules|\.[jt]s:\d/i);
      for (const { extensions = {} } of json?.errors ?? []) {
        expect(Object.keys(extensions).filter((name) => name !== 'reason')).toEqual(['code']);
      }
    }
  });
});

test('accepted: a browser is shown the explorer at /graphql, and only there; it tells nothing that the API does not', async () => {
  const headers = { accept: 'text/html' };
  const pages = await Promise.all(
    ['/graphiql', '/playground', '/console', '/graphql'].map(async (path) => (await ask(path, { headers })).status),
  );
  expect(pages).toEqual([404, 404, 404, 200]);
  // As graphql-cop asks: without a browser's Accept.
  expect((await ask('/graphql')).text).not.toMatch(/graphiql|playground/i);
});
