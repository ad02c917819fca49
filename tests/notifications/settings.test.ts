import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPerson, buildTicket } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { createTicket, later, mailsTo, notificationsOf, updateSettings, updateTicket } from './actions.js';

const DEFAULTS = {
  assignmentEmails: true,
  updateEmails: true,
  digestEmails: true,
  digestHour: null,
  timeZone: 'UTC',
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
});
afterAll(async () => server.stop());

describe('notification settings', () => {
  test('are all on at first, and nobody else’s business', async () => {
    const SETTINGS = `query ($id: ID!) {
      user(id: $id) { notificationSettings { assignmentEmails updateEmails digestEmails digestHour timeZone } }
    }`;
    const [person, other] = [await buildPerson(server), await buildPerson(server, { role: { canManageUsers: true } })];
    expect((await person.client.query(SETTINGS, { id: person.id })).user.notificationSettings).toEqual(DEFAULTS);
    expect((await other.client.query(SETTINGS, { id: person.id })).user.notificationSettings).toBeNull();
  });

  test('change where given, and null takes the hour back', async () => {
    const person = await buildPerson(server);
    expect(await updateSettings(person, { digestHour: 0, timeZone: ' europe/stockholm ' })).toEqual({
      settings: { ...DEFAULTS, digestHour: 0, timeZone: 'Europe/Stockholm' },
      userErrors: [],
    });
    expect((await updateSettings(person, { digestHour: null, updateEmails: false })).settings).toEqual({
      ...DEFAULTS,
      timeZone: 'Europe/Stockholm',
      updateEmails: false,
    });
  });

  test.each([
    [{ digestHour: 24 }, 'INVALID', 'digestHour'],
    [{ digestHour: -1 }, 'INVALID', 'digestHour'],
    [{ timeZone: 'Mars/Olympus' }, 'INVALID', 'timeZone'],
    [{ timeZone: `Europe/Stockholm\r\nBcc: eve@example.com` }, 'INVALID', 'timeZone'],
    [{ timeZone: 'x'.repeat(10_000) }, 'INVALID', 'timeZone'],
    [{ timeZone: '\0' }, 'INVALID', 'timeZone'],
    [{ timeZone: null }, 'REQUIRED', 'timeZone'],
    [{ assignmentEmails: null }, 'REQUIRED', 'assignmentEmails'],
  ])('refuse %p and change nothing', async (input, code, field) => {
    const person = await buildPerson(server);
    expect(await updateSettings(person, { digestEmails: false, ...input })).toEqual({
      settings: null,
      userErrors: [{ code, field: ['input', field], message: expect.any(String) }],
    });
    expect((await updateSettings(person, {})).settings).toEqual(DEFAULTS);
  });

  test('need a sign-in', async () => {
    const { errors } = await server.anonymous.send(
      'mutation { updateNotificationSettings(input: {}) { settings { timeZone } } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('turned off take back what waits, and enqueue nothing new', async () => {
    const [creator, person] = [await buildPerson(server), await buildPerson(server)];
    const { id } = await createTicket(creator, { assignedTo: { id: person.id } });
    const changed = await buildTicket(server, { createdBy: creator, assignedTo: person });
    await updateTicket(creator, { id: changed.id, status: 'ON_HOLD' });

    await updateSettings(person, { assignmentEmails: false });
    expect(await notificationsOf(person, { kind: ['ASSIGNED', 'UPDATED'], status: ['CANCELLED'] })).toMatchObject([
      { kind: 'ASSIGNED', cancelReason: 'UNSUBSCRIBED' },
    ]);
    await updateSettings(person, { updateEmails: false });
    await createTicket(creator, { assignedTo: { id: person.id } });
    await updateTicket(creator, { id, status: 'ON_HOLD' });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, person)).toEqual([]);
    expect(await notificationsOf(person, { kind: ['ASSIGNED', 'UPDATED'] })).toHaveLength(2);
  });
});
