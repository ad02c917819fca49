import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

describe('/', () => {
  test('leads a browser to the explorer', async () => {
    const response = await fetch(`${server.url}/`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([response.status, response.headers.get('location'), response.headers.get('vary')]).toEqual([
      302,
      '/graphql',
      expect.stringContaining('Accept'),
    ]);
  });

  test('tells a program where the API is', async () => {
    const response = await fetch(`${server.url}/`);
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ name: 'Docket', api: 'https://docket.example/graphql' }),
    ]);
  });
});

describe('a method that a path does not know', () => {
  test.each(['PUT', 'PATCH', 'DELETE'])('%s is 405 at /graphql, with what is allowed', async (method) => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data']) {
      const response = await fetch(`${server.url}/graphql`, {
        method,
        headers: { 'content-type': type },
        body: '{"query":"{ __typename }"}',
      });
      expect([response.status, response.headers.get('allow')?.split(', ').toSorted()]).toEqual([
        405,
        ['GET', 'HEAD', 'OPTIONS', 'POST'],
      ]);
      expect(await response.json()).toEqual({
        errors: [{ message: expect.stringContaining(method), extensions: { code: 'BAD_REQUEST' } }],
      });
    }
  });

  test.each([
    ['/', 'POST', 'GET, HEAD, OPTIONS'],
    ['/healthz', 'POST', 'GET, HEAD, OPTIONS'],
    ['/metrics', 'DELETE', 'GET, HEAD, OPTIONS'],
    ['/.well-known/jwks.json', 'POST', 'GET, HEAD, OPTIONS'],
    ['/tickets/13', 'PUT', 'GET, HEAD, OPTIONS'],
    ['/ignore/x', 'PUT', 'GET, HEAD, POST, OPTIONS'],
    ['/unsubscribe/x', 'PUT', 'GET, HEAD, POST, OPTIONS'],
    ['/reset-password', 'POST', 'GET, HEAD, OPTIONS'],
  ])('is 405 at %s too: %s', async (path, method, allow) => {
    const response = await fetch(`${server.url}${path}`, { method, body: 'x' });
    expect([response.status, response.headers.get('allow')?.split(', ').toSorted()]).toEqual([
      405,
      allow.split(', ').toSorted(),
    ]);
  });

  test('leaves what is not there at 404', async () => {
    expect((await fetch(`${server.url}/nowhere`, { method: 'PUT' })).status).toBe(404);
  });
});

test('pages of other origins may read the id of a request', async () => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { origin: 'http://localhost:5173', 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
  expect(response.headers.get('access-control-expose-headers')).toBe('x-request-id');
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});
