import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLInputType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { createSchema } from '../../src/app/schema.js';
import { ROLE_FLAGS } from '../../src/accounts/roles/role.entity.js';
import { buildPerson } from '../support/factories.js';
import { expectError } from '../support/refusals.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** Everything else needs a token. */
const PUBLIC = [
  'mutation confirmEmail',
  'mutation refreshSession',
  'mutation requestPasswordReset',
  'mutation resetPassword',
  'mutation signIn',
  // A token or a cookie, see tests/accounts/sessions/refresh-cookie.test.ts.
  'mutation signOut',
  'mutation signUp',
  'query viewer',
];

const schema = createSchema();

interface RootField {
  name: string;
  document: string;
  field: GraphQLField<unknown, unknown>;
  access: unknown;
}

const SCALARS: Record<string, string> = {
  ID: '"01890a5d-ac96-774b-bcce-b302099a8057"',
  Int: '1',
  Float: '1',
  Boolean: 'true',
  String: '"x"',
  EmailAddress: '"x@docket.example"',
  DateTime: '"2026-03-02T08:00:00.000Z"',
  JSONObject: '{}',
};

/** A literal that the type takes, with whatever it requires. */
function literal(type: GraphQLInputType): string {
  const inner = getNullableType(type);
  if (isListType(inner)) return `[${literal(inner.ofType)}]`;
  if (isEnumType(inner)) return inner.getValues()[0]?.name ?? '';
  if (!isInputObjectType(inner)) return SCALARS[inner.name] ?? '';
  const fields = Object.values(inner.getFields()).filter(isRequiredInputField);
  return `{ ${fields.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')} }`;
}

const rootFields: RootField[] = [
  ['query', schema.getQueryType()] as const,
  ['mutation', schema.getMutationType()] as const,
].flatMap(([operation, type]) =>
  Object.values(type?.getFields() ?? {}).map((field) => {
    const given = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${literal(arg.type)}`);
    const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
    const call = `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selection}`;
    return {
      name: `${operation} ${field.name}`,
      document: `${operation} { ${call} }`,
      field,
      access: field.extensions['access'],
    };
  }),
);
const closed = rootFields.filter(({ access }) => access !== 'public');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

describe('every root field', () => {
  test('says who may call it', () => {
    const silent = rootFields.filter(
      ({ access }) =>
        access !== 'public' && !(Array.isArray(access) && access.every((flag) => ROLE_FLAGS.includes(flag))),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(rootFields.length).toBeGreaterThan(15);
  });

  test('is closed to those who are not signed in, but for these', () => {
    const open = rootFields.filter(({ access }) => access === 'public').map(({ name }) => name);
    expect(open.toSorted()).toEqual(PUBLIC);
  });

  test.each(closed)('refuses whoever is not signed in: $name', async ({ document }) => {
    await expectError(server, server.anonymous, 'UNAUTHENTICATED', document);
    await expectError(server, server.anonymous.withToken('garbage'), 'UNAUTHENTICATED', document);
  });

  test('that needs a right refuses whoever has none', async () => {
    const { client } = await buildPerson(server, { role: {} });
    const needing = closed.filter(({ access }) => Array.isArray(access) && access.length > 0);
    expect(needing.map(({ name }) => name)).toContain('mutation createProduct');
    for (const { document } of needing) await expectError(server, client, 'FORBIDDEN', document);
  });

  test('has a description', () => {
    const undescribed = rootFields.filter(({ name, field }) => !field.description && name !== 'query roles');
    expect(undescribed.map(({ name }) => name)).toEqual([]);
  });
});

test('every mutation answers with a payload that has userErrors', () => {
  for (const { type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const payload = getNullableType(type);
    if (!isObjectType(payload)) throw new Error(`${String(type)} is no payload`);
    expect(payload.name).toMatch(/Payload$/);
    expect(String(payload.getFields()['userErrors']?.type)).toBe('[UserError!]!');
  }
});

test('no password, hash or secret can be asked for', () => {
  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => type !== schema.getMutationType())
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
  expect(fields.filter((field) => /\..*(password|hash|secret)/i.test(field))).toEqual([]);
});
