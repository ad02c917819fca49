import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
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
    expect(many.errors[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', cost: 50_201, limit: 50_000 });
  });

  test('is measured once a fragment, however often it is spread', async () => {
    const levels = times(12, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    const started = performance.now();
    const { status } = await person.client.send(`{ ...F0 } ${levels} fragment F12 on Query { viewer { id } }`);
    expect(status).toBe(200);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('a query within the limits', () => {
  test('may be the introspection of Apollo Sandbox and GraphiQL', async () => {
    const { errors } = await server.anonymous.send(
      getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    );
    expect(errors).toEqual([]);
  });

  test('may use 15 aliases and 10 levels', async () => {
    const { errors } = await person.client.send(`{ ${times(15, (i) => `a${i}: __typename`)} }`);
    expect(errors).toEqual([]);
    const deep =
      '{ tickets(first: 1) { nodes { comments(first: 1) { nodes { ticket { comments(first: 1) { nodes { author { role { id } } } } } } } } } }';
    expect((await person.client.send(deep)).errors).toEqual([]);
  });
});

describe('a hostile document', () => {
  const hostile: [name: string, document: string][] = [
    ['unknown directives, repeated', `{ viewer { id ${times(300, () => '@x')} } }`],
    ['unknown fields', `{ ${times(900, (i) => `f${i}`)} }`],
    ['more than 1,000 tokens', `{ ${times(1001, () => 'a')} }`],
    ['circular introspection', `{ __schema { types ${'{ fields { type '.repeat(10)}{ name }${' } }'.repeat(10)} } }`],
    ['a circle of fragments', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['brackets without end', '{'.repeat(5000)],
    ['list values without end', `{ user(id: ${'['.repeat(900)}) { id } }`],
    ['one field 480 times', `{ ${times(480, () => 'viewer { id }').slice(0, 9000)} }`],
  ];
  test.each(hostile)('is answered with 4xx in a moment: %s', async (_name, document) => {
    const started = performance.now();
    const { status, errors } = await person.client.send(document);
    const took = performance.now() - started;
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(errors.length).toBeLessThanOrEqual(6);
    expect(took).toBeLessThan(300);
  });
});
