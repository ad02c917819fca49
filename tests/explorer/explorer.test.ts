import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { bootstrapScript } from '../../src/explorer/bootstrap-script.js';
import { wantsExplorer } from '../../src/explorer/browser-constraint.js';
import { explorerRoutes } from '../../src/explorer/explorer.routes.js';
import { ticketRedirects } from '../../src/explorer/ticket-redirects.routes.js';

const CHROMIUM = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe('the explorer', () => {
  let app: FastifyInstance;

  beforeAll(async () => {
    app = Fastify();
    app.route({ url: '/graphql', method: ['GET', 'POST'], handler: () => 'an answer' });
    await app.register(explorerRoutes);
    await app.register(ticketRedirects, {});
  });

  afterAll(() => app.close());

  const getPage = (method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url: '/graphql', headers: { accept: CHROMIUM } });

  test('is what a browser gets', async () => {
    const response = await getPage();
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.headers['vary']).toBe('Accept');
    expect(response.body).toContain('<title>Docket</title>');
  });

  test('answers HEAD like GET, without the page', async () => {
    const [get, head] = [await getPage(), await getPage('HEAD')];
    expect(head.statusCode).toBe(200);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    expect(head.headers['content-security-policy']).toBe(get.headers['content-security-policy']);
    expect(head.body).toBe('');
  });

  test('leaves the requests of programs to GraphQL', async () => {
    const headers = { accept: 'application/json' };
    expect((await app.inject({ url: '/graphql?query={a}', headers })).body).toBe('an answer');
    expect((await app.inject({ url: '/graphql' })).body).toBe('an answer');
    expect((await app.inject({ method: 'POST', url: '/graphql', headers: { accept: CHROMIUM } })).body).toBe(
      'an answer',
    );
  });

  test('runs no inline script and nothing from elsewhere', async () => {
    const { body, headers } = await getPage();
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(body).not.toMatch(/https?:/);
    expect(body.match(/<script/g)).toEqual(
      body.match(/<script src="graphql\/assets\/[\w.-]+"><\/script>/g)?.map(() => '<script'),
    );
  });

  test('serves each of its files with its type, for ever', async () => {
    const { body } = await getPage();
    const paths = [...body.matchAll(/(?:src|href)="(graphql\/assets\/[^"]+)"/g)].map(([, path]) => `/${path}`);
    expect(paths).toHaveLength(5);
    for (const path of paths) {
      const response = await app.inject(path);
      expect(response.statusCode).toBe(200);
      expect(response.headers['content-type']).toBe(
        `text/${path.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`,
      );
      expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      const gzipped = await app.inject({ url: path, headers: { 'accept-encoding': 'gzip, br' } });
      expect(gzipped.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(gzipped.rawPayload).equals(response.rawPayload)).toBe(true);
    }
  });

  test('opens on the ticket that a mail links to', async () => {
    const response = await app.inject({ url: '/tickets/13', headers: { accept: CHROMIUM } });
    expect(response.statusCode).toBe(302);
    const link = new URL(response.headers.location ?? '', 'http://docket.example/tickets/13');
    expect(link.pathname).toBe('/graphql');
    expect(link.searchParams.get('query')).toContain('ticketByNumber(number: $number)');
    expect(JSON.parse(link.searchParams.get('variables') ?? '')).toEqual({ number: 13 });
  });

  test('opens on the active tickets of the viewer, where a digest leads', async () => {
    const response = await app.inject({ url: '/tickets', headers: { accept: CHROMIUM } });
    const link = new URL(response.headers.location ?? '', 'http://docket.example/tickets');
    expect([response.statusCode, link.pathname]).toEqual([302, '/graphql']);
    expect(link.searchParams.get('query')).toContain('assignedTickets');
  });

  test.each(['0', '-1', '1e3', '2147483648', 'abc', '1%20'])('has no ticket %s', async (number) => {
    expect((await app.inject(`/tickets/${number}`)).statusCode).toBe(404);
  });

  test.each(['package.json', '..%2f..%2fpackage.json', 'graphiql-0.0.0.js'])('has no file %s', async (name) => {
    expect((await app.inject(`/graphql/assets/${name}`)).statusCode).toBe(404);
  });
});

