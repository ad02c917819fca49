import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/calls.js';
import { buildPerson, type Person } from '../support/factories.js';
import { metricsOf } from '../support/metrics.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const nested = (levels: number): string =>
  levels === 0 ? 'id' : `ticket { comments(first: 1) { nodes { ${nested(levels - 1)} } } }`;

async function post(body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
}

async function send(query: string) {
  await person.client.send(query);
}

const REFUSED: [rule: string, request: () => Promise<unknown>][] = [
  ['depth', async () => send(`{ tickets(first: 1) { nodes { comments(first: 1) { nodes { ${nested(3)} } } } } }`)],
  ['aliases', async () => send(`{ ${times(16, (i) => `a${i}: __typename`)} }`)],
  ['directives', async () => send(`{ viewer { ${times(11, () => 'id @include(if: true)')} } }`)],
  ['repeats', async () => send(`{ ${times(11, () => 'viewer { id }')} }`)],
  ['tokens', async () => send(`{ ${times(1001, () => 'a')} }`)],
  [
    'cost',
    async () =>
      send(
        '{ tickets(first: 100) { nodes { comments(first: 100) { nodes { id content author { id name username } } } } } }',
      ),
  ],
  [
    'variables',
    async () =>
      person.client.send('query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }', {
        filter: { and: Array.from({ length: 300 }, () => ({})) },
      }),
  ],
  ['syntax', async () => send('{ viewer { id }')],
  ['validation', async () => send('subscription { tickets { id } }')],
  ['validation', async () => send('{ nothing }')],
  [
    'secrets_in_one_document',
    async () =>
      send(`mutation { ${times(2, (i) => `a${i}: signIn(input: { login: "a", password: "b" }) { accessToken }`)} }`),
  ],
  ['body_size', async () => post(' '.repeat(100 * 1024 + 1))],
  ['body_type', async () => post('a', { 'content-type': 'application/xml' })],
  ['batch', async () => post('[{"query":"{ viewer { id } }"},{"query":"{ viewer { id } }"}]')],
  ['bad_request', async () => post('{')],
  ['bad_request', async () => post('{"query":1}')],
  ['csrf', async () => fetch(`${server.url}/graphql?query={viewer{id}}`)],
  ['csrf', async () => post('{"query":"{ viewer { id } }"}', { 'content-type': 'text/plain' })],
  [
    'mutation_by_get',
    async () =>
      fetch(`${server.url}/graphql?query=mutation{signOut{userErrors{code}}}`, {
        headers: { 'apollo-require-preflight': '1' },
      }),
  ],
  ['unauthenticated', async () => server.anonymous.send('{ tickets { totalCount } }')],
  ['forbidden', async () => send(`mutation { deleteRole(input: { id: "${person.id}" }) { userErrors { code } } }`)],
  [
    'rate_limit',
    async () => {
      const input = { login: person.username, password: 'a wrong pass phrase' };
      const attempt = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
      for (;;) if ((await server.anonymous.send(attempt, { input })).errors.length > 0) return;
    },
  ],
];

test.each(REFUSED)('a refusal is counted by its rule, once and no other: %s', async (rule, request) => {
  const before = await metricsOf(server, 'docket_refusals_total');
  await request();
  const after = await metricsOf(server, 'docket_refusals_total');
  const changed = [...after].filter(([labels, value]) => value !== (before.get(labels) ?? 0));
  expect(changed).toEqual([[`{rule="${rule}"}`, (before.get(`{rule="${rule}"}`) ?? 0) + 1]]);
});

describe('what is no refusal', () => {
  test('is not counted: an answer, a userError, a page that is not there', async () => {
    const before = await metricsOf(server, 'docket_refusals_total');
    await send('{ viewer { id } }');
    await call(person.client, 'createTicket', { title: '', description: '' });
    await fetch(`${server.url}/nowhere`);
    expect(await metricsOf(server, 'docket_refusals_total')).toEqual(before);
  });
});
