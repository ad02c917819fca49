import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { succeed } from '../../support/calls.js';
import { type GraphqlClient } from '../../support/client.js';
import { buildPerson, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let person: Person;
let bad: GraphqlClient;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  bad = server.anonymous.withToken('garbage');
});
afterAll(async () => server.stop());

const REFUSED = { code: 'UNAUTHENTICATED', reason: 'INVALID' };

describe('an access token that is not good', () => {
  test.each([
    ['the viewer', '{ viewer { id } }'],
    ['introspection', getIntrospectionQuery()],
    ['a type name', '{ __typename }'],
    ['fields that may be null', '{ ticketByNumber(number: 1) { id } userByUsername(username: "x") { id } }'],
    ['a mutation', 'mutation { revokeOtherSessions { revokedSessionIds } }'],
    ['the name of the mutations', 'mutation { __typename }'],
  ])('is told for %s, also when it is asked for again', async (_name, document) => {
    // The second time a query runs compiled.
    for (let time = 0; time < 3; time += 1) {
      const { status, data, errors } = await bad.send(document);
      expect(errors.map(({ extensions }) => extensions)).toEqual([REFUSED]);
      expect({ status, data }).toEqual({ status: 200, data: null });
    }
  });

  test('is told for a query by GET', async () => {
    const response = await fetch(`${server.url}/graphql?query={viewer{id}}`, {
      headers: { authorization: 'bearer  garbage', 'apollo-require-preflight': 'yes' },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: null, errors: [{ extensions: REFUSED }] });
  });

  test('does not keep anybody from signing in, nor from what they do in the same document', async () => {
    const login = { login: person.username, password: PASSWORD };
    const { refreshToken } = await succeed(bad, 'signIn', login, 'refreshToken user { email }');
    await succeed(bad, 'refreshSession', { refreshToken });
    await succeed(bad, 'requestPasswordReset', { email: person.email });
    const { signIn, revokeOtherSessions } = await bad.query(
      `mutation ($input: SignInInput!) {
        signIn(input: $input) { user { id } }
        revokeOtherSessions { userErrors { code } }
      }`,
      { input: login },
    );
    expect([signIn.user.id, revokeOtherSessions.userErrors]).toEqual([person.id, []]);
  });

  test('is told for what needs a viewer beside a sign-in that fails', async () => {
    const { errors } = await bad.send(
      `mutation {
        signIn(input: { login: "nobody", password: "wrong" }) { user { id } }
        revokeOtherSessions { userErrors { code } }
      }`,
    );
    expect(errors.map(({ extensions }) => extensions)).toEqual([REFUSED]);
  });
});

describe('no access token', () => {
  test('is no viewer, and is told where one is needed', async () => {
    expect(await server.anonymous.query('{ viewer { id } __typename }')).toEqual({ viewer: null, __typename: 'Query' });
    const { status, data, errors } = await server.anonymous.send('{ tickets { totalCount } }');
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'UNAUTHENTICATED', reason: 'MISSING' }]);
    expect({ status, data }).toEqual({ status: 200, data: null });
  });

  test.each(['Bearer', 'Basic ada:secret', 'Token garbage', ''])('is what %j counts as', async (authorization) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    });
    expect(await response.json()).toEqual({ data: { viewer: null } });
  });
});
