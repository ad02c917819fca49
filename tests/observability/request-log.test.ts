import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/observability/logger.js';
import { buildPerson, PASSWORD, type Person } from '../support/factories.js';
import { captureLog } from '../support/log.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
const log = captureLog();
beforeAll(async () => {
  server = await startTestServer({ logger: createLogger('trace', [], log.stream) });
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

describe('the log', () => {
  test('has a line a request with its id and operation, and neither password nor token', async () => {
    const query =
      'mutation LogMeIn($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken userErrors { code } } }';
    const { signIn } = await server.anonymous.query(query, { input: { login: person.username, password: PASSWORD } });
    await server.anonymous.withToken(signIn.accessToken).query('{ viewer { id } }');
    await server.anonymous.send(query, { input: { login: person.username, password: 'a wrong pass phrase' } });

    expect(log.lines()).toContainEqual(
      expect.objectContaining({ operationName: 'LogMeIn', field: 'signIn', code: 'OK', requestId: expect.any(String) }),
    );
    for (const secret of [PASSWORD, 'a wrong pass phrase', signIn.accessToken, signIn.refreshToken]) {
      expect(log.text()).not.toContain(secret);
    }
  });
});
