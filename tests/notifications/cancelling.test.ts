import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NotificationCancelReason } from '../../src/notifications/notification.entity.js';
import { NotificationService } from '../../src/notifications/notification.service.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { User } from '../../src/accounts/users/user.entity.js';
import { buildPerson } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, notificationsOf, updateSettings, updateTicket } from './actions.js';

const CANCEL = `mutation ($input: CancelNotificationInput!) {
  cancelNotification(input: $input) { notification { id status cancelReason } userErrors { code field } }
}`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
});
afterAll(async () => server.stop());

async function twoPeopleAndATicket() {
  const [creator, first, second] = [await buildPerson(server), await buildPerson(server), await buildPerson(server)];
  const { id } = await createTicket(creator, { assignedTo: { id: first.id } });
  return { creator, first, second, id };
}

async function deleteAndRestore(id: string, after: { minutes?: number } = {}): Promise<void> {
  const { client } = await buildPerson(server, { role: BuiltInRole.ADMIN });
  await client.query(
    'mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { userErrors { message } } }',
    { input: { id } },
  );
  await later(server, after);
  const { restoreTicket } = await client.query(
    'mutation ($input: RestoreTicketInput!) { restoreTicket(input: $input) { ticket { id } userErrors { message } } }',
    { input: { id } },
  );
  expect(restoreTicket).toEqual({ ticket: { id }, userErrors: [] });
}

