import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DeskFiles } from '../../src/desk/desk.files.js';
import { deskPage } from '../../src/desk/desk.page.js';
import { startTestServer, type TestServer } from '../support/server.js';

const BUILT = `<!doctype html><base href="/" /><script type="application/json" id="docket-settings">
      {}
    </script><script type="module" crossorigin src="./assets/index-a1.js"></script>`;

const SCRIPT = Buffer.from('console.log(1);'.repeat(100));
const FILES: DeskFiles = {
  page: BUILT,
  assets: new Map([
    ['index-a1.js', { contentType: 'text/javascript; charset=utf-8', plain: SCRIPT, gzipped: Buffer.from('') }],
  ]),
};
const DEMO = { password: 'docket-demo', people: [{ username: 'ada', name: 'Ada </script>', role: 'admin' }] };
const BROWSER = { headers: { accept: 'text/html' }, redirect: 'manual' } as const;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    desk: { files: FILES, demo: DEMO },
    publicUrl: 'https://docket.example/support',
  });
});
afterAll(async () => server.stop());

describe('the desk', () => {
  test.each([
    '/',
    '/tickets',
    '/tickets/new',
    '/tickets/13',
    '/tickets?view=mine',
    '/me',
    '/insights',
    '/mails',
    '/products',
    '/people',
    '/people/new',
    '/roles',
  ])('is the page at %s', async (path) => {
    const response = await fetch(`${server.url}${path}`, BROWSER);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'$/);
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toContain('src="./assets/index-a1.js"');
  });

  test('has its addresses below the path of PUBLIC_URL, and the demo people in it as data', async () => {
    const page = await (await fetch(`${server.url}/tickets`, BROWSER)).text();
    expect(page).toContain('<base href="/support/" />');
    const [, json = ''] = /id="docket-settings">([^<]*)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(json)).toEqual({ signUp: true, demo: DEMO });
  });

  test('leaves / to programs, and /graphql to the explorer', async () => {
    expect(await (await fetch(`${server.url}/`)).json()).toMatchObject({ name: 'Docket' });
    expect(await (await fetch(`${server.url}/graphql`, BROWSER)).text()).toContain('explorer');
  });

  test.each(['/tickets/0', '/tickets/abc', '/assets/index-a2.js', '/assets/..%2findex.html'])(
    'has nothing at %s',
    async (path) => {
      expect((await fetch(`${server.url}${path}`, BROWSER)).status).toBe(404);
    },
  );

  test('keeps its files in the browser for ever, compressed where that is understood', async () => {
    const plain = await server.http.inject('/assets/index-a1.js');
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.rawPayload.equals(SCRIPT)).toBe(true);
    const gzipped = await server.http.inject({ url: '/assets/index-a1.js', headers: { 'accept-encoding': 'gzip' } });
    expect([gzipped.headers['content-encoding'], gzipped.headers['vary']]).toEqual(['gzip', 'Accept-Encoding']);
  });
});

test('a front end elsewhere replaces the desk', async () => {
  const other = await startTestServer({ desk: { files: FILES, demo: null }, frontEndUrl: 'https://desk.example' });
  try {
    const response = await fetch(`${other.url}/tickets/13`, BROWSER);
    expect([response.status, response.headers.get('location')]).toEqual([302, 'https://desk.example/tickets/13']);
    expect((await fetch(`${other.url}/assets/index-a1.js`)).status).toBe(404);
  } finally {
    await other.stop();
  }
});

test('a page without a place for settings is refused', () => {
  expect(() => deskPage('<p>', '/', { signUp: false, demo: null })).toThrow('no place for its settings');
});
