import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { succeed } from '../support/calls.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { CHANGES, EventSourceByHand } from '../support/live.js';
import { startTestServer, type TestServer } from '../support/server.js';

const MISSED = 100;
/** Twenty messages share theirs: 18 statements, and more on a machine on which twenty messages take longer than a second. */
const MAX_STATEMENTS = 60;
/** Changes whose tickets and events are read at once. */
const GROUP = 20;

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

/** The ids by which a statement reads tickets or events. */
function idsIn(sent: unknown): unknown[] {
  if (typeof sent !== 'object' || sent === null || !('text' in sent) || !('values' in sent)) return [];
  if (!/where [te]\.id = any\(/.test(String(sent.text)) || !Array.isArray(sent.values)) return [];
  return sent.values.find((value) => Array.isArray(value)) ?? [];
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

test('who missed changes of imported tickets with long details is told each of them', async () => {
  const tickets = await Promise.all(
    Array.from({ length: GROUP }, async () => buildTicket(server, { createdBy: admin })),
  );
  const { changeCursor: since } = await admin.client.query('{ changeCursor }');
  await server.app.orm.em
    .fork()
    .execute(`update ticket set details = jsonb_build_object('text', repeat('x', 1200000)) where number in (?)`, [
      tickets.map(({ number }) => number),
    ]);

  const { events, told } = await caughtUp(since);

  expect(events.flatMap(({ data }) => data?.errors ?? [])).toEqual([]);
  expect(new Set(told.slice(0, -1).map(({ ticketId }) => ticketId))).toEqual(new Set(tickets.map(({ id }) => id)));
});

test('for a client that takes a message every two seconds no ticket and no event is read more than twice', async () => {
  const tickets = await Promise.all(
    Array.from({ length: GROUP }, async () => buildTicket(server, { createdBy: admin })),
  );
  const { changeCursor: since } = await admin.client.query('{ changeCursor }');
  await succeed(admin.client, 'updateTickets', { ids: tickets.map(({ id }) => id), priority: 'HIGH' });

  const now = performance.now.bind(performance);
  const query = jest.spyOn(Client.prototype, 'query');
  const reads = () => query.mock.calls.map(([sent]) => idsIn(sent)).filter((ids) => ids.length > 0);
  // Every message reads something.
  jest.spyOn(performance, 'now').mockImplementation(() => now() + 2_000 * reads().length);
  const { told } = await caughtUp(since);
  const ids = reads().flat();
  jest.restoreAllMocks();

  expect(told.filter(({ ticket, event }) => ticket && event)).toHaveLength(GROUP);
  // All at once for the first message, and one by one for the others.
  expect(ids).toHaveLength(2 * (GROUP + GROUP - 1));
});