test.each([
  [CHROMIUM, true],
  ['text/html', true],
  ['application/json;q=0.5, TEXT/HTML', true],
  ['text/html;q=0.5, application/json', false],
  ['application/graphql-response+json, text/html', false],
  ['text/html;q=0', false],
  ['*/*', false],
  ['application/json, multipart/mixed', false],
  [undefined, false],
])('the reader who accepts %j is taken for a browser: %p', (accept, expected) => {
  expect(wantsExplorer({ headers: { accept } })).toBe(expected);
});

describe('the script of the page', () => {
  interface Settings {
    fetcher: (parameters: unknown, options: { headers?: Record<string, unknown> }) => Promise<unknown>;
    storage: unknown;
    shouldPersistHeaders: boolean;
    defaultTabs?: { query: string; variables: string; headers: string }[];
  }

  /** Runs the script with stand-ins for the libraries; the fetcher gives back the headers it would send. */
  function start(stored: Map<string, string>, search = '', replaceState = (_path: string) => {}): Settings {
    let settings: Settings | undefined;
    const GraphiQL = {
      createFetcher: () => async (_parameters: unknown, options: { headers: unknown }) => ({
        ...Object(options.headers),
      }),
      Logo: 'logo',
    };
    const sessionStorage = {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
    };
    runInNewContext(bootstrapScript, {
      GraphiQL,
      React: {
        createElement: (type: unknown, given: Settings) => {
          if (type === GraphiQL) settings = given;
        },
      },
      ReactDOM: { createRoot: () => ({ render: () => {} }) },
      document: { getElementById: () => ({}) },
      location: { pathname: '/graphql', search },
      history: { replaceState: (_state: unknown, _title: string, path: string) => replaceState(path) },
      URLSearchParams,
      sessionStorage,
    });
    if (settings === undefined) throw new Error('the script did not start GraphiQL');
    expect(settings.storage).toBe(sessionStorage);
    return settings;
  }

  test('sends an Authorization header once it holds a token, and others always', async () => {
    const { fetcher, shouldPersistHeaders } = start(new Map());
    const sent = async (headers: Record<string, unknown>) => fetcher({}, { headers });
    expect(await sent({ Authorization: 'Bearer ', 'X-A': '1' })).toEqual({ 'X-A': '1' });
    expect(await sent({ authorization: '' })).toEqual({});
    expect(await sent({ Authorization: 'Bearer abc' })).toEqual({ Authorization: 'Bearer abc' });
    expect(await fetcher({}, {})).toEqual({});
    expect(shouldPersistHeaders).toBe(false);
  });

  test('fills in variables to sign in with, once a tab', () => {
    const stored = new Map<string, string>();
    start(stored);
    expect(JSON.parse(stored.get('graphiql:variables') ?? '')).toMatchObject({ input: { login: '', password: '' } });

    stored.set('graphiql:tabState', '{}').set('graphiql:variables', '{"mine":1}');
    start(stored);
    expect(stored.get('graphiql:variables')).toBe('{"mine":1}');
  });

  test('shows the query that a link carries in a tab before the welcome, and takes it out of the address', () => {
    const stored = new Map<string, string>();
    let address = '';
    const search = `?${new URLSearchParams({ query: '{ viewer { id } }', variables: '{"a":1}' }).toString()}`;
    const { defaultTabs = [] } = start(stored, search, (path) => (address = path));
    expect(defaultTabs.map(({ query }) => query)).toEqual(['{ viewer { id } }', expect.stringContaining('SignIn')]);
    expect(defaultTabs[0]).toMatchObject({ variables: '{"a":1}', headers: expect.stringContaining('Bearer') });
    expect(stored.get('graphiql:query')).toBe('{ viewer { id } }');
    expect(stored.get('graphiql:variables')).toBe('{"a":1}');
    expect(address).toBe('/graphql');
    expect(start(stored).defaultTabs).toBeUndefined();
  });
});
