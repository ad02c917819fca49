import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.js';
import { Ticket, TicketStatus } from '../../src/tickets/ticket.entity.js';
import { buildPerson } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { type SmtpTestServer, startSmtpServer } from '../support/smtp.js';
import { createTicket, later, updateTicket } from './actions.js';

const MONTH_SECONDS = 30 * 86_400;
const DAY = { minutes: 24 * 60 };

let server: TestServer;
let smtp: SmtpTestServer;
/** What happens while a digest that is made is on its way to the mail server. */
let onTheWay: () => Promise<void> = async () => {};
beforeAll(async () => {
  smtp = await startSmtpServer();
  const mailer = createSmtpMailer({ host: '127.0.0.1', port: smtp.port, from: 'Docket <docket@docket.example>' });
  server = await startTestServer({
    accessTokenSeconds: MONTH_SECONDS,
    digestIntervalMs: 86_400_000,
    mailer: {
      async send(message, stored) {
        if (message.subject.startsWith('Your tickets')) await onTheWay();
        await mailer.send(message, stored);
      },
      close: async () => mailer.close(),
    },
  });
});
afterAll(async () => {
  await server.stop();
  await smtp.close();
});

async function personWith(...titles: string[]) {
  const creator = await buildPerson(server);
  const person = await buildPerson(server);
  const tickets = [];
  for (const title of titles) tickets.push(await createTicket(creator, { title, assignedTo: { id: person.id } }));
  await later(server, {});
  const digests = () =>
    smtp.mails
      .filter(({ envelopeTo, subject }) => envelopeTo.includes(person.email) && subject?.startsWith('Your tickets'))
      .map(({ subject, text }) => ({
        subject,
        closed: text?.split('Closed since')[1]?.match(/(?<=\* #\d+ )\S+/g) ?? [],
      }));
  return { person, tickets, digests };
}

test('a ticket closed while a digest is on its way is told in the next one, and there only', async () => {
  const { person, tickets, digests } = await personWith('Stays', 'Closing');
  let pending = true;
  onTheWay = async () => {
    if (!pending) return;
    pending = false;
    server.clock.advance({ seconds: 2 });
    await updateTicket(person, { id: tickets[1]?.id, status: 'DONE' });
    server.clock.advance({ seconds: 3 });
  };
  for (let day = 0; day < 3; day += 1) await later(server, DAY);
  expect(digests()).toEqual([
    { subject: 'Your tickets: 2 active', closed: [] },
    { subject: 'Your tickets: 1 active, 1 closed', closed: ['Closing'] },
    { subject: 'Your tickets: 1 active', closed: [] },
  ]);
});

test('one that is told as closed a moment before is not told again', async () => {
  const { person, tickets, digests } = await personWith('Stays', 'Just');
  server.clock.advance({ minutes: 24 * 60 - 1, seconds: 59 });
  await updateTicket(person, { id: tickets[1]?.id, status: 'DONE' });
  await later(server, { seconds: 2 });
  expect(digests()).toHaveLength(1);
  await later(server, DAY);
  expect(digests()).toEqual([
    { subject: 'Your tickets: 1 active, 1 closed', closed: ['Just'] },
    { subject: 'Your tickets: 1 active', closed: [] },
  ]);
});

test('one whose change was not committed yet when a digest looked, or by a clock that is behind, is told in the next', async () => {
  const { tickets, digests } = await personWith('Stays', 'Unseen');
  await later(server, DAY);
  const closedAt = new Date(server.clock.now().getTime() - 5000);
  await server.app.orm.em
    .fork()
    .nativeUpdate(Ticket, { id: tickets[1]?.id ?? '' }, { status: TicketStatus.DONE, closedAt });
  for (let day = 0; day < 2; day += 1) await later(server, DAY);
  expect(digests()).toEqual([
    { subject: 'Your tickets: 2 active', closed: [] },
    { subject: 'Your tickets: 1 active, 1 closed', closed: ['Unseen'] },
    { subject: 'Your tickets: 1 active', closed: [] },
  ]);
});
