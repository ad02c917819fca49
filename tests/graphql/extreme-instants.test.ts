import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const EXTREMES = [
  '-271821-04-20T00:00:00.000Z',
  '-000001-01-01T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00+14:00',
  '0001-01-02T00:00:00.000Z',
  '0001-02-15T00:00:00.000Z',
  '1582-10-10T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-12:00',
  '+010000-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
];
const ZONES = ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/New_York'];
const RIGHT: ReadonlySet<unknown> = new Set(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']);
/** How deep inputs are walked: filter.createdAt.from, and not the same again within `and`, `or` and `not`. */
const MAX_DEPTH = 2;

let server: TestServer;
let admin: Person;
let schema: GraphQLSchema;
beforeAll(async () => {
  server = await startTestServer({ delaysRejections: false });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  await buildTicket(server, { createdBy: admin });
  await buildTicket(server, { createdBy: admin });
  schema = buildClientSchema(await admin.client.query(getIntrospectionQuery()));
});
afterAll(async () => server.stop());

/** The paths to the instants in an argument or an input's field, such as filter.createdAt.from. */
function instantsIn({ name, type }: GraphQLArgument | GraphQLInputField, depth = 0): string[][] {
  const named = getNamedType(type);
  if (named.name === 'DateTime') return [[name]];
  if (!isInputObjectType(named) || depth === MAX_DEPTH) return [];
  return Object.values(named.getFields()).flatMap((field) =>
    instantsIn(field, depth + 1).map((path) => [name].concat(path)),
  );
}

/** An input that holds a value at a path, in lists where there are lists. */
function inputWith(argument: GraphQLArgument | GraphQLInputField, [, ...path]: string[], value: string): unknown {
  const named = getNamedType(argument.type);
  const [next] = path;
  let inner: unknown = value;
  if (next !== undefined && isInputObjectType(named)) {
    const field = named.getFields()[next];
    inner = field && { [next]: inputWith(field, path, value) };
  }
  return isListType(isNonNullType(argument.type) ? argument.type.ofType : argument.type) ? [inner] : inner;
}

async function codesOf(document: string, variables: Record<string, unknown>): Promise<unknown[]> {
  const { errors } = await admin.client.send(document, variables);
  return errors.map(({ extensions }) => extensions.code);
}

function selectionOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  if (named.getFields()['nodes']) return '{ totalCount nodes { id } }';
  if (named.name === 'TicketInsights')
    return '{ total created { day count } closed { day } medianSecondsToClose workload { active } }';
  return named.getFields()['id'] ? '{ id }' : '{ __typename }';
}

test('no instant of any year in an input of a query makes an internal error', async () => {
  const asked: string[] = [];
  const wrong: unknown[] = [];
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    for (const argument of field.args) {
      for (const path of instantsIn(argument)) {
        asked.push([field.name, ...path].join('.'));
        const document = `query ($value: ${String(argument.type)}) { ${field.name}(${argument.name}: $value) ${selectionOf(field.type)} }`;
        const ask = async (extreme: string) => {
          const codes = await codesOf(document, { value: inputWith(argument, path, extreme) });
          if (codes.some((code) => !RIGHT.has(code))) wrong.push([path, extreme, codes]);
        };
        await Promise.all(EXTREMES.map(ask));
      }
    }
  }
  expect(asked).toEqual(
    expect.arrayContaining([
      'tickets.filter.createdAt.from',
      'comments.filter.createdAt.to',
      'ticketInsights.input.range.to',
    ]),
  );
  expect(wrong).toEqual([]);
});

test.each(ZONES)('nor does a short range of insights at the end of years, with days of %s', async (timeZone) => {
  const wrong: unknown[] = [];
  for (const [from, to] of [
    ['0001-01-01T00:00:00.000Z', '0001-01-05T00:00:00.000Z'],
    ['0001-01-03T00:00:00.000Z', '0001-01-05T00:00:00.000Z'],
    [undefined, '0001-01-20T00:00:00.000Z'],
    ['9999-12-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T12:00:00.000Z', undefined],
  ]) {
    const input = { range: { from, to }, timeZone };
    const codes = await codesOf(
      'query ($input: TicketInsightsInput) { ticketInsights(input: $input) { created { day count } closed { day count } } }',
      { input },
    );
    if (codes.some((code) => code !== 'BAD_USER_INPUT')) wrong.push([input, codes]);
  }
  expect(wrong).toEqual([]);
});

test('a range of insights that is too early is told what to do', async () => {
  for (const range of [{ to: '0001-01-20T00:00:00Z' }, { from: '0001-01-01T00:00:00Z', to: '0001-01-20T00:00:00Z' }]) {
    const { errors } = await admin.client.send(
      'query ($input: TicketInsightsInput) { ticketInsights(input: $input) { total } }',
      { input: { range } },
    );
    expect(errors).toMatchObject([
      { message: expect.stringContaining('Name a range.from that is not before 0001-01-03') },
    ]);
  }
});

test('nor does such an instant in a cursor, in any order of tickets and any other list', async () => {
  const wrong: unknown[] = [];
  const orders = schema.getType('TicketOrderField');
  const fields = isEnumType(orders) ? orders.getValues().map(({ name }) => name) : [];
  expect(fields).toContain('UPDATED_AT');
  const lists = [
    ...fields.map((field) => ({ list: 'tickets', args: `orderBy: [{ field: ${field}, direction: ASC }]` })),
    ...['comments', 'users', 'products', 'notifications'].map((list) => ({ list, args: '' })),
  ];
  for (const { list, args } of lists) {
    const filter = args.includes('RELEVANCE') ? ', filter: { search: "ticket" }' : '';
    const { data } = await admin.client.send(`{ ${list}(first: 1, ${args}${filter}) { pageInfo { endCursor } } }`);
    const cursor: unknown = data?.[list]?.pageInfo.endCursor;
    if (typeof cursor !== 'string') continue;
    const values: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    for (const extreme of EXTREMES) {
      const forged = values.map((value) => (/^\d{4}-\d\d-\d\dT/.test(String(value)) ? extreme : value));
      const after = Buffer.from(JSON.stringify(forged)).toString('base64url');
      const document = `query ($after: String) { ${list}(first: 1, after: $after, ${args}${filter}) { nodes { id } } }`;
      const codes = await codesOf(document, { after });
      if (codes.some((code) => code !== 'BAD_USER_INPUT')) wrong.push([list, args, extreme, codes]);
    }
  }
  expect(wrong).toEqual([]);
});
