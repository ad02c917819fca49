import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getNamedType, getNullableType, isCompositeType, isListType, isObjectType } from 'graphql';
import { createSchema } from '../../src/app/schema.js';
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

const TOO_COMPLEX: [name: string, document: string, figures: Record<string, unknown>][] = [
  ['16 aliases', `{ ${times(16, (i) => `a${i}: __typename`)} }`, { aliases: 16, limit: 15 }],
  [
    '16 aliases in a fragment',
    `{ ...F } fragment F on Query { ${times(16, (i) => `a${i}: __typename`)} }`,
    { aliases: 16 },
  ],
  [
    '11 levels',
    '{ tickets(first: 1) { nodes { comments(first: 1) { nodes { ticket { comments(first: 1) { nodes { ticket { comments(first: 1) { nodes { id } } } } } } } } } } }',
    { depth: 11, limit: 10 },
  ],
  [
    '11 directives in a selection',
    `{ viewer { ${times(11, () => 'id @include(if: true)')} } }`,
    { directives: 11, limit: 10 },
  ],
  [
    'one field 11 times',
    `{ viewer { ...F } } fragment F on User { ${times(11, () => 'id')} }`,
    { repeats: 11, limit: 10 },
  ],
  ['one alias 11 times', `{ ${times(11, () => 'a: __typename')} }`, { repeats: 11, limit: 10 }],
  [
    'pages in pages',
    '{ users(first: 100) { nodes { id } } tickets(first: 100) { nodes { comments(first: 100) { nodes { id content author { id name username } } } } } }',
    { limit: 50_000 },
  ],
  [
    'sign-ins by the dozen',
    `mutation { ${times(2, (i) => `a${i}: signIn(input: { login: "a", password: "b" }) { accessToken }`)} }`,
    {},
  ],
  [
    'sign-ins in a fragment',
    'mutation { ...F ...G } fragment F on Mutation { a: signOut { userErrors { code } } } fragment G on Mutation { b: signOut { userErrors { code } } }',
    {},
  ],
];

describe('a query that costs too much', () => {
  test.each(TOO_COMPLEX)('is refused: %s', async (_name, document, figures) => {
    const { status, data, errors } = await person.client.send(document);
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    expect(errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'QUERY_TOO_COMPLEX', ...figures }) }),
    ]);
  });

  test('counts page sizes given by variables', async () => {
    const query =
      'query ($n: Int!) { tickets(first: $n) { nodes { comments(first: $n) { nodes { content author { id name } } } } } }';
    const few = await person.client.send(query, { n: 10 });
    const many = await person.client.send(query, { n: 100 });
    expect(few.errors).toEqual([]);
    expect(many.errors[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', cost: 140_201, limit: 50_000 });
  });

  const BELOW = 'comments(first: 100) { nodes { content author { id name username } } }';
  const IDS = Array.from({ length: 100 }, (_, index) => `id ${index}`);
  test.each([
    ['nodes, by the ids given', `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Ticket { ${BELOW} } } }`],
    ['duplicates', `query { tickets(first: 1) { nodes { duplicates { ${BELOW} } } } }`],
    ['duplicates of a node', `query { ticketByNumber(number: 1) { duplicates { ${BELOW} } } }`],
    [
      'the tickets that were changed together',
      `mutation ($ids: [ID!]!) { updateTickets(input: { ids: $ids, status: CLOSED }) { tickets { ${BELOW} } } }`,
    ],
    [
      'the people with work',
      '{ ticketInsights { workload { user { createdTickets(first: 100) { nodes { id title createdBy { id name } } } } } } }',
    ],
  ])('counts how long lists can be that have no pages: %s', async (_name, query) => {
    const { status, errors } = await person.client.send(query, { ids: IDS });
    expect([status, errors[0]?.extensions]).toEqual([400, expect.objectContaining({ code: 'QUERY_TOO_COMPLEX' })]);
  });

  test('counts each of the ids of nodes, and no more', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Ticket { ${BELOW} } } }`;
    expect((await person.client.send(query, { ids: IDS.slice(0, 34) })).errors[0]?.extensions).toMatchObject({
      cost: 1 + 34 * (1 + 100 * 15),
    });
    expect((await person.client.send(query, { ids: IDS.slice(0, 33) })).errors).toEqual([]);
  });

  test('is measured once a fragment, however often it is spread', async () => {
    const levels = times(20, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    const before = process.cpuUsage();
    const { errors } = await person.client.send(`{ ...F0 } ${levels} fragment F20 on Query { viewer { id } }`);
    expect(errors[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', cost: 2 ** 21 });
    // The processor's time: it is the same on a busy machine.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});

describe('a query within the limits', () => {
  test('may use 15 aliases and 10 levels', async () => {
    const { errors } = await person.client.send(`{ ${times(15, (i) => `a${i}: __typename`)} }`);
    expect(errors).toEqual([]);
    const deep =
      '{ tickets(first: 1) { nodes { comments(first: 1) { nodes { ticket { comments(first: 1) { nodes { author { role { id } } } } } } } } } }';
    expect((await person.client.send(deep)).errors).toEqual([]);
  });
});

test('every list of objects that can be asked for more lists says how long it can be', () => {
  const silent = Object.values(createSchema().getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type)))
    .filter(
      ({ field }) => !field.args.some(({ name }) => name === 'first') && field.extensions['listSize'] === undefined,
    )
    .filter(({ field }) => {
      const item = getNamedType(field.type);
      if (!isObjectType(item)) return true;
      return Object.values(item.getFields()).some(({ type }) => isCompositeType(getNamedType(type)));
    })
    .map(({ type, field }) => `${type.name}.${field.name}`)
    .toSorted();
  // Of at most ten, which is what a list counts for that says nothing.
  expect(silent).toEqual(['CreateTicketPayload.similar', 'Query.similarTickets', 'TicketEvent.changes']);
});
