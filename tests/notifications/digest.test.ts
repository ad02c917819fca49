import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TicketPriority, TicketStatus } from '../../src/tickets/ticket.entity.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { createTicket, later, mailsTo, notificationsOf, subjectsTo, updateSettings, updateTicket } from './actions.js';

const HOUR = 60;
const MONTH_SECONDS = 30 * 86_400;
/** An example. */
const INTERVAL = { hours: 12, minutes: 30, seconds: 20 };
const INTERVAL_MS = ((INTERVAL.hours * 60 + INTERVAL.minutes) * 60 + INTERVAL.seconds) * 1000;
const ALMOST = { minutes: 12 * HOUR + 30, seconds: 19 };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: MONTH_SECONDS, digestIntervalMs: INTERVAL_MS });
});
afterAll(async () => server.stop());

async function personWithTickets(...tickets: Parameters<typeof buildTicket>[1][]): Promise<Person> {
  const person = await buildPerson(server);
  for (const ticket of tickets) await buildTicket(server, { createdBy: person, assignedTo: person, ...ticket });
  return person;
}

async function digestsOf(person: Person) {
  return notificationsOf(person, { kind: ['DIGEST'] });
}

function digestMailsTo(person: Person) {
  return mailsTo(server, person).filter(({ subject }) => subject?.startsWith('Your tickets'));
}

