import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let viewer: Person;
beforeAll(async () => {
  server = await startTestServer();
  viewer = await buildPerson(server, { role: BuiltInRole.ADMIN });
  const other = await buildPerson(server, { role: {} });
  const ticket = await buildTicket(server, {
    createdBy: other,
    assignedTo: viewer,
    product: await buildProduct(server),
  });
  await buildComment(server, { ticket, author: other, content: 'Have you tried turning it off and on again?' });
});
afterAll(async () => server.stop());

const USER = [
  'id',
  'username',
  'firstName',
  'lastName',
  'name',
  'email',
  'createdAt',
  'deletedAt',
  'role { canViewAll }',
];
const TICKET = [
  'id',
  'number',
  'title',
  'description',
  'details',
  'type',
  'priority',
  'status',
  'version',
  'createdAt',
  'updatedAt',
  'closedAt',
  'deletedAt',
  'viewerCanEdit',
  'viewerCanAssign',
  'viewerCanDelete',
  'createdBy { username }',
  'assignedTo { username }',
  'product { name ownerEmail }',
  'comments(first: 1) { nodes { content } }',
];
const COMMENT = ['id', 'content', 'internal', 'createdAt', 'updatedAt', 'viewerCanEdit', 'viewerCanDelete'];

const lists: [string, string[], (fields: string) => string][] = [
  ['a list of tickets', TICKET, (fields) => `{ tickets { nodes { ${fields} } } }`],
  ['a creator in a list of tickets', USER, (fields) => `{ tickets { nodes { createdBy { ${fields} } } } }`],
  ['a list of users', USER, (fields) => `{ users { nodes { ${fields} } } }`],
  [
    'the comments of a list of tickets',
    COMMENT,
    (fields) => `{ tickets { nodes { comments { nodes { ${fields} } } } } }`,
  ],
];

/** What stands under the name in the innermost nodes of an answer. */
function valuesOf(name: string, data: unknown): unknown[] {
  if (Array.isArray(data)) return data.flatMap((item) => valuesOf(name, item));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => (key === name ? [value] : valuesOf(name, value)));
}

describe.each(lists)('in %s', (_list, fields, document) => {
  test.each(fields)('%s asked for alone is the same as among all', async (field) => {
    const name = field.split(/\W/)[0] ?? field;
    const all = await viewer.client.query(document(fields.join(' ')));
    const alone = await viewer.client.query(document(field));
    expect(valuesOf(name, alone).length).toBeGreaterThan(0);
    expect(valuesOf(name, alone)).toEqual(valuesOf(name, all));
  });
});

test('two aliases of one list may ask for different fields', async () => {
  const { tickets } = await viewer.client.query(
    '{ tickets { nodes { ids: comments { nodes { id } } texts: comments { nodes { content } } } } }',
  );
  expect(tickets.nodes[0].texts.nodes).toEqual([{ content: 'Have you tried turning it off and on again?' }]);
});

test('nodes and edges of one list may ask for different fields', async () => {
  const { tickets } = await viewer.client.query(
    '{ tickets { nodes { createdBy { id } } edges { node { createdBy { firstName } } } } }',
  );
  expect(tickets.nodes[0].createdBy.id).toEqual(expect.any(String));
  expect(tickets.edges[0].node.createdBy.firstName).toBe('Person');
});
