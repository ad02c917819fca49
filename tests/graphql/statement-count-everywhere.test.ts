import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLUnionType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { createSchema } from '../../src/app/schema.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { succeed } from '../support/calls.js';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const FEW = 3;
const MANY = 15;
/** Similar tickets are looked for ten at a time, and all fields of a hundred duplicates each are as many as a document may ask for. */
const MANY_COSTLY = 8;
const COSTLY = new Set(['similar', 'duplicates']);

let server: TestServer;
let viewer: Person;
beforeAll(async () => {
  server = await startTestServer();
  viewer = await buildPerson(server, { role: BuiltInRole.ADMIN });
  // Each has of everything, so that a few rows need no fewer kinds of statement than many.
  for (let index = 0; index < MANY; index += 1) {
    const person = await buildPerson(server);
    const ticket = await buildTicket(server, {
      createdBy: person,
      assignedTo: person,
      product: await buildProduct(server),
    });
    await buildComment(server, { ticket, author: person });
    await buildComment(server, { ticket, author: person });
    const product = await buildProduct(server);
    await succeed(viewer.client, 'updateTicket', {
      id: ticket.id,
      productId: product.id,
      assignedTo: { id: viewer.id },
    });
    await succeed(viewer.client, 'createComment', { ticketId: ticket.id, content: 'It smokes.' });
  }
});
afterAll(async () => server.stop());

const schema = createSchema();

type Item = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType;

function fieldsOf(type: Item): GraphQLField<unknown, unknown>[] {
  return isUnionType(type) ? [] : Object.values(type.getFields());
}

/** What a list's items are: of a connection, its nodes. */
function itemOf(field: GraphQLField<unknown, unknown>): { type: Item; connection: boolean } | null {
  const type = getNamedType(field.type);
  const nodes = isObjectType(type) ? type.getFields()['nodes'] : undefined;
  const item = nodes ? getNamedType(nodes.type) : type;
  if (!isObjectType(item) && !isInterfaceType(item) && !isUnionType(item)) return null;
  return { type: item, connection: nodes !== undefined };
}

/** A list without pages: its cost is that of a hundred. */
function isPlainList({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(getNullableType(type));
}

/** The field with all leaves of what it gives, and of what that gives in turn, to a depth. */
function selection(field: GraphQLField<unknown, unknown>, depth: number): string {
  const item = itemOf(field);
  if (!item) return field.name;
  const first = field.args.some(({ name }) => name === 'first') ? '(first: 2)' : '';
  const leaves = `{ __typename ${inner(item.type, depth)} }`;
  return item.connection
    ? `${field.name}${first} { ${ofPage(field)} pageInfo { hasNextPage } nodes ${leaves} }`
    : `${field.name}${first} ${leaves}`;
}

/** What a connection counts of its whole list, such as `totalCount`. */
function ofPage({ type }: GraphQLField<unknown, unknown>): string {
  const connection = getNamedType(type);
  if (!isObjectType(connection)) return '';
  return fieldsOf(connection)
    .flatMap((field) => {
      if (isLeafType(getNamedType(field.type))) return [field.name];
      return ['nodes', 'edges', 'pageInfo'].includes(field.name) ? [] : [selection(field, 0)];
    })
    .join(' ');
}

/** The changes of an event stand in a list without pages. */
const SHORT_LISTS = new Set(['changes']);

function inner(type: Item, depth: number): string {
  if (isUnionType(type))
    return type
      .getTypes()
      .map((one) => `... on ${one.name} { ${inner(one, depth)} }`)
      .join(' ');
  const parts = fieldsOf(type).flatMap((below) => {
    if (isLeafType(getNamedType(below.type))) return below.args.length === 0 ? [below.name] : [];
    return depth > 0 && (!isPlainList(below) || SHORT_LISTS.has(below.name)) ? [selection(below, depth - 1)] : [];
  });
  return parts.join(' ');
}

/** Every root list, with every relation of its items and what lies below it. */
const relations = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((root) => {
  const item = itemOf(root);
  if (!item?.connection) return [];
  return fieldsOf(item.type)
    .filter((field) => itemOf(field))
    .map((field) => [root.name, field.name, selection(field, isPlainList(field) ? 0 : 1)] as const);
});

/** Every root list, with all leaves of its items. */
const lists = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((root) => {
  const item = itemOf(root);
  return item?.connection ? [[root.name, ofPage(root), inner(item.type, 0)] as const] : [];
});

test('there are lists with relations', () => {
  expect(relations.length).toBeGreaterThan(15);
});

/** Of a page that is read anew, without what the server remembers of the viewer. */
async function statementsOf(document: string, first: number): Promise<number> {
  server.clock.advance({ seconds: 6 });
  return server.countStatements(async () => viewer.client.query(document, { first }));
}

test.each(lists)(
  '%s, with %s and all leaves, cost as many statements for few as for many',
  async (list, counts, leaves) => {
    const document = `query ($first: Int!) { ${list}(first: $first) { ${counts} nodes { __typename ${leaves} } } }`;
    await statementsOf(document, FEW);
    expect(await statementsOf(document, MANY)).toBe(await statementsOf(document, FEW));
  },
);

test.each(relations)('%s, each with %s, cost as many statements for few as for many', async (list, field, relation) => {
  const document = `query ($first: Int!) { ${list}(first: $first) { nodes { __typename ${relation} } } }`;
  // What a server learns once, such as how frequent words are.
  await statementsOf(document, FEW);
  expect(await statementsOf(document, COSTLY.has(field) ? MANY_COSTLY : MANY)).toBe(await statementsOf(document, FEW));
});
