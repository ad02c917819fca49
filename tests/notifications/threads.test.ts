import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildTicket } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, updateTicket } from './actions.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 7 * 86_400 });
});
afterAll(async () => server.stop());

const threadOf = (mail: ReturnType<typeof mailsTo>[number] | undefined) => ({
  subject: mail?.subject,
  references: mail?.references,
  inReplyTo: mail?.inReplyTo,
});

test('the mails about a ticket are one conversation for each recipient, from the first on', async () => {
  const [creator, first, second] = [await buildPerson(server), await buildPerson(server), await buildPerson(server)];
  const { id, number } = await createTicket(creator, { assignedTo: { id: first.id } });
  await later(server, { minutes: 12 });
  await comment(creator, id, 'Please hurry.');
  await later(server, { minutes: 12 });
  await updateTicket(creator, { id, status: 'ON_HOLD' });
  await later(server, { minutes: 12 });
  await updateTicket(creator, { id, assignedTo: { id: second.id } });
  await later(server, { minutes: 12 });

  const root = `<ticket.${id}@docket.example>`;
  const subject = `[#${number}] Printer on fire`;
  const [one, two, three] = mailsTo(server, first);
  expect(threadOf(one)).toEqual({ subject, references: root, inReplyTo: undefined });
  expect(threadOf(two)).toEqual({
    subject: `Re: ${subject}`,
    references: `${root} ${one?.messageId}`,
    inReplyTo: one?.messageId,
  });
  expect(threadOf(three)).toEqual({
    subject: `Re: ${subject}`,
    references: `${root} ${two?.messageId}`,
    inReplyTo: two?.messageId,
  });
  // What the second person does not have is not named to them.
  expect(mailsTo(server, second).map(threadOf)).toEqual([{ subject, references: root, inReplyTo: undefined }]);
});

test('a day in the life of a ticket is one conversation for each of its people', async () => {
  const ruth = await buildPerson(server, { firstName: 'Ruth' });
  const [mei, tomas] = [
    await buildPerson(server, { role: BuiltInRole.TECH, firstName: 'Mei' }),
    await buildPerson(server, { role: BuiltInRole.TECH, firstName: 'Tomas' }),
  ];
  const { id, number } = await createTicket(ruth);
  await later(server, { minutes: 12 });
  await updateTicket(mei, { id, assignedTo: { id: tomas.id } });
  await later(server, { minutes: 12 });
  await comment(tomas, id, 'Which floor?');
  await later(server, { minutes: 12 });
  await comment(ruth, id, `The third one. @${mei.username} knows the way.`);
  await later(server, { minutes: 12 });
  await updateTicket(tomas, { id, status: 'DONE' });
  await later(server, { minutes: 12 });
  await comment(ruth, id, 'It burns again.');
  await later(server, { minutes: 12 });

  const root = `<ticket.${id}@docket.example>`;
  const subject = `[#${number}] Printer on fire`;
  for (const person of [ruth, mei, tomas]) {
    const mails = mailsTo(server, person);
    expect(mails).not.toEqual([]);
    expect(mails.map(threadOf)).toEqual(
      mails.map((_mail, i) => {
        const previous = mails[i - 1]?.messageId;
        return previous === undefined
          ? { subject, references: root, inReplyTo: undefined }
          : { subject: `Re: ${subject}`, references: `${root} ${previous}`, inReplyTo: previous };
      }),
    );
    for (const { text, headers } of mails) {
      expect(text).toMatch(/^You get this mail because /m);
      expect(text).toMatch(/^Stop mails about /m);
      expect(text).toMatch(new RegExp(`^Ignore ticket #${number}: `, 'm'));
      expect(headers.map(({ key }) => key)).toEqual(
        expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post']),
      );
    }
  }
});

test('a mail about several tickets, and a digest, belong to no conversation', async () => {
  const [creator, assignee] = [await buildPerson(server, { role: BuiltInRole.USER }), await buildPerson(server)];
  for (let i = 0; i < 22; i += 1) await createTicket(creator, { assignedTo: { id: assignee.id } });
  await later(server, { minutes: 12 });
  await later(server, { minutes: 60 });
  const several = mailsTo(server, assignee).at(-1);
  expect(threadOf(several)).toEqual({
    subject: expect.stringMatching(/^2 tickets assigned to you/),
    references: undefined,
    inReplyTo: undefined,
  });
  await later(server, { minutes: 24 * 60 });
  const digest = mailsTo(server, assignee).at(-1);
  expect(threadOf(digest)).toEqual({
    subject: 'Your tickets: 22 active',
    references: undefined,
    inReplyTo: undefined,
  });
});

test('a title cannot add a header to a mail, nor hide in an encoded word', async () => {
  const [creator, assignee] = [await buildPerson(server), await buildPerson(server)];
  const title = 'x\r\nBcc: eve@evil.example\r\n =?utf-8?Q?=0ABcc:_eve@evil.example?=';
  const { id } = await buildTicket(server, { createdBy: creator, assignedTo: assignee, title });
  await comment(creator, id, `\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n${title}`);
  await later(server, { minutes: 12 });
  const [mail] = mailsTo(server, assignee);
  expect(mail?.envelopeTo).toEqual([assignee.email]);
  expect(mail?.headers.map(({ key }) => key)).not.toContain('bcc');
  expect(mail?.subject).not.toMatch(/\n/);
  expect(mail?.text).toContain('> MAIL FROM:<eve@evil.example>');
});
