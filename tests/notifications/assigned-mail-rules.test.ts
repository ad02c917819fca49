import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, notificationsOf, subjectsTo, updateTicket } from './actions.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
});
afterAll(async () => server.stop());

async function people(): Promise<{ creator: Person; assignee: Person }> {
  return {
    creator: await buildPerson(server, { firstName: 'Grace', lastName: 'Hopper' }),
    assignee: await buildPerson(server),
  };
}

const assign = async (by: Person, ids: string[], assignedTo: { id: string }) =>
  by.client.query('mutation ($input: UpdateTicketsInput!) { updateTickets(input: $input) { userErrors { code } } }', {
    input: { ids, assignedTo },
  });

describe('the mail about an assignment', () => {
  test('holds what was said until it leaves', async () => {
    const { creator, assignee } = await people();
    const { id } = await createTicket(creator, { assignedTo: { id: assignee.id } });
    await later(server, { minutes: 5 });
    await comment(creator, id, 'It is the one\non the second floor.');
    const { id: deleted } = await comment(creator, id, 'Wrong ticket, sorry.');
    await creator.client.query(
      'mutation ($input: DeleteCommentInput!) { deleteComment(input: $input) { userErrors { code } } }',
      {
        input: { id: deleted },
      },
    );
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    await comment(staff, id, 'The user is the problem.', true);
    await later(server, { minutes: 7 });
    await later(server, { minutes: 30 });

    const [mail, ...others] = mailsTo(server, assignee);
    expect(others).toEqual([]);
    expect(mail?.text).toContain('> It is the one\n> on the second floor.\n— Grace Hopper');
    expect(mail?.html).toContain('It is the one<br />on the second floor.');
    for (const part of [mail?.text, mail?.html]) expect(part).not.toMatch(/Wrong ticket|user is the problem|earlier/);
  });

  test('holds the newest comments of a long conversation, and counts those before', async () => {
    const { creator, assignee } = await people();
    const ticket = await buildTicket(server, { createdBy: creator });
    for (let i = 1; i <= 13; i += 1) {
      server.clock.advance({ seconds: 1 });
      await buildComment(server, { ticket, author: creator, content: `Comment number ${i}.` });
    }
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    await updateTicket(staff, { id: ticket.id, assignedTo: { id: assignee.id } });
    await later(server, { minutes: 12 });
    const [mail] = mailsTo(server, assignee);
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain('3 earlier comments are behind the link.');
      expect(part?.match(/Comment number \d+/g)).toEqual(
        Array.from({ length: 10 }, (_, i) => `Comment number ${i + 4}`),
      );
    }
  });

  test.each(['DONE', 'CLOSED'])('is not enqueued for a ticket that is created %s', async (status) => {
    const { creator, assignee } = await people();
    await createTicket(creator, { status, assignedTo: { username: assignee.username } });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, assignee)).toEqual([]);
    expect(await notificationsOf(assignee, { kind: ['ASSIGNED'] })).toEqual([]);
  });

  test('is not enqueued for a ticket that is done when it is assigned, and a mail about changes is once it is opened again', async () => {
    const { creator, assignee } = await people();
    const { id, number } = await createTicket(creator, { status: 'DONE' });
    await updateTicket(creator, { id, assignedTo: { id: assignee.id } });
    const { id: closed } = await createTicket(creator);
    await updateTicket(creator, { id: closed, status: 'CLOSED', assignedTo: { id: assignee.id } });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, assignee)).toEqual([]);

    await updateTicket(creator, { id, status: 'OPEN' });
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, assignee)).toEqual([`[#${number}] Printer on fire`]);
  });

  test('is not enqueued for somebody who takes a ticket themselves, however they name themselves', async () => {
    const { creator } = await people();
    const self = await buildPerson(server, { role: BuiltInRole.TECH });
    for (const assignedTo of [
      { id: self.id },
      { id: self.id.toUpperCase() },
      { username: self.username.toUpperCase() },
      { email: self.email },
    ]) {
      await createTicket(self, { assignedTo });
      const { id } = await createTicket(creator);
      await updateTicket(self, { id, assignedTo });
    }
    const { id } = await createTicket(creator);
    await assign(self, [id], { id: self.id });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, self)).toEqual([]);
    expect(await notificationsOf(self, { kind: ['ASSIGNED'], recipientId: [self.id] })).toEqual([]);
  });

  test('is taken back when somebody else takes the ticket, who then hears of changes', async () => {
    const { creator, assignee } = await people();
    const self = await buildPerson(server, { role: BuiltInRole.TECH });
    const { id, number } = await createTicket(creator, { assignedTo: { id: assignee.id } });
    await updateTicket(self, { id, assignedTo: { id: self.id } });
    await comment(creator, id, 'Thank you.');
    await later(server, { minutes: 12 });
    expect(mailsTo(server, assignee)).toEqual([]);
    expect(subjectsTo(server, self)).toEqual([`[#${number}] Printer on fire`]);
  });
});
