import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, isEnumType } from 'graphql';
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

async function codesOf(document: string, variables: Record<string, unknown>): Promise<unknown[]> {
  const { errors } = await admin.client.send(document, variables);
  return errors.map(({ extensions }) => extensions.code);
}

test.each(ZONES)(
  'no short range of insights at either end of the years makes an internal error, with days of %s',
  async (timeZone) => {
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
  },
);

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

test('nor does an instant of any year in a cursor, in any order of tickets and any other list', async () => {
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
