import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { createTicket, later, notificationsOf, updateTicket } from './actions.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
});
afterAll(async () => server.stop());

describe('notifications', () => {
  test('are one’s own, newest sendAt first, and all of them for staff', async () => {
    const [creator, assignee, staff] = [
      await buildPerson(server),
      await buildPerson(server),
      await buildPerson(server, { role: BuiltInRole.TECH }),
    ];
    const first = await createTicket(creator, { assignedTo: { id: assignee.id } });
    server.clock.advance({ minutes: 1 });
    const second = await createTicket(creator, { assignedTo: { id: assignee.id } });
    const pending = [{ ticket: { id: second.id } }, { ticket: { id: first.id } }];

    expect(await notificationsOf(assignee)).toMatchObject(pending);
    expect(await notificationsOf(creator)).toEqual([]);
    expect(await notificationsOf(creator, { recipientId: [assignee.id] })).toEqual([]);
    expect(await notificationsOf(staff, { recipientId: [assignee.id] })).toMatchObject(pending);
    expect(await notificationsOf(staff, { ticketId: [first.id] })).toMatchObject([{ ticket: { id: first.id } }]);
    expect(await notificationsOf(staff, { ticketId: ['nonsense'] })).toEqual([]);
    expect(await notificationsOf(assignee, { kind: ['DIGEST'] })).toEqual([]);
    expect(await notificationsOf(assignee, { status: ['SENT', 'FAILED'] })).toEqual([]);
  });

  test('tell when the mail was sent, and after how many attempts', async () => {
    const [creator, assignee] = [await buildPerson(server), await buildPerson(server)];
    await createTicket(creator, { assignedTo: { id: assignee.id } });
    const sendAt = new Date(server.clock.now().getTime() + 12 * 60_000).toISOString();
    await later(server, { minutes: 13 });
    expect(await notificationsOf(assignee, { kind: ['ASSIGNED'] })).toMatchObject([
      { status: 'SENT', sendAt, sentAt: server.clock.now().toISOString(), attempts: 1, lastError: null },
    ]);
  });

  test('show no ticket that the viewer may not see', async () => {
    const onlyOwn = await buildPerson(server, { role: { canManageTickets: true } });
    const [creator, assignee] = [await buildPerson(server), await buildPerson(server, { role: {} })];
    const { id } = await createTicket(creator, { assignedTo: { id: assignee.id } });
    expect(await notificationsOf(assignee)).toMatchObject([{ ticket: { id } }]);
    expect(await notificationsOf(onlyOwn, { recipientId: [assignee.id] })).toMatchObject([
      { recipient: { id: assignee.id }, ticket: null },
    ]);

    await updateTicket(creator, { id, assignedTo: null });
    expect(await notificationsOf(assignee)).toMatchObject([{ ticket: null }]);
  });

  test('are found by node, by those who may see them', async () => {
    const NODE = 'query ($id: ID!) { node(id: $id) { id ... on Notification { kind } } }';
    const [creator, assignee] = [await buildPerson(server), await buildPerson(server)];
    await createTicket(creator, { assignedTo: { id: assignee.id } });
    const [{ id }] = await notificationsOf(assignee);
    expect((await assignee.client.query(NODE, { id })).node).toEqual({ id, kind: 'ASSIGNED' });
    expect((await creator.client.query(NODE, { id })).node).toBeNull();
  });

  test('come in pages, with recipients and tickets in three statements', async () => {
    const [creator, assignee] = [await buildPerson(server), await buildPerson(server)];
    for (let i = 0; i < 5; i += 1) await createTicket(creator, { assignedTo: { id: assignee.id } });
    const PAGE = `query ($first: Int, $after: String) {
      notifications(first: $first, after: $after) {
        totalCount nodes { id recipient { name } ticket { number } } pageInfo { hasNextPage endCursor }
      }
    }`;
    const { notifications: one } = await assignee.client.query(PAGE, { first: 3 });
    const { notifications: two } = await assignee.client.query(PAGE, { first: 3, after: one.pageInfo.endCursor });
    expect([one.totalCount, one.nodes.length, two.nodes.length]).toEqual([5, 3, 2]);
    expect(new Set([...one.nodes, ...two.nodes].map(({ id }) => id)).size).toBe(5);
    expect(await server.countStatements(async () => assignee.client.query(PAGE, { first: 3 }))).toBeLessThanOrEqual(3);
  });
});
