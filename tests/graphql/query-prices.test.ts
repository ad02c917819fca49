import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const IDS = `[${times(100, (i) => `"${i}"`)}]`;
const BELOW = 'comments(first: 100) { nodes { content author { id name username } } }';

type Case = readonly [name: string, document: string, variables?: Record<string, unknown>];

const listing = (count: number, declared: string, filter: string) =>
  `query (${declared}) { ${times(count, (i) => `a${i}: users(first: 90) { nodes { createdTickets(filter: ${filter}) { totalCount } } }`)} }`;

const NESTED = '{ nodes { comments(first: $n) { nodes { author { createdTickets(first: $n) { nodes { id } } } } } } }';

const TOO_MUCH: readonly Case[] = [
  ['a default value of a variable', `query ($n: Int = 100) { tickets(first: $n) ${NESTED} }`],
  [
    'a default value that is a list',
    `query ($ids: [ID!]! = ${IDS}) { nodes(ids: $ids) { ... on Ticket { ${BELOW} } } }`,
  ],
  [
    'variables in a literal list',
    `query ($id: ID!) { nodes(ids: [${times(100, () => '$id')}]) { ... on Ticket { ${BELOW} } } }`,
    { id: 'x' },
  ],
  [
    'variables in a literal object',
    `mutation ($ids: [ID!]!) { updateTickets(input: { ids: $ids }) { tickets { ${BELOW} } } }`,
    { ids: Array.from({ length: 100 }, (_, i) => `${i}`) },
  ],
  [
    'what is skipped',
    `query ($no: Boolean = false) { tickets(first: 100) { nodes { ... @include(if: $no) { ${BELOW} } } } }`,
  ],
  [
    'what is in a fragment that is skipped',
    `{ tickets(first: 100) { nodes { ...F @skip(if: true) } } } fragment F on Ticket { ${BELOW} }`,
  ],
  ['long texts', '{ tickets(first: 100) { nodes { comments(first: 50) { nodes { content } } } } }'],
  [
    'details',
    `{ ${times(12, (i) => `a${i}: tickets(first: 100) { nodes { details description comments(first: 1) { nodes { content } } } }`)} }`,
  ],
  [
    'names that stand in the answer for each row',
    `{ tickets(first: 100) { nodes { comments(first: 100) { nodes { ${'a'.repeat(5000)}: id } } } } }`,
  ],
  ['similar tickets', `{ ${times(10, (i) => `a${i}: similarTickets(input: { title: "x" }) { score }`)} }`],
  [
    'similar tickets of new ones',
    `mutation { ${times(10, (i) => `a${i}: createTicket(input: { title: "x", description: "x" }) { similar { score } }`)} }`,
  ],
  [
    'similar tickets of changed ones',
    `mutation { ${times(3, (i) => `a${i}: updateTickets(input: { ids: ${IDS}, status: OPEN }) { tickets { similar { score } } }`)} }`,
  ],
  ['insights', `{ ${times(11, (i) => `a${i}: ticketInsights { total }`)} }`],
  [
    'a search for each of a hundred people',
    '{ users(first: 100) { nodes { createdTickets(filter: { search: "x" }) { nodes { id } } } } }',
  ],
  [
    'a search in a part of a filter',
    '{ users(first: 100) { nodes { createdTickets(filter: { and: [{ not: { or: [{ search: "x" }] } }] }) { nodes { id } } } } }',
  ],
  [
    'a search in a variable',
    'query ($filter: TicketFilter!) { users(first: 100) { nodes { createdTickets(filter: $filter) { nodes { id } } } } }',
    { filter: { or: [{ search: 'x' }] } },
  ],
  [
    'a search in a default value',
    'query ($filter: TicketFilter! = { search: "x" }) { users(first: 100) { nodes { createdTickets(filter: $filter) { nodes { id } } } } }',
  ],
  [
    'counts of many lists',
    '{ users(first: 100) { nodes { createdTickets { totalCount } assignedTickets { totalCount } a: createdTickets { totalCount } b: createdTickets { totalCount } comments { totalCount } } } }',
  ],
  [
    'large filters for each of a hundred people',
    `query ($filter: TicketFilter) { users(first: 100) { nodes { ${times(6, (i) => `a${i}: createdTickets(first: 1, filter: $filter) { nodes { id } }`)} } } }`,
    { filter: { or: Array.from({ length: 49 }, () => ({ active: true })) } },
  ],
];

describe('the cost of a query counts', () => {
  test.each(TOO_MUCH.map(([name, document, variables = {}]) => [name, document, variables] as const))(
    '%s',
    async (_name, document, variables) => {
      const { status, errors } = await person.client.send(document, variables);
      expect([status, errors.map(({ extensions }) => extensions)]).toEqual([
        400,
        [expect.objectContaining({ code: 'QUERY_TOO_COMPLEX', limit: 50_000, cost: expect.any(Number) })],
      ]);
    },
  );

  test('what a variable holds each time that the document comes', async () => {
    const document = `query ($n: Int = 5) { tickets(first: $n) ${NESTED} }`;
    expect((await person.client.send(document)).errors).toEqual([]);
    expect((await person.client.send(document, { n: 100 })).errors[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
    expect((await person.client.send(document, { n: 5 })).errors).toEqual([]);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['a filter', listing(4, '$filter: TicketFilter', '$filter'), { filter: { search: 'x' } }],
    ['a part of a filter', listing(4, '$part: TicketFilter!', '{ and: [$part] }'), { part: { search: 'x' } }],
    ['a priced field', listing(4, '$search: String', '{ not: { search: $search } }'), { search: 'x' }],
  ])('%s in a variable each time that the document comes', async (_name, document, given) => {
    const small = { filter: {}, part: {} };
    const cost = async (variables: Record<string, unknown>) => {
      const { errors } = await person.client.send(document, variables);
      return errors[0]?.extensions['cost'];
    };
    const before = await cost(small);
    expect(await cost(given)).not.toEqual(before);
    expect(await cost(small)).toEqual(before);
  });
});

test('variables that do not fit are told so, not that they cost too much', async () => {
  const { status, errors } = await person.client.send(`query ($n: Int!) { tickets(first: $n) ${NESTED} }`, { n: 'x' });
  expect([status, errors[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
});

test.each(['subscription { ticketChanges { cursor } }', 'subscription S { a: ticketChanges { cursor } }'])(
  'a subscription that asks for one answer is refused by 400: %s',
  async (document) => {
    const { status, data, errors } = await person.client.send(document);
    expect([status, data, errors.map(({ extensions }) => extensions.code)]).toEqual([
      400,
      undefined,
      ['GRAPHQL_VALIDATION_FAILED'],
    ]);
    expect(errors[0]?.message).toMatch(/text\/event-stream/);
  },
);
