import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { performance } from 'node:perf_hooks';
import { hashPassword } from '../../../src/accounts/passwords/password.js';
import { buildPerson, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const TRIES = 100;
/** Fewer than the limit on one account allows. */
const TRIES_EACH = 8;
/** docs/hardening.md, "Signing in". */
const MAX_RELATIVE_DIFFERENCE = 0.05;
/** Another process may take the processor from one half of the tries. */
const ROUNDS = 6;

const SIGN_IN =
  'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code message field } } }';

let server: TestServer;
let people: Person[];
beforeAll(async () => {
  server = await startTestServer({ trustedProxies: ['loopback'] });
  const passwordHash = await hashPassword(PASSWORD);
  const persons = Array.from({ length: Math.ceil(TRIES / TRIES_EACH) }, async () =>
    buildPerson(server, { passwordHash }),
  );
  people = await Promise.all(persons);
}, 60_000);
afterAll(async () => server.stop());

/** Each from another address, as one may not fail so often. */
let addresses = 0;

async function timed(login: string): Promise<{ milliseconds: number; bytes: string }> {
  addresses += 1;
  const address = `10.0.${Math.floor(addresses / 256)}.${addresses % 256}`;
  const start = performance.now();
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ query: SIGN_IN, variables: { input: { login, password: 'not the password' } } }),
  });
  const bytes = await response.text();
  return { milliseconds: performance.now() - start, bytes };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return ((sorted[middle] ?? 0) + (sorted[sorted.length - 1 - middle] ?? 0)) / 2;
}

test('a wrong name and a wrong password are told in the same bytes, after the same time', async () => {
  const figures: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const wrongName: number[] = [];
    const wrongPassword: number[] = [];
    const bytes = new Set<string>();
    for (let index = 0; index < TRIES; index += 1) {
      const { username = '' } = people[index % people.length] ?? {};
      const tries = [
        async () => {
          const answer = await timed(username);
          wrongPassword.push(answer.milliseconds);
          bytes.add(answer.bytes);
        },
        async () => {
          const answer = await timed(`${username}${round}x`);
          wrongName.push(answer.milliseconds);
          bytes.add(answer.bytes);
        },
      ];
      // Each is as often first.
      if (index % 2 === 0) tries.reverse();
      for (const attempt of tries) await attempt();
    }
    expect(bytes.size).toBe(1);
    const [name, password] = [median(wrongName), median(wrongPassword)];
    const apart = Math.abs(name - password) / Math.max(name, password);
    figures.push(`wrong name ${name.toFixed(2)} ms, wrong password ${password.toFixed(2)} ms`);
    if (process.env['TEST_LOG_LEVEL']) console.log(figures.at(-1));
    if (apart <= MAX_RELATIVE_DIFFERENCE) return;
    server.clock.advance({ minutes: 11 });
  }
  throw new Error(`The medians are more than 5 % apart: ${figures.join('; ')}`);
}, 120_000);
