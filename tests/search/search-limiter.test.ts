import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { waitFor } from '../jobs/wait-for.js';
import { type GraphqlClient } from '../support/client.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { metricsOf } from '../support/metrics.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CONCURRENCY = 2;
const WAITING = 8;

let server: TestServer;
let person: Person;
let other: Person;
let holder: Client;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  other = await buildPerson(server);
  await buildTicket(server, { createdBy: person });
  holder = new Client({ connectionString: server.databaseUrl });
  await holder.connect();
});
afterAll(async () => {
  await holder.end();
  await server.stop();
});

async function waitingForLocks(): Promise<number> {
  const { rows } = await holder.query('select count(*)::int as count from pg_locks where not granted');
  return rows[0].count;
}

const SEARCHES: [name: string, table: string, document: string][] = [
  ['similarTickets', 'ticket', '{ similarTickets(input: { title: "printer" }) { score } }'],
  ['similar', 'ticket_stem', '{ tickets { nodes { similar { score } } } }'],
  ['tickets by words', 'ticket_search', '{ tickets(filter: { search: "printer" }) { nodes { id } } }'],
  [
    'tickets by words in a part of the filter',
    'ticket_search',
    '{ tickets(filter: { or: [{ not: { and: [{ search: "printer" }] } }] }) { nodes { id } } }',
  ],
  [
    "a person's tickets by words",
    'ticket_search',
    '{ viewer { createdTickets(filter: { search: "printer" }) { nodes { id } } } }',
  ],
  ['comments by words', 'comment', '{ comments(filter: { search: "printer" }) { nodes { id } } }'],
  ['users by a name', '"user"', '{ users(filter: { search: "x" }) { nodes { id } } }'],
  ['products by a name', 'product', '{ products(filter: { search: "x" }) { nodes { id } } }'],
  // Requests for the same insights share a run: each asks for those of another product.
  ['insights', 'ticket', '{ ticketInsights(input: { productId: ["INDEX"] }) { total } }'],
];

/** Sends while nobody can read the table; gives the codes of those that are refused, and then of all. */
async function held(table: string, refused: number, send: () => Promise<string>[]) {
  await holder.query('begin');
  await holder.query(`lock table ${table} in access exclusive mode`);
  const early: string[] = [];
  const all = send().map(async (sent) => {
    const code = await sent;
    early.push(code);
    return code;
  });
  try {
    await waitFor(async () => early.length >= refused && (await waitingForLocks()) >= CONCURRENCY);
  } finally {
    await holder.query('rollback');
  }
  return { early: [...early], all: await Promise.all(all) };
}

async function codeOf(client: GraphqlClient, document: string): Promise<string> {
  const { errors } = await client.send(document);
  return errors[0]?.extensions.code ?? 'OK';
}

const searchAs = (alias: string) => `${alias}: tickets(filter: { search: "printer" }) { nodes { id } }`;

describe('of the searches of one viewer', () => {
  test.each(SEARCHES)('two run at once, eight wait, and more are refused: %s', async (_name, table, document) => {
    // Who asks is read before: not while the table cannot be.
    await person.client.query(document);
    const { all } = await held(table, 3, () =>
      Array.from({ length: CONCURRENCY + WAITING + 3 }, async (_none, index) =>
        codeOf(person.client, document.replace('INDEX', String(index))),
      ),
    );
    expect(all.filter((code) => code === 'RATE_LIMITED')).toHaveLength(3);
    expect(all.filter((code) => code === 'OK')).toHaveLength(CONCURRENCY + WAITING);
  });

  test('as many count that are in one request', async () => {
    const document = `{ ${Array.from({ length: CONCURRENCY + WAITING + 2 }, (_, i) => searchAs(`a${i}`)).join(' ')} }`;
    // The answer comes before those that wait have ended.
    const { client } = await buildPerson(server);
    const { errors } = await client.send(document);
    expect(errors[0]?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: 5 });
  });

  test('none is refused that comes after they ended, and each refusal is counted', async () => {
    const document = '{ similarTickets(input: { title: "printer" }) { score } }';
    const before = (await metricsOf(server, 'docket_refusals_total')).get('{rule="rate_limit"}') ?? 0;
    await held('ticket', 2, () => Array.from({ length: 12 }, async () => codeOf(person.client, document)));
    const after = (await metricsOf(server, 'docket_refusals_total')).get('{rule="rate_limit"}') ?? 0;
    expect(after - before).toBe(2);
    expect(await codeOf(person.client, document)).toBe('OK');
  });
});

test("one viewer's searches do not wait for another's, nor do lists without a search", async () => {
  const document = '{ similarTickets(input: { title: "printer" }) { score } }';
  const page = '{ tickets { nodes { id } } }';
  for (const client of [person.client, other.client]) await client.query(`{ viewer { id } }`);
  await holder.query('begin');
  await holder.query('lock table ticket_stem in access exclusive mode');
  const searches = Array.from({ length: 6 }, async () => codeOf(person.client, document));
  await waitFor(async () => (await waitingForLocks()) === CONCURRENCY);
  expect(await codeOf(person.client, page)).toBe('OK');
  const another = codeOf(other.client, document);
  await waitFor(async () => (await waitingForLocks()) === CONCURRENCY + 1);
  await holder.query('rollback');
  expect(await Promise.all([...searches, another])).toEqual(Array<string>(7).fill('OK'));
});