describe('a mail that waits', () => {
  test('is one, timed from the last change, when the ticket goes away and back within the delay', async () => {
    const { creator, first, second, id } = await twoPeopleAndATicket();
    await later(server, { minutes: 4 });
    await updateTicket(creator, { id, assignedTo: { id: second.id } });
    await later(server, { minutes: 4 });
    await updateTicket(creator, { id, assignedTo: { id: first.id } });

    await later(server, { minutes: 11, seconds: 59 });
    expect([...mailsTo(server, first), ...mailsTo(server, second)]).toEqual([]);
    await later(server, { seconds: 1 });
    expect(mailsTo(server, first)).toHaveLength(1);
    await later(server, { minutes: 30 });
    expect([...mailsTo(server, first), ...mailsTo(server, second)]).toHaveLength(1);
    expect(await notificationsOf(second, { kind: ['ASSIGNED'] })).toMatchObject([{ cancelReason: 'REASSIGNED' }]);
  });

  test('left over by a worker that died is not sent beside that of a later assignment', async () => {
    const { creator, first, second, id } = await twoPeopleAndATicket();
    const leaseExpiresAt = new Date(server.clock.now().getTime() + 30_000);
    await server.app.orm.em
      .fork()
      .execute('update notification set lease_expires_at = ?, attempts = 1 where ticket_id = ?', [leaseExpiresAt, id]);
    await updateTicket(creator, { id, assignedTo: { id: second.id } });
    await updateTicket(creator, { id, assignedTo: { id: first.id } });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, first)).toHaveLength(1);
    const byReason = (await notificationsOf(first, { kind: ['ASSIGNED'] })).map(
      ({ status, cancelReason }: { status: string; cancelReason: string | null }) => `${status} ${cancelReason}`,
    );
    expect(byReason.toSorted()).toEqual(['CANCELLED REASSIGNED', 'SENT null']);
  });

  test('says that the ticket was unassigned', async () => {
    const { creator, first, id } = await twoPeopleAndATicket();
    await updateTicket(creator, { id, assignedTo: null });
    expect(await notificationsOf(first, { kind: ['ASSIGNED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'UNASSIGNED', cancelledAt: server.clock.now().toISOString(), sentAt: null },
    ]);
  });

  test('says that the ticket was deleted', async () => {
    const { creator, first, id } = await twoPeopleAndATicket();
    await creator.client.query(
      'mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { userErrors { code } } }',
      { input: { id } },
    );
    expect(await notificationsOf(first, { kind: ['ASSIGNED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'TICKET_DELETED', ticket: null },
    ]);
  });

  test('about the assignment is enqueued again when the ticket is restored, and tells what was said meanwhile', async () => {
    const { creator, first, id } = await twoPeopleAndATicket();
    await comment(creator, id, 'Before.');
    await deleteAndRestore(id, { minutes: 60 });
    await later(server, { seconds: 59 });
    expect(mailsTo(server, first)).toEqual([]);
    await later(server, { seconds: 1 });
    await later(server, { minutes: 60 });
    const [mail, ...others] = mailsTo(server, first);
    expect(others).toEqual([]);
    expect(mail?.text).toMatch(/has assigned this ticket to you\.[^]*> Before\./);
  });

  test('about changes is enqueued again when the ticket is restored, and no other', async () => {
    const { creator, first, second, id } = await twoPeopleAndATicket();
    await later(server, { minutes: 12 });
    await updateTicket(creator, { id, priority: 'HIGH' });
    await comment(creator, id, 'Any news?');
    await deleteAndRestore(id);
    await updateTicket(creator, { id, priority: 'LOW' });
    await later(server, { minutes: 12 });
    const [assigned, changed, ...others] = mailsTo(server, first);
    expect(others).toEqual([]);
    expect(assigned?.text).toContain('has assigned this ticket to you.');
    expect(changed?.text).toMatch(/> Any news\?[^]*Priority: Medium → Low/);

    // Nothing waited at this deletion.
    await deleteAndRestore(id);
    await later(server, { minutes: 12 });
    expect([...mailsTo(server, first), ...mailsTo(server, second)]).toHaveLength(2);
  });

  test('about the assignment is not enqueued again when the ticket was done meanwhile, or nobody wants it', async () => {
    const { creator, first, id } = await twoPeopleAndATicket();
    await updateTicket(creator, { id, status: 'DONE' });
    await deleteAndRestore(id);
    const other = await createTicket(creator, { assignedTo: { id: first.id } });
    await updateSettings(first, { assignmentEmails: false });
    await deleteAndRestore(other.id);
    await later(server, { minutes: 12 });
    expect(mailsTo(server, first)).toEqual([]);
  });

  test('is cancelled with its recipient’s account', async () => {
    const { creator, first } = await twoPeopleAndATicket();
    const { clock, orm } = server.app;
    const notifications = new NotificationService({
      clock,
      delayMs: 0,
      replyDelayMs: 0,
      scheduleDeliveries: () => {},
    });
    await orm.em.fork().transactional(async (em) => {
      const user = await em.findOneOrFail(User, { id: first.id });
      user.deletedAt = server.clock.now();
      await notifications.cancelForUser(em, user, NotificationCancelReason.USER_DELETED);
    });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, first)).toEqual([]);
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    expect(await notificationsOf(staff, { recipientId: [first.id], kind: ['ASSIGNED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'USER_DELETED' },
    ]);
    expect(creator.id).not.toBe(first.id);
  });

  test.each([
    ['update ticket set assigned_to_id = created_by_id where id = ?', 'REASSIGNED'],
    ['update ticket set assigned_to_id = null where id = ?', 'UNASSIGNED'],
    ['update ticket set deleted_at = now() where id = ?', 'TICKET_DELETED'],
    [
      'update "user" set deleted_at = now() where id = (select assigned_to_id from ticket where id = ?)',
      'USER_DELETED',
    ],
    [
      'update "user" set assignment_emails = false where id = (select assigned_to_id from ticket where id = ?)',
      'UNSUBSCRIBED',
    ],
    [
      'update "user" set may_view_tickets = false where id = (select assigned_to_id from ticket where id = ?)',
      'NOT_VISIBLE',
    ],
  ])('is checked again when it is to be sent: %s', async (behindTheBack, cancelReason) => {
    const { first, id } = await twoPeopleAndATicket();
    await server.app.orm.em.fork().execute(behindTheBack, [id]);
    await later(server, { minutes: 12 });
    expect(mailsTo(server, first)).toEqual([]);
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    expect(await notificationsOf(staff, { recipientId: [first.id], kind: ['ASSIGNED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason },
    ]);
  });
});

describe('cancelNotification', () => {
  test('takes a waiting mail back for staff', async () => {
    const { first } = await twoPeopleAndATicket();
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    const [waiting] = await notificationsOf(first, { kind: ['ASSIGNED'] });
    const { cancelNotification } = await staff.client.query(CANCEL, { input: { id: waiting.id } });
    expect(cancelNotification).toEqual({
      notification: { id: waiting.id, status: 'CANCELLED', cancelReason: 'BY_STAFF' },
      userErrors: [],
    });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, first)).toEqual([]);
  });

  test('is CONFLICT for a mail that was sent, and shows it', async () => {
    const { first } = await twoPeopleAndATicket();
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    await later(server, { minutes: 12 });
    const [sent] = await notificationsOf(first, { kind: ['ASSIGNED'] });
    const { cancelNotification } = await staff.client.query(CANCEL, { input: { id: sent.id } });
    expect(cancelNotification).toEqual({
      notification: { id: sent.id, status: 'SENT', cancelReason: null },
      userErrors: [{ code: 'CONFLICT', field: ['input', 'id'] }],
    });
  });

  test.each(['0190c6d1-0000-7000-8000-000000000000', 'nonsense', ''])('does not find %j', async (id) => {
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    const { cancelNotification } = await staff.client.query(CANCEL, { input: { id } });
    expect(cancelNotification).toEqual({
      notification: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'id'] }],
    });
  });

  test('is for staff only, also for one’s own mail', async () => {
    const { first } = await twoPeopleAndATicket();
    const [waiting] = await notificationsOf(first);
    const { errors } = await first.client.send(CANCEL, { input: { id: waiting.id } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await notificationsOf(first)).toMatchObject([{ status: 'SCHEDULED' }]);
  });
});
