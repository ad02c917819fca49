import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { sendAccountMails } from '../support/account-mails.js';
import { buildPerson, PASSWORD, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let mails: string;
let server: TestServer;
let person: Person;
beforeAll(async () => {
  mails = await mkdtemp(join(tmpdir(), 'docket-mails-'));
  server = await startTestServer({ production: true, capturedMails: mails });
  person = await buildPerson(server);
});
afterAll(async () => {
  await server.stop();
  await rm(mails, { recursive: true });
});

const BROWSER = { accept: 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };
const QUERY = { method: 'POST', headers: JSON_TYPE, body: '{"query":"{ __typename }"}' };

const ANSWERS: [name: string, path: string, init?: RequestInit][] = [
  ['an answer of the API', '/graphql', QUERY],
  ['a refusal of the API', '/graphql', { ...QUERY, body: '{' }],
  ['the explorer', '/graphql', { headers: BROWSER }],
  ['the page for a new password', '/reset-password'],
  ['its script', '/reset-password/script.js'],
  ['the page for unsubscribing', '/unsubscribe/x'],
  ['the page for ignoring a ticket', '/ignore/x'],
  ['captured mails', '/mail'],
  ['a probe', '/healthz'],
  ['metrics', '/metrics'],
  ['nothing', '/nowhere'],
];

const get = async (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);

describe.each(ANSWERS)('%s', (_name, path, init) => {
  test('has the headers that keep it from being framed, sniffed, stored and told of elsewhere', async () => {
    const { headers } = await get(path, init);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none';.* ?frame-ancestors 'none'$/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': path === '/graphql' && init?.headers === BROWSER ? 'no-cache' : 'no-store',
      'strict-transport-security': 'max-age=15768000',
    });
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

test('browsers are told to come by HTTPS only where people do', async () => {
  const plain = await startTestServer({ publicUrl: 'http://localhost:4000' });
  try {
    expect((await fetch(`${plain.url}/healthz`)).headers.get('strict-transport-security')).toBeNull();
  } finally {
    await plain.stop();
  }
});

describe('a body that is no JSON', () => {
  test.each([
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\na\r\n--x--',
    ],
    ['application/x-www-form-urlencoded', 'query=%7B__typename%7D'],
    ['application/octet-stream', 'x'],
  ])('is refused with 415 and says what to send: %s', async (type, body) => {
    const response = await get('/graphql', { method: 'POST', headers: { 'content-type': type }, body });
    expect([response.status, await response.json()]).toEqual([
      415,
      {
        errors: [
          {
            message:
              'Send the query as JSON, with the header content-type: application/json. Files cannot be uploaded.',
            extensions: { code: 'BAD_REQUEST' },
          },
        ],
      },
    ]);
  });

  test('is refused in the form of GraphQL when it is cut off or is too large', async () => {
    for (const [body, status] of [
      ['{"query":', 400],
      [' '.repeat(200_000), 413],
    ] as const) {
      const response = await get('/graphql', { ...QUERY, body });
      expect([response.status, await response.json()]).toEqual([
        status,
        { errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }] },
      ]);
    }
  });
});

/** Sends the bytes as they are, as fetch would not; gives the whole answer. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part) => {
    answer += String(part);
  });
  socket.write(text);
  await new Promise((resolve) => socket.on('close', resolve));
  return answer;
}

describe('the header Host', () => {
  test.each(['[', 'a b', '', '%'])('is refused with 400 where it names no host: %j', async (host) => {
    const { body } = QUERY;
    const answer = await sendRaw(
      `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('ERR_');
  });

  test('does not become part of any link: mails use PUBLIC_URL', async () => {
    await fetch(`${server.url}/graphql`, {
      ...QUERY,
      headers: { ...JSON_TYPE, 'x-forwarded-host': 'evil.example' },
      body: JSON.stringify({
        query: `mutation { requestPasswordReset(input: { email: "${person.email}" }) { userErrors { code } } }`,
      }),
    });
    await sendAccountMails(server);
    const [mail] = server.smtp.mails;
    expect(mail?.raw).toContain('https://docket.example/reset-password');
    expect(mail?.raw).not.toContain('evil.example');
  });
});

/** Signs in with these headers; gives the address that the new session is listed with. */
async function signInFrom(to: TestServer, { username }: Person, headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({
      query: `mutation ($input: SignInInput!) { signIn(input: $input) { user { sessions { ipAddress createdAt } } } }`,
      variables: { input: { login: username, password: PASSWORD } },
    }),
  });
  const { data }: { data: { signIn: { user: { sessions: { ipAddress: string }[] } } } } = JSON.parse(
    await response.text(),
  );
  const { sessions } = data.signIn.user;
  return sessions.find(({ ipAddress }) => ipAddress !== '127.0.0.1')?.ipAddress ?? '127.0.0.1';
}

describe('X-Forwarded-For', () => {
  const FORWARDED = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };

  test('is not believed: anybody can write it', async () => {
    expect(await signInFrom(server, person, FORWARDED)).toBe('127.0.0.1');
  });

  test('is believed of a trusted proxy, up to the address that no trusted proxy has', async () => {
    const behind = await startTestServer({ trustedProxies: ['loopback'] });
    try {
      const visitor = await buildPerson(behind);
      expect(await signInFrom(behind, visitor, FORWARDED)).toBe('203.0.113.9');
    } finally {
      await behind.stop();
    }
  });
});
