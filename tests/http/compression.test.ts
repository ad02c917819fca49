import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const PAGE = '{ tickets(first: 50) { nodes { id number title description status priority createdBy { name } } } }';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  for (let i = 0; i < 50; i += 1) await buildTicket(server, { createdBy: person });
});
afterAll(async () => server.stop());

/** As the bytes came: fetch would take them apart, and always ask for gzip. */
async function ask(path: string, { query, ...options }: { query?: string; accept?: string; method?: string } = {}) {
  const headers = {
    ...(query !== undefined && { 'content-type': 'application/json', authorization: `Bearer ${person.client.token}` }),
    ...(options.accept !== undefined && { 'accept-encoding': options.accept }),
    ...(path.startsWith('/graphql') && query === undefined && { accept: 'text/html' }),
  };
  const method = options.method ?? (query === undefined ? 'GET' : 'POST');
  const asked = request(`${server.url}${path}`, { method, headers });
  const answered = new Promise<{ encoding: string | undefined; headers: NodeJS.Dict<unknown>; bytes: Buffer }>(
    (resolve, reject) => {
      asked.on('error', reject);
      asked.on('response', (response) => {
        const encoding = response.headers['content-encoding'];
        buffer(response).then((bytes) => resolve({ encoding, headers: response.headers, bytes }), reject);
      });
    },
  );
  asked.end(query === undefined ? undefined : JSON.stringify({ query }));
  return answered;
}

const READERS = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };

describe('an answer', () => {
  test.each([
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['GZIP;q=0.1, identity', 'gzip'],
    ['*', 'zstd'],
    ['zstd;q=0, *;q=0.5', 'br'],
  ] as const)('is compressed for a client that takes %s: %s', async (accept, expected) => {
    const plain = await ask('/graphql', { query: PAGE });
    const { encoding, bytes, headers } = await ask('/graphql', { query: PAGE, accept });
    expect(encoding).toBe(expected);
    expect(READERS[expected](bytes).toString()).toBe(plain.bytes.toString());
    expect(bytes.length).toBeLessThan(plain.bytes.length / 4);
    expect(headers['content-length']).toBe(String(bytes.length));
    expect(headers['vary']).toContain('Accept-Encoding');
  });

  test.each([undefined, '', 'identity', 'gzip;q=0', 'compress', '*;q=0'])(
    'is plain for a client that says %j',
    async (accept) => {
      const { encoding, bytes, headers } = await ask('/graphql', { query: PAGE, accept });
      expect(encoding).toBeUndefined();
      expect(JSON.parse(bytes.toString()).data.tickets.nodes).toHaveLength(50);
      expect(headers['vary']).toContain('Accept-Encoding');
    },
  );

  test('that is small stays as it is', async () => {
    const { encoding, bytes } = await ask('/graphql', { query: '{ viewer { id } }', accept: 'gzip, br, zstd' });
    expect([encoding, JSON.parse(bytes.toString())]).toEqual([undefined, { data: { viewer: { id: person.id } } }]);
  });

  test('that is large is compressed beside the event loop, to the same', async () => {
    const field = 'description';
    for (let i = 0; i < 50; i += 1)
      await buildTicket(server, { createdBy: person, description: 'Lorem ipsum. '.repeat(700) });
    const query = `{ tickets(first: 50, orderBy: { field: NUMBER, direction: DESC }) { nodes { ${field} } } }`;
    const plain = await ask('/graphql', { query });
    expect(plain.bytes.length).toBeGreaterThan(400_000);
    for (const accept of ['gzip', 'br', 'zstd'] as const) {
      const { encoding, bytes } = await ask('/graphql', { query, accept });
      expect(encoding).toBe(accept);
      expect(READERS[accept](bytes).equals(plain.bytes)).toBe(true);
    }
  });

  test('to HEAD is described as it is to GET', async () => {
    const { encoding, headers, bytes } = await ask('/metrics', { accept: 'br', method: 'HEAD' });
    expect([encoding, headers['vary'], bytes.length]).toEqual(['br', 'Origin, Accept-Encoding', 0]);
    expect(Number(headers['content-length'])).toBeGreaterThan(100);
  });

  test('is compressed where it is no GraphQL too, once', async () => {
    expect((await ask('/metrics', { accept: 'gzip' })).encoding).toBe('gzip');
    const [, asset = ''] = /src="(graphql\/assets\/[^"]+)"/.exec((await ask('/graphql')).bytes.toString()) ?? [];
    const script = await ask(`/${asset}`, { accept: 'gzip, br, zstd' });
    expect(script.encoding).toBe('gzip');
    expect(gunzipSync(script.bytes).toString()).toMatch(/React/);
    expect((await ask(`/${asset}`, { accept: 'gzip;q=0' })).encoding).toBeUndefined();
  });
});
