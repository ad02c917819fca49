import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { AuthorLimit } from '../../src/notifications/author-limit.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, notificationsOf, subjectsTo, updateTicket } from './actions.js';

const MAX_MAILS_PER_HOUR = 20;
const FLOOD = 30;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 10 * 86_400 });
});
afterAll(async () => server.stop());

const author = async () => buildPerson(server, { firstName: 'Eve', lastName: 'Stranger', role: {} });

async function flood(by: Person, to: Person, count = FLOOD) {
  return Promise.all(
    Array.from({ length: count }, async (_, i) =>
      createTicket(by, { title: `Flood ${i}.`, assignedTo: { id: to.id } }),
    ),
  );
}

const ofKind = async (person: Person, kind: string, status: string) =>
  notificationsOf(person, { kind: [kind], status: [status], recipientId: [person.id] });

async function countOf(person: Person, status: string): Promise<number> {
  const { notifications } = await person.client.query(
    'query ($filter: NotificationFilter) { notifications(filter: $filter) { totalCount } }',
    { filter: { kind: ['ASSIGNED'], status: [status], recipientId: [person.id] } },
  );
  return notifications.totalCount;
}

const told = (mail: { text?: string | undefined }) => mail.text?.match(/^(?:\* )?#\d+ Flood/gm) ?? [];

describe('mails that one author causes', () => {
  test('are twenty an hour to one recipient; the rest waits and comes in one mail, and none is lost', async () => {
    const [by, to] = [await author(), await buildPerson(server)];
    const tickets = await flood(by, to);
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR);
    expect(await ofKind(to, 'ASSIGNED', 'SCHEDULED')).toHaveLength(FLOOD - MAX_MAILS_PER_HOUR);

    await later(server, { minutes: 59, seconds: 59 });
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR);
    await later(server, { seconds: 1 });
    const mails = mailsTo(server, to);
    expect(mails).toHaveLength(MAX_MAILS_PER_HOUR + 1);
    const merged = mails.at(-1);
    expect(merged?.subject).toBe('10 tickets assigned to you by Eve Stranger');
    for (const part of [merged?.text, merged?.html]) {
      expect(part).toContain('Eve Stranger has assigned 10 tickets to you.');
      expect(part).toContain('https://docket.example/tickets');
    }
    expect(merged && told(merged)).toHaveLength(FLOOD - MAX_MAILS_PER_HOUR);
    const numbers = mails.flatMap(told).map((line) => Number(/\d+/.exec(line)?.[0]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(tickets.map(({ number }) => number).toSorted((a, b) => a - b));
    expect(await countOf(to, 'SENT')).toBe(FLOOD);
    expect(merged?.headers.find(({ key }) => key === 'list-unsubscribe')?.value).toMatch(/unsubscribe\/\S+>$/);

    // The merged one counts once.
    await flood(by, to, MAX_MAILS_PER_HOUR);
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR + 1 + MAX_MAILS_PER_HOUR - 1);
  });

  test('have no limit where the author may assign tickets', async () => {
    const [by, to] = [await buildPerson(server, { role: { canAssignTickets: true } }), await buildPerson(server)];
    await flood(by, to);
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, to)).toHaveLength(FLOOD);
  });

  test('are not postponed either when they become due while a worker takes them', async () => {
    const [by, to] = [await buildPerson(server, { role: { canAssignTickets: true } }), await buildPerson(server)];
    await flood(by, to);
    await later(server, { minutes: 12 });
    await flood(by, to, 1);
    server.clock.advance({ minutes: 12 });
    const { orm, clock } = server.app;
    const [{ id }] = await ofKind(to, 'ASSIGNED', 'SCHEDULED');
    // As if it had not been due a moment before, when the worker asked for mails without a limit.
    expect(await new AuthorLimit(orm, clock).acquire(id, sql`true`, async (ids) => [...ids])).toEqual([]);
    await server.deliverDue();
    expect(subjectsTo(server, to)).toHaveLength(FLOOD + 1);
  });

  test('are counted for each recipient and each author by itself', async () => {
    const [by, other] = [await author(), await author()];
    const [to, bystander] = [await buildPerson(server), await buildPerson(server)];
    await flood(by, to);
    await flood(by, bystander, 2);
    await flood(other, to, 2);
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, bystander)).toHaveLength(2);
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR + 2);
  });

  test('about changes count as well, also those that two authors caused together', async () => {
    const [by, second, to] = [await author(), await buildPerson(server), await buildPerson(server)];
    const tickets = [];
    for (let i = 0; i < FLOOD; i += 1) tickets.push(await buildTicket(server, { createdBy: by, assignedTo: to }));
    for (const { id } of tickets) {
      await comment(by, id, 'Buy now.');
      await comment(second, id, 'Buy now, indeed.');
    }
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR);
    await later(server, { minutes: 60 });
    const merged = mailsTo(server, to).at(-1);
    expect(merged?.subject).toBe('10 tickets with comments');
    expect(merged?.text?.match(/2 comments/g)).toHaveLength(FLOOD - MAX_MAILS_PER_HOUR);
  });

  test('are not held up where one of several authors may assign tickets', async () => {
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    const [by, to] = [await author(), await buildPerson(server)];
    for (let i = 0; i <= MAX_MAILS_PER_HOUR; i += 1) {
      const { id } = await buildTicket(server, { createdBy: by, assignedTo: to });
      await comment(by, id, 'Any news?');
      await comment(staff, id, 'Yes.');
    }
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR + 1);
  });

  test('tell while they wait only what is still so, and take further changes', async () => {
    const [by, to] = [await author(), await buildPerson(server)];
    const tickets = await flood(by, to);
    await later(server, { minutes: 12 });
    const waiting = await ofKind(to, 'ASSIGNED', 'SCHEDULED');
    const [gone, changed] = waiting.map(({ ticket }: { ticket: { id: string; number: number } }) => ticket);
    await updateTicket(by, { id: gone.id, assignedTo: null });
    await updateTicket(by, { id: changed.id, title: 'Not a flood', priority: 'HIGH' });
    await later(server, { minutes: 60 });
    const merged = mailsTo(server, to).at(-1);
    expect(merged?.text).toContain(`#${changed.number} Not a flood\n  High · Open\n`);
    expect(merged?.text).not.toContain(`#${gone.number} `);
    expect(await ofKind(to, 'ASSIGNED', 'CANCELLED')).toMatchObject([{ cancelReason: 'UNASSIGNED' }]);
    expect(await countOf(to, 'SENT')).toBe(tickets.length - 1);
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR + 1);
  });

  test('come together again when the mail server refused them for the time being', async () => {
    const [by, to] = [await author(), await buildPerson(server)];
    await flood(by, to);
    await later(server, { minutes: 12 });
    server.smtp.failWith(451, 'greylisted', to.email);
    await later(server, { minutes: 60 });
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR);
    server.smtp.failWith(undefined);
    await later(server, { minutes: 2 });
    expect(subjectsTo(server, to).slice(MAX_MAILS_PER_HOUR)).toEqual(['10 tickets assigned to you by Eve Stranger']);
    expect(await countOf(to, 'SENT')).toBe(FLOOD);
  });

  test('are twenty an hour however many workers send', async () => {
    const [by, to] = [await author(), await buildPerson(server)];
    const beside = await startTestServer({ beside: server });
    try {
      await flood(by, to, 60);
      server.clock.advance({ minutes: 12 });
      await Promise.all([server.deliverDue(), beside.deliverDue()]);
      expect([...mailsTo(server, to), ...mailsTo(beside, to)]).toHaveLength(MAX_MAILS_PER_HOUR);
      server.clock.advance({ minutes: 60 });
      await Promise.all([server.deliverDue(), beside.deliverDue()]);
      expect([...mailsTo(server, to), ...mailsTo(beside, to)]).toHaveLength(MAX_MAILS_PER_HOUR + 1);
      expect(await countOf(to, 'SENT')).toBe(60);
    } finally {
      await beside.stop();
    }
  });

  test('do not count as those of the future when the clock was set back', async () => {
    const [by, to] = [await author(), await buildPerson(server)];
    await flood(by, to, MAX_MAILS_PER_HOUR);
    await later(server, { minutes: 12 });
    server.clock.advance({ minutes: -5 * 60 });
    await flood(by, to, 1);
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, to)).toHaveLength(MAX_MAILS_PER_HOUR + 1);
  });
});
