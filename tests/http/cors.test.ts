import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { startTestServer, type TestServer } from '../support/server.js';

const SANDBOX = 'https://studio.apollographql.com';

async function preflight(server: TestServer, origin: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
  return {
    origin: response.headers.get('access-control-allow-origin'),
    methods: response.headers.get('access-control-allow-methods'),
    headers: response.headers.get('access-control-allow-headers'),
    credentials: response.headers.get('access-control-allow-credentials'),
  };
}

async function post(server: TestServer, origin: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery() }),
  });
  const answer: { data: IntrospectionQuery } = JSON.parse(await response.text());
  return {
    origin: response.headers.get('access-control-allow-origin'),
    queryType: buildClientSchema(answer.data).getQueryType()?.name,
  };
}

describe('pages of other origins', () => {
  const servers: Record<string, TestServer> = {};
  const server = (name: string) => {
    const started = servers[name];
    if (!started) throw new Error(`There is no server ${name}`);
    return started;
  };
  beforeAll(async () => {
    servers['development'] = await startTestServer();
    servers['production'] = await startTestServer({ production: true });
    servers['configured'] = await startTestServer({ production: true, allowedOrigins: ['https://desk.example'] });
  });
  afterAll(async () => {
    for (const started of Object.values(servers)) await started.stop();
  });

  test('Apollo Sandbox may ask and introspect', async () => {
    const allowed = await preflight(server('development'), SANDBOX);
    expect(allowed).toEqual({
      origin: SANDBOX,
      methods: 'GET, POST',
      headers: 'authorization,content-type',
      credentials: 'true',
    });
    expect(await post(server('development'), SANDBOX)).toEqual({ origin: SANDBOX, queryType: 'Query' });
  });

  test.each(['http://localhost:5173', 'http://127.0.0.1:3000', 'https://localhost'])('so may %s', async (origin) => {
    expect(await preflight(server('development'), origin)).toMatchObject({ origin });
  });

  test.each(['https://evil.example', 'https://studio.apollographql.com.evil.example', 'http://localhost.evil.example'])(
    'but not %s',
    async (origin) => {
      expect(await preflight(server('development'), origin)).toMatchObject({ origin: null });
      expect(await post(server('development'), origin)).toMatchObject({ origin: null });
    },
  );

  test('in production only those that ALLOWED_ORIGINS names', async () => {
    expect(await preflight(server('production'), SANDBOX)).toMatchObject({ origin: null });
    expect(await preflight(server('production'), 'http://localhost:5173')).toMatchObject({ origin: null });
    expect(await preflight(server('configured'), 'https://desk.example')).toMatchObject({
      origin: 'https://desk.example',
      credentials: 'true',
    });
    expect(await preflight(server('configured'), SANDBOX)).toMatchObject({ origin: null });
  });
});
