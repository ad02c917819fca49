import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { succeed } from '../support/calls.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { CHANGES, EventSourceByHand } from '../support/live.js';
import { startTestServer, type TestServer } from '../support/server.js';

const MISSED = 100;
/** Twenty messages share theirs; as many again for a machine on which twenty take more than a second. */
const MAX_STATEMENTS = 30;

let server: TestServer;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterAll(async () => {
  server.http.server.closeAllConnections();
  await server.stop();
});

/** What a subscription tells from a cursor until it has caught up. */
async function caughtUp(since: string): Promise<EventSourceByHand> {
  const source = new EventSourceByHand(server.url, admin.client.token, { since }, CHANGES);
  await waitFor(() => source.text.includes('CaughtUp') || source.isOver);
  source.close();
  return source;
}

test('who missed a hundred changes is told them by a few statements, each with its ticket and its event', async () => {
  const tickets = await Promise.all(
    Array.from({ length: MISSED }, async () => buildTicket(server, { createdBy: admin })),
  );
  const { changeCursor: since } = await admin.client.query('{ changeCursor }');
  await succeed(admin.client, 'updateTickets', { ids: tickets.map(({ id }) => id), priority: 'HIGH' });

  let source: EventSourceByHand | undefined;
  const statements = await server.countStatements(async () => {
    source = await caughtUp(since);
  });

  const told = source?.told.slice(0, -1) ?? [];
  expect(new Set(told.map(({ ticket }) => ticket?.number))).toEqual(new Set(tickets.map(({ number }) => number)));
  expect(told).toHaveLength(MISSED);
  for (const { event } of told) expect(event).toEqual({ kind: 'CHANGED' });
  expect(statements).toBeLessThan(MAX_STATEMENTS);
});
