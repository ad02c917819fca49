import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Notification, NotificationKind, NotificationStatus } from '../../src/notifications/notification.entity.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { expectForPeople } from '../support/refusals.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let admin: Person;
let ticket: { id: string };
let copy: { id: string };
let strange: { id: string };
let product: { id: string };
let held: string;
let sent: string;
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN, username: 'taken', email: 'taken@docket.example' });
  product = await buildProduct(server, { name: 'Taken' });
  ticket = await buildTicket(server, { createdBy: admin, product });
  strange = await buildTicket(server);
  copy = await buildTicket(server, { createdBy: admin });
  await admin.client.query(
    `mutation { markDuplicate(input: { ticketId: "${copy.id}", duplicateOfId: "${ticket.id}" }) { ticket { id } } }`,
  );
  const { viewer } = await admin.client.query('{ viewer { role { id } } }');
  held = viewer.role.id;
  const em = server.app.orm.em.fork();
  const at = server.clock.now();
  const kind = NotificationKind.ASSIGNED;
  const mail = em.create(Notification, {
    kind,
    recipient: admin.id,
    ticket: ticket.id,
    createdAt: at,
    sendAt: at,
    sentAt: at,
    status: NotificationStatus.SENT,
  });
  await em.flush();
  sent = mail.id;
});
afterAll(async () => server.stop());

const nobody = randomUUID();
const FLAGS = ['canViewAll', 'canEditAll', 'canDeleteAll', 'canManageUsers', 'canManageTickets', 'canAssignTickets'];
const NO_FLAGS = Object.fromEntries(FLAGS.map((flag) => [flag, false]));
const ACCOUNT = { email: 'taken@docket.example', username: 'taken', firstName: 'A', password: 'correct horse battery' };
const TICKET = { title: 'x', description: 'x' };
const deep = Array.from({ length: 200 }).reduce<object>((inner) => ({ inner }), {});

/** A call for each kind of fault that a person can put right. */
const FAULTS: [mutation: string, input: () => Record<string, unknown>][] = [
  ['createTicket', () => ({ title: ' ', description: 'x'.repeat(10_001) })],
  ['createTicket', () => ({ title: 'a\0b', description: '\ud800' })],
  ['createTicket', () => ({ ...TICKET, id: '7' })],
  ['createTicket', () => ({ ...TICKET, id: strange.id })],
  ['createTicket', () => ({ ...TICKET, productId: nobody, assignedTo: { email: 'nobody@docket.example' } })],
  ['createTicket', () => ({ ...TICKET, details: deep })],
  ['createTicket', () => ({ ...TICKET, details: { a: '\0' } })],
  ['updateTicket', () => ({ id: ticket.id, expectedVersion: 99, title: 'y' })],
  ['updateTicket', () => ({ id: ticket.id, title: null, status: null })],
  ['updateTicket', () => ({ id: nobody, title: 'y' })],
  ['updateTickets', () => ({ ids: [] })],
  ['updateTickets', () => ({ ids: Array.from({ length: 101 }, () => ticket.id) })],
  ['updateTickets', () => ({ ids: [nobody] })],
  ['markDuplicate', () => ({ ticketId: ticket.id, duplicateOfId: ticket.id })],
  ['markDuplicate', () => ({ ticketId: ticket.id, duplicateOfId: copy.id })],
  ['createComment', () => ({ ticketId: nobody, content: 'x' })],
  ['createComment', () => ({ ticketId: ticket.id, content: '', id: '7' })],
  ['updateComment', () => ({ id: nobody, content: 'x' })],
  ['createProduct', () => ({ name: 'ab', type: 'OTHERS', ownerEmail: 'owner@docket.example' })],
  ['createProduct', () => ({ name: 'taken', type: 'OTHERS', ownerEmail: 'owner@docket.example' })],
  ['deleteProduct', () => ({ id: product.id })],
  ['createRole', () => ({ name: 'admin', ...NO_FLAGS })],
  ['updateRole', () => ({ id: held, canManageUsers: false })],
  ['updateRole', () => ({ id: held, canViewAll: null })],
  ['deleteRole', () => ({ id: held })],
  ['signUp', () => ACCOUNT],
  ['signUp', () => ({ ...ACCOUNT, username: 'a b', password: 'short', firstName: '' })],
  ['createUser', () => ({ ...ACCOUNT, email: 'new@docket.example', username: 'new', roleId: nobody })],
  ['signIn', () => ({ login: 'taken', password: 'wrong' })],
  ['refreshSession', () => ({ refreshToken: 'wrong' })],
  ['resetPassword', () => ({ token: 'wrong', newPassword: 'correct horse battery staple' })],
  ['changePassword', () => ({ currentPassword: 'wrong', newPassword: 'correct horse battery staple' })],
  ['changePassword', () => ({ currentPassword: 'wrong', newPassword: 'password1' })],
  ['revokeSession', () => ({ id: nobody })],
  ['cancelNotification', () => ({ id: sent })],
  ['cancelNotification', () => ({ id: nobody })],
  ['updateNotificationSettings', () => ({ digestHour: 24, timeZone: 'Mars/Base' })],
];

describe('what a person is told is for people', () => {
  test.each(FAULTS)('%s %#', async (name, input) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const answer = await admin.client.query(
      `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { message } } }`,
      { input: input() },
    );
    const { userErrors }: { userErrors: { message: string }[] } = answer[name];
    expect(userErrors.length).toBeGreaterThan(0);
    for (const { message } of userErrors) expectForPeople(message);
  });
});
