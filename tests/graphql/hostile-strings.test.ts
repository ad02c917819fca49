import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { createSchema } from '../../src/app/schema.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const STRINGS = [
  'a\0b',
  '\uD800',
  "' or 1=1; drop table ticket; --",
  '\\x00\\u0000\\',
  '%_*:& | ! <-> (',
  'x'.repeat(90_000),
  '9'.repeat(400),
  '\u202e\u{10FFFF}\uFEFF',
];
/** Others are of more than one level, and hold what has been tried already. */
const MAX_DEPTH = 2;

let server: TestServer;
let admin: Person;
let ids: Record<'ticket' | 'user' | 'role' | 'product' | 'comment', string>;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  const ticket = await buildTicket(server, { createdBy: admin });
  const [comment, product, user] = [
    await buildComment(server, { ticket, author: admin }),
    await buildProduct(server),
    await buildPerson(server, { role: { canViewAll: true } }),
  ];
  const { roles } = await admin.client.query('{ roles { id name } }');
  const role = roles.find((candidate: { name: string }) => candidate.name.startsWith('role '));
  ids = { ticket: ticket.id, comment: comment.id, product: product.id, user: user.id, role: role.id };
});
afterAll(async () => server.stop());

type Given = Record<string, unknown>;
type InputField = GraphQLArgument | GraphQLInputField;

/** An id of what the field is about, so that the call goes on to its other fields. */
function idFor(root: string, name: string): string {
  const about = (Object.keys(ids) as (keyof typeof ids)[]).find((kind) =>
    [name, root].some((text) => text.toLowerCase().includes(kind)),
  );
  return ids[about ?? 'ticket'];
}

/** A value that the type takes. */
function harmless(root: string, name: string, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return harmless(root, name, type.ofType);
  if (isListType(type)) return [harmless(root, name, type.ofType)];
  if (isInputObjectType(type)) return requiredOf(root, Object.values(type.getFields()));
  if (isEnumType(type)) return type.getValues()[0]?.name;
  const values: Given = { Int: 1, Float: 1, Boolean: true, ID: idFor(root, name), DateTime: '2026-01-01T00:00:00Z' };
  return values[type.name] ?? 'harmless';
}

function requiredOf(root: string, fields: readonly InputField[]): Given {
  const required = fields.filter(({ type }) => isNonNullType(type));
  return Object.fromEntries(required.map(({ name, type }) => [name, harmless(root, name, type)]));
}

interface Place {
  name: string;
  /** The field's arguments with this string in this place. */
  with(text: string): Given;
}

/** Every place in the arguments that takes a string, or a scalar that is written as one. */
function placesIn(root: string, fields: readonly InputField[], depth = 0): Place[] {
  return fields.flatMap(({ name, type }): Place[] => {
    const named = getNamedType(type);
    const isList = isListType(isNonNullType(type) ? type.ofType : type);
    const inList = (value: unknown) => (isList ? [value] : value);
    const around = (value: unknown) => ({ ...requiredOf(root, fields), [name]: inList(value) });
    if (isInputObjectType(named)) {
      if (depth >= MAX_DEPTH) return [];
      const inner = placesIn(root, Object.values(named.getFields()), depth + 1);
      return inner.map((place) => ({ name: `${name}.${place.name}`, with: (text) => around(place.with(text)) }));
    }
    if (isEnumType(named) || ['Int', 'Float', 'Boolean'].includes(named.name)) return [];
    return [{ name, with: around }];
  });
}

/** What makes the list be read, its numbers counted, the change be made. */
function selectionOf({ type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  const fields = isObjectType(named) ? named.getFields() : {};
  if ('userErrors' in fields) return '{ userErrors { code message field } }';
  return 'totalCount' in fields ? '{ totalCount nodes { __typename } }' : '{ __typename }';
}

const schema = createSchema();
const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.values(type?.getFields() ?? {}).map((field) => ({
    field,
    operation: type?.name.toLowerCase() ?? '',
    places: placesIn(field.name, field.args),
  })),
);
const withStrings = roots.filter(({ places }) => places.length > 0);

describe('a string that somebody thought would break things, wherever the API takes one', () => {
  test('has many places to go', () => {
    expect(withStrings.reduce((sum, { places }) => sum + places.length, 0)).toBeGreaterThan(100);
  });

  test.each(withStrings.map((root) => [`${root.operation} ${root.field.name}`, root] as const))(
    '%s answers it, and never with INTERNAL_SERVER_ERROR',
    async (_name, { field, operation, places }) => {
      const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
      const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
      const document = `${operation} (${declared}) { ${field.name}(${passed}) ${selectionOf(field)} }`;
      for (const place of places) {
        const answers = await Promise.all(
          STRINGS.map(async (text) => {
            const { status, errors } = await admin.client.send(document, place.with(text));
            return { place: place.name, text: text.slice(0, 40), status, codes: errors.map((e) => e.extensions.code) };
          }),
        );
        const broken = answers.filter(({ status, codes }) => status >= 500 || codes.includes('INTERNAL_SERVER_ERROR'));
        expect(broken).toEqual([]);
      }
    },
  );

  test('of ten megabytes is refused before it is read', async () => {
    const body = JSON.stringify({
      query: 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { userErrors { code } } }',
      variables: { input: { title: 'x', description: 'x'.repeat(10_000_000) } },
    });
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const status = await fetch(`${server.url}/graphql`, request).then(
      (response) => response.status,
      // The server closes while the client is still sending.
      () => 413,
    );
    expect(status).toBe(413);
  });
});