describe('the digest', () => {
  test('comes at the server’s interval, to the second', async () => {
    const person = await personWithTickets({});
    await later(server, {});
    await later(server, ALMOST);
    expect(subjectsTo(server, person)).toEqual([]);
    await later(server, { seconds: 1 });
    expect(subjectsTo(server, person)).toHaveLength(1);

    await later(server, ALMOST);
    expect(subjectsTo(server, person)).toHaveLength(1);
    await later(server, { seconds: 1 });
    expect(subjectsTo(server, person)).toHaveLength(2);
  });

  test('lists active tickets, the most urgent first, and those closed since it was planned', async () => {
    const creator = await buildPerson(server);
    const person = await personWithTickets(
      { title: 'Small wish', priority: TicketPriority.LOW },
      { title: 'Thrown away', deletedAt: server.clock.now() },
      { title: 'Server down', priority: TicketPriority.EMERGENCY, status: TicketStatus.IN_PROGRESS },
    );
    await buildTicket(server, { title: 'Not theirs', assignedTo: null });
    const finished = await createTicket(creator, { title: 'Just done', assignedTo: { id: person.id } });
    await createTicket(creator, { title: 'Long done', status: 'DONE', assignedTo: { id: person.id } });
    await later(server, {});
    server.clock.advance({ seconds: 1 });
    await updateTicket(creator, { id: finished.id, status: 'DONE' });
    await later(server, { minutes: 13 * HOUR });

    const [mail] = digestMailsTo(person);
    expect(mail?.subject).toBe('Your tickets: 2 active, 1 closed');
    for (const part of [mail?.text, mail?.html]) {
      const titles = /Server down|Small wish|Just done|Long done|Thrown away|Not theirs/g;
      expect([...new Set(part?.replace(/<div style="display: none.*?<\/div>/, '').match(titles))]).toEqual([
        'Server down',
        'Small wish',
        'Just done',
      ]);
      expect(part).toContain('2 tickets of yours are active; one was closed since the last summary.');
      expect(part).toMatch(/https:\/\/docket\.example\/tickets\/\d+/);
      expect(part).toContain('every 12 hours, 30 minutes and 20 seconds');
    }
  });

  test('tells of each closed ticket once, and comes no more when none is active', async () => {
    const creator = await buildPerson(server);
    const person = await personWithTickets();
    const [first, second] = [
      await createTicket(creator, { title: 'First', assignedTo: { id: person.id } }),
      await createTicket(creator, { title: 'Second', assignedTo: { id: person.id } }),
    ];
    await later(server, {});
    server.clock.advance({ seconds: 1 });
    await updateTicket(person, { id: first.id, status: 'CLOSED' });
    await later(server, { minutes: 13 * HOUR });
    expect(digestMailsTo(person).map(({ subject }) => subject)).toEqual(['Your tickets: 1 active, 1 closed']);

    server.clock.advance({ seconds: 1 });
    await updateTicket(person, { id: second.id, status: 'DONE' });
    await later(server, { minutes: 13 * HOUR });
    expect(digestMailsTo(person)[1]?.subject).toBe('Your tickets: 0 active, 1 closed');
    expect(digestMailsTo(person)[1]?.text).toContain(
      'no ticket of yours is active any more; one was closed since the last summary.',
    );
    expect(digestMailsTo(person)[1]?.text).not.toContain('First');

    for (let day = 1; day <= 5; day += 1) await later(server, { minutes: 24 * HOUR });
    expect(digestMailsTo(person)).toHaveLength(2);
    expect(await digestsOf(person)).toHaveLength(2);

    await updateTicket(creator, { id: first.id, status: 'OPEN' });
    await later(server, {});
    await later(server, { minutes: 13 * HOUR });
    expect(
      digestMailsTo(person)
        .map(({ subject }) => subject)
        .slice(2),
    ).toEqual(['Your tickets: 1 active']);
  });

  test('does not tell who wanted none of all that was closed meanwhile', async () => {
    const creator = await buildPerson(server);
    const person = await personWithTickets({ title: 'Still open' });
    const { id } = await createTicket(creator, { title: 'Done meanwhile', assignedTo: { id: person.id } });
    await later(server, {});
    await updateSettings(person, { digestEmails: false });
    await later(server, { minutes: 1 });
    await updateTicket(person, { id, status: 'DONE' });
    await later(server, { minutes: 1 });
    await updateSettings(person, { digestEmails: true });
    await later(server, { minutes: 13 * HOUR });
    expect(digestMailsTo(person).map(({ subject }) => subject)).toEqual(['Your tickets: 1 active']);
  });

  test('does not come to who has no ticket, nor to who has none any more', async () => {
    const nobody = await buildPerson(server);
    const person = await personWithTickets({});
    await later(server, {});
    await server.app.orm.em
      .fork()
      .execute('update ticket set assigned_to_id = null where assigned_to_id = ?', [person.id]);
    await later(server, { minutes: 13 * HOUR });
    expect([...mailsTo(server, nobody), ...mailsTo(server, person)]).toEqual([]);
    expect(await digestsOf(nobody)).toEqual([]);
    expect(await digestsOf(person)).toMatchObject([{ status: 'CANCELLED', cancelReason: 'UNASSIGNED' }]);
  });

  test('missed while the server was down comes once, late', async () => {
    const person = await personWithTickets({});
    await later(server, {});
    await later(server, { minutes: 10 * 24 * HOUR });
    await later(server, { minutes: 1 });
    expect(subjectsTo(server, person)).toHaveLength(1);
    await later(server, ALMOST);
    expect(subjectsTo(server, person)).toHaveLength(2);
  });

  test('comes at the person’s own hour, before and after the clocks go on', async () => {
    const person = await personWithTickets({});
    await updateSettings(person, { digestHour: 7, timeZone: 'Europe/Stockholm' });
    const [planned] = await digestsOf(person);
    expect(planned.sendAt).toMatch(/T0[56]:00:00\.000Z$/);

    const sent: string[] = [];
    while (server.clock.now() < new Date('2026-04-01T00:00:00Z')) {
      const before = subjectsTo(server, person).length;
      await later(server, { minutes: HOUR });
      if (subjectsTo(server, person).length > before) sent.push(server.clock.now().toISOString());
    }
    const days = sent.map((instant) => instant.slice(0, 10));
    expect(new Set(days).size).toBe(days.length);
    expect(days).toContain('2026-03-28');
    for (const instant of sent) {
      expect(instant.slice(11, 13)).toBe(instant < '2026-03-29' ? '06' : '05');
    }
  }, 120_000);

  test('is moved when another hour is chosen, and taken back when none is wanted', async () => {
    const person = await personWithTickets({});
    await later(server, {});
    const [byInterval] = await digestsOf(person);
    const hour = (server.clock.now().getUTCHours() + 3) % 24;
    await updateSettings(person, { digestHour: hour, timeZone: 'UTC' });
    const [byHour] = await digestsOf(person);
    expect(byHour).toMatchObject({ id: byInterval.id, status: 'SCHEDULED' });
    expect(new Date(byHour.sendAt).getUTCHours()).toBe(hour);

    await updateSettings(person, { digestEmails: false });
    expect(await digestsOf(person)).toMatchObject([{ status: 'CANCELLED', cancelReason: 'UNSUBSCRIBED' }]);
    await later(server, { minutes: 30 * HOUR });
    expect(subjectsTo(server, person)).toEqual([]);

    await updateSettings(person, { digestEmails: true });
    expect(await digestsOf(person)).toMatchObject([{ status: 'SCHEDULED' }, { status: 'CANCELLED' }]);
  });

  test('that staff took back is not planned again for the same time', async () => {
    const person = await personWithTickets({});
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    await later(server, {});
    const [{ id, sendAt }] = await digestsOf(person);
    await staff.client.query(
      'mutation ($input: CancelNotificationInput!) { cancelNotification(input: $input) { userErrors { code } } }',
      { input: { id } },
    );
    await later(server, { seconds: 30 });
    const [next, taken] = await digestsOf(person);
    expect(taken).toMatchObject({ id, status: 'CANCELLED' });
    expect(Date.parse(next.sendAt) - Date.parse(sendAt)).toBe(INTERVAL_MS);
  });

  test('is planned once, however many workers plan', async () => {
    const person = await personWithTickets({});
    await Promise.all(Array.from({ length: 8 }, async () => server.app.digests.plan()));
    expect(await digestsOf(person)).toMatchObject([{ status: 'SCHEDULED' }]);
  });
});
