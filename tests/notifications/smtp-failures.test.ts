import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Mailer } from '../../src/mail/mailer.js';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { createTicket, later, mailsTo, notificationsOf } from './actions.js';

const MINUTES_OF_A_DAY = 24 * 60;
const TWO_DAYS_IN_SECONDS = 2 * 86_400;

async function personWithDueMail(server: TestServer): Promise<Person> {
  const [creator, person] = [await buildPerson(server), await buildPerson(server)];
  await createTicket(creator, { assignedTo: { id: person.id } });
  server.clock.advance({ minutes: 12 });
  return person;
}

async function assignmentOf(person: Person) {
  const [notification] = await notificationsOf(person, { kind: ['ASSIGNED'] });
  return notification;
}

describe('a mail that the SMTP server', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ accessTokenSeconds: TWO_DAYS_IN_SECONDS });
  });
  afterEach(async () => server.stop());

  test.each([421, 450])('answers with %d is tried again with growing waits, for a day', async (code) => {
    const person = await personWithDueMail(server);
    server.smtp.failWith(code, 'not now');
    await server.deliverDue();
    const waitedMinutes: number[] = [];
    for (const minutes of [1, 2, 4, 8, 16, 32, ...Array.from({ length: 30 }, () => 60)]) {
      const { attempts, status } = await assignmentOf(person);
      expect(attempts).toBe(waitedMinutes.length + 1);
      if (status === 'FAILED') break;
      await later(server, { minutes: minutes - 1, seconds: 59 });
      expect((await assignmentOf(person)).attempts).toBe(attempts);
      await later(server, { seconds: 1 });
      waitedMinutes.push(minutes);
    }
    const waited = waitedMinutes.reduce((sum, minutes) => sum + minutes, 0);
    expect(waited).toBeGreaterThan(MINUTES_OF_A_DAY - 60);
    expect(waited).toBeLessThanOrEqual(MINUTES_OF_A_DAY);
    expect(await assignmentOf(person)).toMatchObject({ status: 'FAILED', lastError: `${code} not now` });
    expect(server.smtp.mails).toEqual([]);
  });

  test('takes in the end is sent, with its time of sending', async () => {
    const person = await personWithDueMail(server);
    server.smtp.failWith(450, 'greylisted');
    await server.deliverDue();
    expect(await assignmentOf(person)).toMatchObject({ status: 'SCHEDULED', attempts: 1, lastError: '450 greylisted' });
    server.smtp.failWith(undefined);
    await later(server, { seconds: 59 });
    expect(mailsTo(server, person)).toEqual([]);
    await later(server, { seconds: 1 });
    expect(mailsTo(server, person)).toHaveLength(1);
    expect(await assignmentOf(person)).toMatchObject({
      status: 'SENT',
      attempts: 2,
      lastError: null,
      sentAt: server.clock.now().toISOString(),
    });
  });

  test('answers with 550 has failed, and says why without an address', async () => {
    const person = await personWithDueMail(server);
    server.smtp.failWith(550, `no mailbox ${person.email}`);
    await server.deliverDue();
    expect(await assignmentOf(person)).toMatchObject({
      status: 'FAILED',
      attempts: 1,
      lastError: '550 no mailbox (address)',
    });
    server.smtp.failWith(undefined);
    await later(server, { minutes: MINUTES_OF_A_DAY });
    expect(mailsTo(server, person).map(({ subject }) => subject)).not.toContain(expect.stringContaining('assigned'));
  });

  test('refuses for one recipient holds up nobody else', async () => {
    const bad = await personWithDueMail(server);
    const good = await personWithDueMail(server);
    server.smtp.failWith(450, 'over quota', bad.email);
    await server.deliverDue();
    expect(mailsTo(server, good)).toHaveLength(1);
    expect(await assignmentOf(bad)).toMatchObject({ status: 'SCHEDULED', lastError: '450 over quota' });
  });

  test('has taken, by a worker that died before it said so, comes again with the same Message-ID only', async () => {
    const person = await personWithDueMail(server);
    await server.deliverDue();
    await server.app.orm.em.fork().execute(
      `update notification set status = 'SCHEDULED', sent_at = null, lease_expires_at = ?
       where recipient_id = ? and kind = 'ASSIGNED'`,
      [new Date(server.clock.now().getTime() + 30_000), person.id],
    );
    await later(server, { seconds: 29 });
    expect(mailsTo(server, person)).toHaveLength(1);
    await later(server, { seconds: 1 });
    const ids = mailsTo(server, person).map(({ messageId }) => messageId);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  test('gets has one recipient and no header of others, whatever names and titles hold', async () => {
    const attack = 'x\r\nBcc: eve@example.com\r\nX-Attack: yes';
    const [creator, person] = [
      await buildPerson(server, { firstName: attack, lastName: attack }),
      await buildPerson(server, { firstName: attack, lastName: attack }),
    ];
    await createTicket(creator, { title: attack, assignedTo: { id: person.id } });
    await later(server, { minutes: 12 });
    const [mail, ...others] = server.smtp.mails;
    expect(others).toEqual([]);
    expect(mail?.envelopeTo).toEqual([person.email]);
    expect(mail?.headers.map(({ key }) => key)).not.toEqual(expect.arrayContaining(['bcc']));
    expect(mail?.headers.map(({ key }) => key)).not.toEqual(expect.arrayContaining(['x-attack']));
    // Nor does a line of anybody's look like one of ours in the text.
    expect(mail?.text).not.toMatch(/^(Bcc|X-Attack):/m);
  });

  test('never sees, as the title is too long', async () => {
    const creator = await buildPerson(server);
    const { createTicket: payload } = await creator.client.query(
      'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { userErrors { code field } } }',
      { input: { title: 'x'.repeat(10_000), description: 'x' } },
    );
    expect(payload.userErrors).toEqual([{ code: 'INVALID', field: ['input', 'title'] }]);
  });
});

