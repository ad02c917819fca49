import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, type Person } from '../support/factories.js';
import { buildLiveTicket, CHANGES, type Told } from '../support/live.js';
import { metricsOf } from '../support/metrics.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;

beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => {
  server.http.server.closeAllConnections();
  await server.stop();
});

/** What graphql-sse's client made of a subscription. */
function follow(variables: Record<string, unknown> = {}, query = CHANGES) {
  const client = createClient({
    url: `${server.url}/graphql`,
    headers: { authorization: `Bearer ${person.client.token}` },
    retryAttempts: 0,
  });
  const got = { told: [] as Told[], codes: [] as unknown[], failures: [] as unknown[], isComplete: false };
  const stop = client.subscribe<{ ticketChanges: Told }>(
    { query, variables },
    {
      next({ data, errors = [] }) {
        if (data) got.told.push(data.ticketChanges);
        got.codes.push(...errors.map(({ extensions }) => extensions['code']));
      },
      error: (error) => got.failures.push(error),
      complete: () => (got.isComplete = true),
    },
  );
  return { got, stop };
}

describe("graphql-sse's client, in distinct connections mode", () => {
  test('gets messages, goes on by a cursor, and frees the stream when it ends it', async () => {
    const { got, stop } = follow();
    await waitFor(() => got.told.length > 0);
    const ticket = await buildLiveTicket(server, { createdBy: person });
    await waitFor(() => got.told.length > 1);
    stop();
    const again = follow({ since: got.told[0]?.cursor });
    await waitFor(() => again.got.told.length > 1);
    again.stop();

    expect(got.told).toMatchObject([{ __typename: 'CaughtUp' }, { ticketId: ticket.id }]);
    expect(again.got.told).toMatchObject([{ ticketId: ticket.id }, { __typename: 'CaughtUp' }]);
    const open = async () => (await metricsOf(server, 'docket_subscriptions_open')).get('{transport="sse"}');
    await waitFor(async () => (await open()) === 0);
    expect([...got.failures, ...again.got.failures]).toEqual([]);
  });

  test('gets the errors of a refused subscription as a result, and its completion', async () => {
    const { got } = follow({ since: 'nonsense' });
    await waitFor(() => got.isComplete);
    expect(got).toMatchObject({ told: [], codes: ['BAD_USER_INPUT'], failures: [] });
  });
});
