import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { succeed } from '../support/calls.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { createTicket, updateTicket } from './actions.js';

let server: TestServer;
let admin: Person;
let person: Person;
/** Takes locks as another change would, one after the other. */
let other: Client;

beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
beforeEach(async () => {
  person = await buildPerson(server, { role: {} });
  other = new Client({ connectionString: server.databaseUrl });
  await other.connect();
  await other.query('begin');
});
afterEach(async () => other.end());
afterAll(async () => server.stop());

/** Waits until a call has ended, or is held up by what `other` has locked. */
async function endedOrWaiting(call: Promise<unknown>): Promise<void> {
  let isOver = false;
  void call.finally(() => {
    isOver = true;
  });
  const waiting = 'select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))';
  await waitFor(async () => isOver || (await other.query(waiting)).rows.length > 0);
}

/** Somebody's ticket, of which they have two mails waiting. */
async function ticketWithMails(): Promise<string> {
  const { id } = await createTicket(admin, { assignedTo: { id: person.id } });
  await server.app.orm.em.fork().execute(
    `insert into notification (id, kind, recipient_id, ticket_id, changes, created_at, send_at)
     select gen_random_uuid(), 'UPDATED', recipient_id, ticket_id, '[]', created_at, send_at from notification where ticket_id = ?`,
    [id],
  );
  return id;
}

describe('no deadlock', () => {
  // setTicketWatchState, and a change of the ticket.
  test.each([
    ['ticket_watch', 'notification'],
    ['notification', 'ticket_watch'],
  ])('between the link to ignore a ticket and what locks it, then %s, then %s', async (first, second) => {
    const { id } = await createTicket(admin, { assignedTo: { id: person.id } });
    await succeed(person.client, 'setTicketWatchState', { ticketId: id, state: 'WATCHING' });
    await other.query('select from ticket where id = $1 for no key update', [id]);
    await other.query(`select from ${first} where ticket_id = $1 for no key update`, [id]);

    const token = server.app.ignoreTokens.make({ userId: person.id, ticketId: id });
    const ignored = fetch(`${server.url}/ignore/${token}`, { method: 'POST' });
    await endedOrWaiting(ignored);
    await other.query(`select from ${second} where ticket_id = $1 for no key update`, [id]);
    await other.query('commit');

    expect((await ignored).status).toBe(200);
    const { ticket } = await person.client.query('query ($id: ID!) { ticket(id: $id) { viewerWatchState } }', { id });
    expect(ticket.viewerWatchState).toBe('IGNORED');
  });

  test('between the deletion of a person and changes that open tickets of theirs again', async () => {
    const [active, done] = [
      await createTicket(admin, { assignedTo: { id: person.id } }),
      await createTicket(admin, { assignedTo: { id: person.id } }),
    ];
    await updateTicket(admin, { id: done.id, status: 'DONE' });
    await other.query('select from "user" where id = $1 for no key update', [person.id]);

    const opened = succeed(admin.client, 'updateTickets', { ids: [active.id, done.id], status: 'IN_PROGRESS' });
    await endedOrWaiting(opened);
    await other.query(
      `select from ticket where assigned_to_id = $1 and status not in ('DONE', 'CLOSED') order by id for no key update`,
      [person.id],
    );
    await other.query('commit');
    await opened;
  });

  test('between the deletion of a person and a reply that opens a ticket of theirs again', async () => {
    const requester = await buildPerson(server);
    const { id } = await createTicket(requester);
    await updateTicket(admin, { id, assignedTo: { id: person.id } });
    await updateTicket(admin, { id, status: 'DONE' });
    await other.query('select from "user" where id = $1 for no key update', [person.id]);

    const replied = succeed(requester.client, 'createComment', { ticketId: id, content: 'It is back.' });
    await endedOrWaiting(replied);
    await other.query('select from ticket where id = $1 for no key update', [id]);
    await other.query('commit');
    await replied;
  });

  test.each(['ASSIGNED', 'UPDATED'])('between turning mails off and a change that has locked one: %s', async (kind) => {
    const id = await ticketWithMails();
    await other.query('select from notification where ticket_id = $1 and kind = $2 for no key update', [id, kind]);

    const off = succeed(person.client, 'updateNotificationSettings', { assignmentEmails: false, updateEmails: false });
    await endedOrWaiting(off);
    await other.query('select from notification where ticket_id = $1 for no key update', [id]);
    await other.query('commit');
    await off;
  });
});
