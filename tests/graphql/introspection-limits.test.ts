import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { measureQuery } from '../../src/graphql/query-cost.js';
import { createSchema } from '../../src/app/schema.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

const OPTIONS = [
  'descriptions',
  'specifiedByUrl',
  'directiveIsRepeatable',
  'schemaDescription',
  'inputValueDeprecation',
  'oneOf',
] as const;
/** What Apollo Sandbox sends. */
const EVERYTHING = getIntrospectionQuery(Object.fromEntries(OPTIONS.map((option) => [option, true])));

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

describe('introspection', () => {
  test('passes as GraphiQL, Apollo Sandbox and code generators send it, each option on and off', async () => {
    const queries = Array.from({ length: 2 ** OPTIONS.length }, (_, bits) =>
      getIntrospectionQuery(Object.fromEntries(OPTIONS.map((option, bit) => [option, Boolean((bits >> bit) & 1)]))),
    );
    for (const query of new Set(queries)) {
      expect((await server.anonymous.send(query)).errors).toEqual([]);
    }
  });

  test('leaves room for the schema to grow: it costs less than three quarters of the limit', () => {
    const schema = createSchema();
    const document = parse(EVERYTHING);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('There is no operation');
    const { cost, depth } = measureQuery(schema, document, operation, () => ({}));
    expect(cost).toBeLessThan(37_500);
    expect(cost).toBeGreaterThan(5_000);
    expect(depth).toBeLessThan(10);
  });

  test.each([
    [
      'fragments of thirteen aliases each',
      `{ __schema { types { ...A } } }
      fragment A on __Type { ${times(13, (i) => `a${i}: fields { ...B }`)} }
      fragment B on __Field { ${times(13, (i) => `b${i}: type { ...C }`)} }
      fragment C on __Type { ${times(13, (i) => `c${i}: ofType { ...D }`)} }
      fragment D on __Type { ${times(13, (i) => `d${i}: name`)} }`,
    ],
    [
      'few aliases, of lists in lists',
      `{ __schema { types { ${times(7, (i) => `a${i}: fields { ...F }`)} } } }
      fragment F on __Field { ${times(7, (i) => `b${i}: type { fields { name description args { name } } }`)} }`,
    ],
    [
      'wrappers without end',
      `{ __schema { types { fields { ${times(9, (i) => `a${i}: type { ...T }`)} } } } }
      fragment T on __Type { ${'ofType { name kind description '.repeat(60)} ${'}'.repeat(60)} }`,
    ],
    [
      'the schema four times',
      EVERYTHING.replace('__schema {', `${times(3, (i) => `s${i}: __schema { types { ...FullType } }`)} __schema {`),
    ],
    ['one field too often', `{ __schema { types { ${times(11, () => 'name')} } } }`],
    ['too many aliases', `{ __schema { types { ${times(16, (i) => `a${i}: name`)} } } }`],
  ])('is refused when it asks for much more than the schema: %s', async (_name, query) => {
    const { status, errors } = await server.anonymous.send(query);
    expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['QUERY_TOO_COMPLEX']]);
  });
});
