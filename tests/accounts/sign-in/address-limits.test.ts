import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { networkOf } from '../../../src/accounts/client-network.js';
import { faults, faultsOf, refusals } from '../../support/calls.js';
import { type GraphqlClient } from '../../support/client.js';
import { select } from '../../support/database-state.js';
import { buildPerson, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { accessToken userErrors { code message field } }
}`;
/** Failures that one address may have in ten minutes. */
const MOST = 100;

let server: TestServer;
let second: TestServer;
let person: Person;
let made = 0;
beforeAll(async () => {
  server = await startTestServer({ trustedProxies: ['loopback'] });
  second = await startTestServer({ beside: server, trustedProxies: ['loopback'] });
  person = await buildPerson(server);
});
beforeEach(() => {
  server.clock.advance({ minutes: 11 });
});
afterAll(async () => {
  await second.stop();
  await server.stop();
});

const from = (address: string, at = server): GraphqlClient => at.anonymous.withHeaders({ 'x-forwarded-for': address });

/** A login that nobody has. */
function madeUp(): string {
  made += 1;
  return `nobody-${made}`;
}

async function tryToSignIn(client: GraphqlClient, login: string, password = PASSWORD): Promise<string> {
  const { data, errors } = await client.send(SIGN_IN, { input: { login, password } });
  const [error] = errors;
  if (error) return `${error.extensions.code} ${String(error.extensions['retryAfterSeconds'])}`;
  return data.signIn.accessToken === null ? faultsOf(data.signIn).join() : 'in';
}

async function failMany(times: number, address: (index: number) => string): Promise<string[]> {
  const outcomes: string[] = [];
  // No more at once than may wait for a hash.
  for (let done = 0; done < times; done += 50) {
    const batch = Array.from({ length: Math.min(50, times - done) }, async (_, index) =>
      tryToSignIn(from(address(done + index), index % 2 === 0 ? server : second), madeUp()),
    );
    outcomes.push(...(await Promise.all(batch)));
  }
  return outcomes;
}

/**
 * Counts each failure so far several times: hashing as many passwords would take half a minute. Those that count for other
 * addresses are multiplied as well, so that what is counted wrongly still shows.
 */
async function multiplyFailures(times: number): Promise<void> {
  await select(
    server,
    sql`update sign_in_throttle set attempts = array(select a from unnest(attempts) a, generate_series(1, ${times}::int) order by a)
      where key like 'failure:%'`,
  );
}

describe('an address', () => {
  test('may fail a hundred times in ten minutes over all accounts and instances, and then waits', async () => {
    const outcomes = await failMany(MOST + 10, () => '203.0.113.1');
    expect(outcomes.filter((outcome) => outcome === 'INVALID_CREDENTIALS')).toHaveLength(MOST);
    expect(outcomes.filter((outcome) => outcome === 'RATE_LIMITED 600')).toHaveLength(10);
    expect(await tryToSignIn(from('203.0.113.1'), person.username)).toBe('RATE_LIMITED 600');
    expect(await tryToSignIn(from('203.0.113.2'), person.username)).toBe('in');
    server.clock.advance({ minutes: 9, seconds: 59 });
    expect(await tryToSignIn(from('203.0.113.1'), person.username)).toBe('RATE_LIMITED 1');
    server.clock.advance({ seconds: 1 });
    expect(await tryToSignIn(from('203.0.113.1'), person.username)).toBe('in');
  });

  test('of IPv6 counts by its /64, and one of IPv4 inside IPv6 as IPv4', async () => {
    await failMany(MOST / 10, (index) => `2001:db8:1:2:${index.toString(16)}::1`);
    await failMany(MOST / 10, () => '::ffff:203.0.113.3');
    await multiplyFailures(10);
    expect(await tryToSignIn(from('2001:db8:1:2:ffff:1:2:3'), person.username)).toBe('RATE_LIMITED 600');
    expect(await tryToSignIn(from('2001:db8:1:3::1'), person.username)).toBe('in');
    expect(await tryToSignIn(from('203.0.113.3'), person.username)).toBe('RATE_LIMITED 600');
  });

  test('uses up none of its failures by signing in, nor by an account that is limited already', async () => {
    for (let time = 0; time < 12; time += 1) await tryToSignIn(from('203.0.113.4'), 'one-account', 'wrong');
    for (let time = 0; time < 5; time += 1) {
      expect(await tryToSignIn(from('203.0.113.4'), person.username)).toBe('in');
    }
    // Ten of the twelve count.
    await multiplyFailures(5);
    const outcomes = await failMany(60, () => '203.0.113.4');
    expect(outcomes.filter((outcome) => outcome === 'INVALID_CREDENTIALS')).toHaveLength(MOST - 5 * 10);
  });

  test('uses them up by wrong current passwords as well', async () => {
    const { client } = await buildPerson(server);
    const input = { currentPassword: 'wrong', newPassword: 'a quite different phrase' };
    const near = client.withHeaders({ 'x-forwarded-for': '203.0.113.5' });
    expect(await faults(near, 'changePassword', input)).toEqual(['INVALID_CREDENTIALS input.currentPassword']);
    await failMany(MOST / 10 - 1, () => '203.0.113.5');
    await multiplyFailures(10);
    expect(await refusals(near, 'changePassword', input)).toEqual(['RATE_LIMITED']);
  });

  test('with 260 made-up logins and 100 sign-ups at once keeps nobody else from signing in', async () => {
    const flood = from('203.0.113.6');
    const signUps = Array.from({ length: MOST }, async (_, index) =>
      refusals(flood, 'signUp', {
        email: `flood${index}@docket.example`,
        username: `flood${index}`,
        password: PASSWORD,
        firstName: 'Flood',
      }),
    );
    const failures = Array.from({ length: 260 }, async () => tryToSignIn(flood, madeUp()));
    // As often as one account may be tried.
    const others = Array.from({ length: 10 }, async (_, index) =>
      tryToSignIn(from(`198.51.100.${index}`), person.username),
    );
    expect(await Promise.all(others)).toEqual(others.map(() => 'in'));
    const outcomes = await Promise.all(failures);
    expect(outcomes.filter((outcome) => outcome === 'INVALID_CREDENTIALS').length).toBeLessThanOrEqual(MOST);
    // For want of a place to wait.
    const refused = [...outcomes, ...(await Promise.all(signUps)).flat()];
    expect(refused.filter((outcome) => outcome.startsWith('RATE_LIMITED')).length).toBeGreaterThan(260 - MOST);
  }, 90_000);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0DB8:0:0:ffff::', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unknown', 'unknown'],
])('the address %s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
