import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { createSchema } from '../../src/app/schema.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { captureLog } from '../support/log.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { randomQuery } from '../access/random-queries.js';

const QUERIES = 200;

const log = captureLog();
let server: TestServer;
let admin: Person;
let user: Person;
let ticket: { id: string };
beforeAll(async () => {
  server = await startTestServer({ delaysRejections: false, logger: pino({ level: 'error' }, log.stream) });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  user = await buildPerson(server, { role: {} });
  const product = await buildProduct(server);
  ticket = await buildTicket(server, { createdBy: user, assignedTo: admin, product });
  await buildComment(server, { ticket, author: admin, content: 'Have you tried turning it off and on again?' });
  await buildComment(server, { ticket, author: admin, content: 'It is the toner.', internal: true });
});
afterAll(async () => server.stop());

/** The whole answer, without what is another's in each. */
async function ask(
  token: string | undefined,
  query: string,
  variables: Record<string, unknown> = {},
  operationName?: string,
) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const text = await response.text();
  return { status: response.status, answer: JSON.parse(text.replace(/,"requestId":"[^"]+"/g, '')) };
}

const FIELDS = '{ id title createdBy { username role { name } } comments(first: 2) { nodes { content internal } } }';
const PAGE = `query ($filter: TicketFilter, $first: Int = 3, $with: Boolean! = true) {
  tickets(first: $first, filter: $filter) { totalCount edges { cursor node ${FIELDS} } nodes { status @include(if: $with) } } }`;

/** A query comes as it is for the first time, and compiled from the second on (src/graphql/compiled-execution.ts). */
describe('a query that comes again is answered as at the first time', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['with variables', PAGE, { filter: { status: ['OPEN'] } }],
    ['with another filter inside a filter', PAGE, { filter: { or: [{ not: { type: ['BUG'] } }, { search: 'x' }] } }],
    ['with default values', PAGE, {}],
    ['with null where null may be', PAGE, { filter: null, first: null }],
    ['with a directive', PAGE, { with: false }],
    ['with a value that is not of its type', PAGE, { filter: { status: ['LOST'] } }],
    ['with a field that its input does not have', PAGE, { filter: { colour: 'red' } }],
    ['with null where null may not be', PAGE, { with: null }],
    ['with an argument out of range', PAGE, { first: 101 }],
    ['with an interface', 'query ($id: ID!) { node(id: $id) { __typename id ... on Ticket { title } } }', { id: '?' }],
    ['with a private field', '{ users { nodes { username email ticketPermissions { edit } } } }', {}],
    ['with introspection', '{ __schema { queryType { fields { name type { name ofType { name } } } } } }', {}],
    [
      'with fragments',
      `query { tickets { nodes { ...T } } } fragment T on Ticket { ...U } fragment U on Ticket { id }`,
      {},
    ],
  ])('%s', async (_name, query, variables) => {
    for (const token of [admin.client.token, user.client.token, undefined]) {
      const values = variables['id'] === '?' ? { id: ticket.id } : variables;
      const first = await ask(token, query, values);
      expect(await ask(token, query, values)).toEqual(first);
      expect(await ask(token, query, values)).toEqual(first);
    }
  });

  test('with an error inside the server', async () => {
    const query = `{ tickets(first: 1) { nodes { id comments(first: 1) { totalCount nodes { id } } } } viewer { id } }`;
    const db = server.app.orm.em.getConnection();
    await db.execute('alter table comment rename to comment_away');
    try {
      const first = await ask(admin.client.token, query);
      expect(first.answer.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
      expect(await ask(admin.client.token, query)).toEqual(first);
      expect(await ask(admin.client.token, query)).toEqual(first);
      const failures = log
        .lines()
        .map(({ msg, requestId, err }) => ({ msg, requestId: typeof requestId, err: typeof err }));
      expect(failures).toEqual(
        Array.from({ length: 3 * first.answer.errors.length }, () => ({
          msg: 'A request failed',
          requestId: 'string',
          err: 'object',
        })),
      );
    } finally {
      await db.execute('alter table comment_away rename to comment');
    }
  });

  test('with null where the schema promises something', async () => {
    const { nodes } = (await admin.client.query('{ comments(first: 1) { nodes { id } } }')).comments;
    const query = 'query ($id: ID!) { comment(id: $id) { id ticket { id } } }';
    jest.spyOn(server.app.readers.tickets, 'byIds').mockResolvedValue([]);
    try {
      const first = await ask(admin.client.token, query, { id: nodes[0].id });
      expect(first.answer.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
      expect(await ask(admin.client.token, query, { id: nodes[0].id })).toEqual(first);
      expect(await ask(admin.client.token, query, { id: nodes[0].id })).toEqual(first);
    } finally {
      jest.restoreAllMocks();
    }
  });

  test('with a name that no operation of the document has', async () => {
    const query = 'query One { __typename } query Two { __typename }';
    for (const operationName of ['Three', undefined]) {
      const first = await ask(user.client.token, query, {}, operationName);
      expect(first.status).toBe(400);
      expect(first.answer.errors[0].extensions.code).toBe('OPERATION_RESOLUTION_FAILURE');
      expect(await ask(user.client.token, query, {}, operationName)).toEqual(first);
    }
    for (let times = 0; times < 3; times += 1) {
      expect(await ask(user.client.token, query, {}, 'Two')).toEqual({
        status: 200,
        answer: { data: { __typename: 'Query' } },
      });
    }
  });

  test(`with whatever ${QUERIES} random queries ask for`, async () => {
    const vocabulary = {
      ids: [ticket.id, user.id, admin.id],
      numbers: [1, 3, 0, -1],
      words: ['toner', 'x', ''],
      usernames: [user.username],
      emails: [user.email],
      instants: ['2026-01-01T00:00:00.000Z'],
    };
    for (const query of fc.sample(randomQuery(createSchema(), vocabulary), { numRuns: QUERIES, seed: 7 })) {
      const first = await ask(user.client.token, query);
      expect({ query, ...(await ask(user.client.token, query)) }).toEqual({ query, ...first });
    }
  }, 120_000);
});