describe('an SMTP server that misbehaves', () => {
  let server: TestServer;
  let smtp: Server;
  let mailer: Mailer;
  /** What it does after the end of a message. */
  let afterMessage: (socket: Socket) => void;
  let messages: number;

  beforeAll(async () => {
    smtp = createServer((socket) => {
      let inMessage = false;
      socket.on('error', () => {});
      socket.write('220 test\r\n');
      socket.on('data', (data) => {
        if (inMessage) {
          if (!data.toString().endsWith('\r\n.\r\n')) return;
          inMessage = false;
          messages += 1;
          afterMessage(socket);
        } else if (data.toString().startsWith('DATA')) {
          inMessage = true;
          socket.write('354 go on\r\n');
        } else {
          socket.write('250 ok\r\n');
        }
      });
    });
    smtp.listen(0, '127.0.0.1');
    await once(smtp, 'listening');
    const address = smtp.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    mailer = createSmtpMailer({
      host: '127.0.0.1',
      port: address.port,
      from: 'Docket <docket@docket.example>',
      timeouts: { connection: 1000, socket: 1000 },
    });
    server = await startTestServer({ mailer, accessTokenSeconds: TWO_DAYS_IN_SECONDS });
  });
  beforeEach(() => {
    messages = 0;
  });
  afterAll(async () => {
    await server.stop();
    await mailer.close();
    smtp.close();
  });

  test('and hangs after DATA is given up on, and tried again later', async () => {
    const person = await personWithDueMail(server);
    afterMessage = () => {};
    await server.deliverDue();
    expect(await assignmentOf(person)).toMatchObject({
      status: 'SCHEDULED',
      attempts: 1,
      lastError: 'the mail server did not answer in time',
    });
    afterMessage = (socket) => void socket.write('250 taken\r\n');
    await later(server, { minutes: 1 });
    expect(await assignmentOf(person)).toMatchObject({ status: 'SENT', attempts: 2 });
  });

  test('and drops the connection after 250 has got each mail once', async () => {
    const people = [await personWithDueMail(server), await personWithDueMail(server), await personWithDueMail(server)];
    afterMessage = (socket) => void socket.end('250 taken\r\n');
    await later(server, { minutes: 30 });
    // One that began on a connection just when it was closed is tried again.
    for (let minute = 0; minute < 3; minute += 1) await later(server, { minutes: 1 });
    for (const person of people) expect(await assignmentOf(person)).toMatchObject({ status: 'SENT' });
    expect(messages).toBe(people.length);
  });

  test('and refuses connections is tried again when it is back', async () => {
    const person = await personWithDueMail(server);
    afterMessage = (socket) => void socket.destroy();
    await server.deliverDue();
    expect(await assignmentOf(person)).toMatchObject({
      status: 'SCHEDULED',
      lastError: 'the mail server closed the connection',
    });
    afterMessage = (socket) => void socket.write('250 taken\r\n');
    await later(server, { minutes: 1 });
    expect(await assignmentOf(person)).toMatchObject({ status: 'SENT' });
  });
});
