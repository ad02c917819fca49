import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { refusals } from '../../support/calls.js';
import { buildPerson, signIn } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

/** What one address may ask for without a password in ten minutes. */
const MOST = 100;

let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  second = await startTestServer({ beside: server });
});
afterAll(async () => {
  await second.stop();
  await server.stop();
});

const LIMITED = ['RATE_LIMITED'];

/** Refused for its password: it costs no hash. */
const signUp = { email: 'new@docket.example', username: 'newcomer', password: 'short', firstName: 'New' };

const REQUESTS: [mutation: string, input: object][] = [
  ['signUp', signUp],
  ['requestPasswordReset', { email: 'nobody@docket.example' }],
];

describe.each(REQUESTS)('%s from one address', (mutation, input) => {
  test('is answered a hundred times in ten minutes over all instances, and then again', async () => {
    const answers = await Promise.all(
      Array.from({ length: MOST + 20 }, async (_, index) =>
        refusals((index % 2 === 0 ? server : second).anonymous, mutation, input),
      ),
    );
    expect(answers.filter((codes) => codes.length > 0)).toEqual(Array.from({ length: 20 }, () => LIMITED));
    server.clock.advance({ minutes: 9, seconds: 59 });
    expect(await refusals(second.anonymous, mutation, input)).toEqual(LIMITED);
    server.clock.advance({ seconds: 1 });
    expect(await refusals(second.anonymous, mutation, input)).toEqual([]);
  });

  test('limits nobody who comes from another address, and no signing in', async () => {
    await Promise.all(Array.from({ length: MOST + 1 }, async () => refusals(server.anonymous, mutation, input)));
    const elsewhere = await startTestServer({ beside: server, trustedProxies: ['loopback'] });
    try {
      const ask = async () => {
        const response = await fetch(`${elsewhere.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' },
          body: JSON.stringify({
            query: `mutation { ${mutation}(input: ${literal(input)}) { userErrors { code } } }`,
          }),
        });
        return response.text();
      };
      expect(await ask()).not.toContain('RATE_LIMITED');
    } finally {
      await elsewhere.stop();
    }
    const { username } = await buildPerson(server);
    expect((await signIn(server, username)).token).toBeDefined();
  });
});

function literal(input: object): string {
  return `{ ${Object.entries(input)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')} }`;
}
