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

async function metric(line: RegExp): Promise<string | undefined> {
  const response = await fetch(`${server.url}/metrics`);
  const text = await response.text();
  return text.split('\n').find((candidate) => line.test(candidate));
}

describe('/metrics', () => {
  test('counts requests by field and code', async () => {
    await person.client.query('{ viewer { id } }');
    await server.anonymous.send('{ tickets { nodes { id } } }');
    expect(await metric(/requests_total.*operation="viewer".*code="OK"/)).toMatch(/ [1-9]\d*$/);
    expect(await metric(/requests_total.*operation="tickets".*code="UNAUTHENTICATED"/)).toMatch(/ 1$/);
  });

  test('tells how many connections are in use, and how long the oldest due mail has waited', async () => {
    expect(await metric(/docket_database_connections\{state="idle"\}/)).toMatch(/ \d+$/);
    expect(await metric(/^docket_oldest_due_notification_seconds /)).toMatch(/ 0$/);
    await person.client.query(
      'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { userErrors { code } } }',
      { input: { title: 'A', description: 'B', assignedTo: { id: person.id } } },
    );
    server.clock.advance({ minutes: 13 });
    expect(await metric(/^docket_oldest_due_notification_seconds /)).toMatch(/ 60$/);
  });
});

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
