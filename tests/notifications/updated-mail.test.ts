import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Person, buildPerson, buildProduct, buildTicket } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { comment, createTicket, later, mailsTo, notificationsOf, subjectsTo, updateTicket } from './actions.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
});
afterAll(async () => server.stop());

/** A ticket that is somebody's already: the mail about that is not under test. */
async function assignedTicket(): Promise<{ creator: Person; assignee: Person; id: string; number: number }> {
  const [creator, assignee] = [
    await buildPerson(server, { firstName: 'Grace', lastName: 'Hopper' }),
    await buildPerson(server),
  ];
  const ticket = await buildTicket(server, { createdBy: creator, assignedTo: assignee, title: 'Printer on fire' });
  return { creator, assignee, ...ticket };
}

describe('the mail about changes', () => {
  test('leaves to the assignee twelve minutes after the first change, with all changes since', async () => {
    const { creator, assignee, id, number } = await assignedTicket();
    await updateTicket(creator, { id, status: 'ON_HOLD', priority: 'HIGH' });
    await later(server, { minutes: 7 });
    const product = await buildProduct(server, { name: 'MediTrack' });
    await updateTicket(creator, { id, status: 'IN_PROGRESS', productId: product.id, description: 'Now it smokes.' });
    await later(server, { minutes: 4, seconds: 59 });
    expect(subjectsTo(server, assignee)).toEqual([]);

    await later(server, { seconds: 1 });
    const [mail, ...others] = mailsTo(server, assignee);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe(`[#${number}] Printer on fire`);
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain('Changed by Grace Hopper.');
      expect(part).toContain('Open → In progress');
      expect(part).not.toContain('On hold');
      expect(part).toContain('Medium → High');
      expect(part).toContain('none → MediTrack');
      expect(part).toContain(`https://docket.example/tickets/${number}`);
    }
    expect(mail?.text).toContain('Description: changed');

    await later(server, { minutes: 30 });
    expect(subjectsTo(server, assignee)).toHaveLength(1);
  });

  test('begins anew with the first change after it left', async () => {
    const { creator, assignee, id, number } = await assignedTicket();
    await updateTicket(creator, { id, status: 'ON_HOLD' });
    await later(server, { minutes: 12 });
    await updateTicket(creator, { id, status: 'DONE' });
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, assignee)).toEqual([`[#${number}] Printer on fire`, `Re: [#${number}] Printer on fire`]);
    const [first, second] = mailsTo(server, assignee);
    expect(first?.text).toContain('Status: Open → On hold');
    expect(second?.text).toContain('Status: On hold → Done');
  });

  test('does not go to an assignee who made the change', async () => {
    const { assignee, id } = await assignedTicket();
    await updateTicket(assignee, { id, status: 'DONE' });
    await comment(assignee, id, 'Done.');
    await later(server, { minutes: 12 });
    expect(mailsTo(server, assignee)).toEqual([]);
  });

  test('leaves out what the assignee has changed since', async () => {
    const { creator, assignee, id } = await assignedTicket();
    await updateTicket(creator, { id, status: 'ON_HOLD', priority: 'HIGH' });
    await updateTicket(assignee, { id, status: 'IN_PROGRESS' });
    await later(server, { minutes: 12 });
    const [mail] = mailsTo(server, assignee);
    expect(mail?.text).toContain('Priority: Medium → High');
    expect(mail?.text).not.toContain('Status');
  });

  test('is cancelled when everything is taken back', async () => {
    const { creator, assignee, id } = await assignedTicket();
    await updateTicket(creator, { id, status: 'ON_HOLD' });
    await updateTicket(creator, { id, status: 'OPEN' });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, assignee)).toEqual([]);
    expect(await notificationsOf(assignee, { kind: ['UPDATED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'RETRACTED' },
    ]);

    await updateTicket(creator, { id, status: 'DONE' });
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, assignee)).toHaveLength(1);
  });

  test('names nobody when several people made the changes', async () => {
    const { creator, assignee, id } = await assignedTicket();
    const other = await buildPerson(server, { role: BuiltInRole.TECH });
    await updateTicket(creator, { id, status: 'ON_HOLD' });
    await updateTicket(other, { id, priority: 'LOW' });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, assignee)[0]?.text).toContain('Changed by several people.');
  });

  test('tells of no internal comment, and of no comment deleted before it leaves', async () => {
    const { creator, assignee, id } = await assignedTicket();
    const staff = await buildPerson(server, { role: BuiltInRole.TECH });
    await comment(staff, id, 'The user is the problem.', true);
    const { id: deleted } = await comment(creator, id, 'Wrong ticket, sorry.');
    await server.app.orm.em.fork().execute('update comment set deleted_at = now() where id = ?', [deleted]);
    await later(server, { minutes: 12 });
    expect(mailsTo(server, assignee)).toEqual([]);
    expect(await notificationsOf(assignee, { kind: ['REPLIED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'RETRACTED' },
    ]);
  });

  test('is not needed while the mail about the assignment waits, which shows the ticket as it is then', async () => {
    const [creator, assignee] = [await buildPerson(server), await buildPerson(server)];
    const { id, number } = await createTicket(creator, { assignedTo: { id: assignee.id } });
    await updateTicket(creator, { id, priority: 'EMERGENCY', title: 'The whole office is on fire' });
    await later(server, { minutes: 12 });
    expect(subjectsTo(server, assignee)).toEqual([`[#${number}] The whole office is on fire`]);
    expect(mailsTo(server, assignee)[0]?.text).toContain('Open · Emergency · Bug');
  });

  test('is cancelled when the ticket goes to somebody else', async () => {
    const { creator, assignee, id } = await assignedTicket();
    const other = await buildPerson(server);
    await updateTicket(creator, { id, status: 'ON_HOLD' });
    await updateTicket(creator, { id, assignedTo: { id: other.id } });
    await later(server, { minutes: 12 });
    expect(mailsTo(server, assignee)).toEqual([]);
    expect(await notificationsOf(assignee, { kind: ['UPDATED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'REASSIGNED' },
    ]);
    expect(mailsTo(server, other)).toHaveLength(1);
  });

  test('is one when many change and comment at the same time', async () => {
    const { creator, assignee, id } = await assignedTicket();
    await Promise.all([
      ...['LOW', 'HIGH', 'EMERGENCY'].map(async (priority) => updateTicket(creator, { id, priority })),
      ...Array.from({ length: 12 }, async (_, i) => comment(creator, id, `Comment number ${i}.`)),
    ]);
    await later(server, { minutes: 12 });
    const [mail, ...others] = mailsTo(server, assignee);
    expect(others).toEqual([]);
    expect(mail?.text).toMatch(/(?:^> Comment number \d+\.\n— Grace Hopper\n\n){10}And 2 more comments\./m);
    expect(mail?.text).toContain('And 2 more comments.');
    expect(mail?.text).toContain('Priority: ');
  });
});
