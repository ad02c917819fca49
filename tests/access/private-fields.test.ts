import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type GraphQLField, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { createSchema } from '../../src/app/schema.js';
import { entities } from '../../src/app/entities.js';
import { Db } from '../../src/database/db.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** Private on User, whatever their descriptions say. */
const PRIVATE_ON_USER = ['email', 'ticketPermissions', 'sessions', 'notificationSettings'];
/** What they may hold may be known to those who are given it only. */
const SECRET = /password|hash|token|secret/i;
/** Handed out to whoever signs in; and what people send. */
const HANDED_OUT = ['AuthPayload.accessToken', 'AuthPayload.refreshToken'];
const WHEN_THEY_END = [
  'AuthPayload.accessTokenExpiresAt',
  'AuthPayload.accessTokenExpiresIn',
  'AuthPayload.refreshTokenExpiresAt',
];
const MUTATIONS = ['Mutation.changePassword', 'Mutation.requestPasswordReset', 'Mutation.resetPassword'];

const schema = createSchema();

function outputFields(): { path: string; field: GraphQLField<unknown, unknown> }[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__'))
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ path: `${type.name}.${field.name}`, field })));
}

describe('the schema', () => {
  test('has a rule for each field that is null unless somebody may see it', () => {
    // Those about the person who asks; others tell of the object's own state.
    const unless = outputFields().filter(({ field }) => /^Null unless\b.*\byour?\b/.test(field.description ?? ''));
    expect(unless.map(({ path }) => path)).toEqual(
      expect.arrayContaining(PRIVATE_ON_USER.map((name) => `User.${name}`)),
    );
    const without = unless.filter(({ field }) => typeof field.extensions['visibleIf'] !== 'string');
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  test("has a rule for each of a user's private fields, and lets them be null", () => {
    const fields = outputFields().filter(({ path }) => PRIVATE_ON_USER.some((name) => path === `User.${name}`));
    expect(fields).toHaveLength(PRIVATE_ON_USER.length);
    for (const { path, field } of fields) {
      expect([path, typeof field.extensions['visibleIf']]).toEqual([path, 'string']);
      expect([path, String(field.type).endsWith('!')]).toEqual([path, false]);
    }
  });

  test('shows no password, hash or token but to whoever signs in', () => {
    const secrets = outputFields()
      .map(({ path }) => path)
      .filter((path) => SECRET.test(path.split('.')[1] ?? ''));
    expect(secrets.toSorted()).toEqual([...HANDED_OUT, ...WHEN_THEY_END, ...MUTATIONS].toSorted());
  });

  test('takes no password, hash or token as something to search or order by', () => {
    const inputs = Object.values(schema.getTypeMap()).filter((type) => isInputObjectType(type));
    const lists = inputs.filter(({ name }) => /Filter$|Order$/.test(name));
    expect(lists.length).toBeGreaterThan(3);
    const secrets = lists.flatMap((type) => Object.keys(type.getFields()).filter((name) => SECRET.test(name)));
    expect(secrets).toEqual([]);
  });
});

describe('over HTTP', () => {
  let server: TestServer;
  let owner: Person;
  beforeAll(async () => {
    server = await startTestServer();
    owner = await buildPerson(server);
  });
  afterAll(async () => server.stop());

  test('no row has a column for a password or a hash', () => {
    const rows = new Db(server.app.orm);
    const database = server.app.orm.em.getKysely();
    const columns = entities.map((entity) =>
      rows.columns<object>(entity, 'x').compile(database).sql.replaceAll('"', ''),
    );
    expect(columns.join()).toContain('x.username as username');
    expect(columns.join()).not.toMatch(/password|hash/i);
  });

  test.each<[string, Parameters<typeof buildPerson>[1], string[]]>([
    ['anybody else', { role: { canViewAll: true, canEditAll: true, canDeleteAll: true, canAssignTickets: true } }, []],
    ['who may manage tickets', { role: { canManageTickets: true } }, ['email']],
    ['who may manage users', { role: { canManageUsers: true } }, ['email', 'ticketPermissions']],
  ])("shows another's private fields to %s only as far as the schema says", async (_name, options, visible) => {
    const { client } = await buildPerson(server, options);
    const fields = '{ id email ticketPermissions { create } sessions { id } }';
    // By each way to a user there is: none may forget the rule.
    const { user, userByUsername, node, users } = await client.query(
      `query ($id: ID!, $username: String!) { user(id: $id) ${fields} userByUsername(username: $username) ${fields}
        node(id: $id) { ... on User ${fields} } users(filter: { search: $username }) { nodes ${fields} } }`,
      { id: owner.id, username: owner.username },
    );
    for (const found of [user, userByUsername, node, users.nodes[0]]) {
      expect(found.id).toBe(owner.id);
      expect(Object.keys(found).filter((field) => field !== 'id' && found[field] !== null)).toEqual(visible);
    }
  });

  test('shows a person all of their own', async () => {
    const { viewer } = await owner.client.query(
      '{ viewer { email ticketPermissions { create } sessions { current } } }',
    );
    expect(viewer).toEqual({
      email: owner.email,
      ticketPermissions: { create: true },
      sessions: [{ current: true }],
    });
  });

  test('finds a person by their e-mail address only for those who may see it', async () => {
    const search = async (person: Person) => {
      const { users } = await person.client.query(
        'query ($email: String!) { users(filter: { search: $email }) { totalCount } }',
        { email: owner.email },
      );
      return users.totalCount;
    };
    expect(await search(await buildPerson(server, { role: { canEditAll: true } }))).toBe(0);
    expect(await search(await buildPerson(server, { role: { canManageTickets: true } }))).toBe(1);
    expect(await search(owner)).toBe(1);
  });
});
