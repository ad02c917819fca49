import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { succeed } from '../support/calls.js';
import { buildPerson, buildProduct, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, updateTicket } from './actions.js';

let server: TestServer;
let admin: Person;
let person: Person;
/** Takes locks as another change would, one after the other. */
let other: Client;

beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
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

/** Somebody's ticket with a comment that mentions them, of which three mails wait: ASSIGNED, REPLIED and MENTIONED. */
async function ticketWithMention(): Promise<string> {
  const { id } = await createTicket(admin, { assignedTo: { id: person.id } });
  await comment(admin, id, `Hurry, @${person.username}.`);
  return id;
}

test('a mail carries what a change of the ticket has locked, once that has ended', async () => {
  const id = await ticketWithMention();
  server.clock.advance({ minutes: 1 });
  // As the next comment does.
  await other.query('select from ticket where id = $1 for no key update', [id]);
  await other.query(`select from notification where ticket_id = $1 and kind = 'REPLIED' for no key update`, [id]);

  const sent = server.deliverDue();
  await endedOrWaiting(sent);
  await other.query('commit');
  await sent;
  await later(server, { minutes: 60 });
  expect(mailsTo(server, person)).toHaveLength(1);
});

test('what an author has caused beyond the limit is leased by nobody when its first mail is cancelled meanwhile', async () => {
  const by = await buildPerson(server, { role: {} });
  const tickets = [];
  for (let n = 0; n < 3; n += 1) tickets.push(await createTicket(by, { assignedTo: { id: person.id } }));
  const ids = tickets.map((ticket) => ticket.id);
  // As the limit postpones them.
  await other.query('update notification set mailed_with = id where ticket_id = any($1)', [ids]);
  await other.query('commit');
  server.clock.advance({ minutes: 12 });
  const ofFirst = `from notification where ticket_id = $1`;
  const { rows } = await other.query(`select id ${ofFirst}`, [ids[0]]);
  await other.query('begin');
  await other.query(`select ${ofFirst} for no key update`, [ids[0]]);

  const delivered = server.app.delivery.deliver(rows[0].id);
  await endedOrWaiting(delivered);
  await other.query(`update notification set status = 'CANCELLED', cancelled_at = now() where ticket_id = $1`, [
    ids[0],
  ]);
  await other.query('commit');
  await delivered;
  const leases =
    "select attempts, lease_expires_at from notification where ticket_id = any($1) and status = 'SCHEDULED'";
  const free = { attempts: 0, lease_expires_at: null };
  expect((await other.query(leases, [ids])).rows).toEqual([free, free]);
});

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

  test.each(['updateTickets', 'updateTicket'])(
    'between what locks people before products, and %s that opens a ticket again in another product',
    async (mutation) => {
      const { id } = await createTicket(admin, { assignedTo: { id: person.id } });
      await updateTicket(admin, { id, status: 'DONE' });
      const product = await buildProduct(server);
      await other.query('select from "user" where id = $1 for no key update', [person.id]);

      const which = mutation === 'updateTickets' ? { ids: [id] } : { id };
      const opened = succeed(admin.client, mutation, { ...which, status: 'IN_PROGRESS', productId: product.id });
      await endedOrWaiting(opened);
      await other.query('select from product where id = $1 for no key update', [product.id]);
      await other.query('commit');
      await opened;
    },
  );

  test('between a mail that is tried again with those that it carries, and a change that cancels them', async () => {
    const id = await ticketWithMention();
    server.smtp.failWith(451);
    await later(server, { minutes: 1 });
    server.smtp.failWith(undefined);
    server.clock.advance({ minutes: 1 });
    await other.query('select from ticket where id = $1 for no key update', [id]);
    const carried = 'select id from notification where ticket_id = $1 and merged_into is not null';
    // The worker would lock them in the order of their ids.
    const last = await other.query(`${carried} order by id desc limit 1 for no key update`, [id]);
    expect(last.rows).toHaveLength(1);

    const sent = server.deliverDue();
    await endedOrWaiting(sent);
    expect((await other.query(`${carried} for no key update`, [id])).rows).toHaveLength(2);
    await other.query('commit');
    await sent;
    expect(mailsTo(server, person)).toHaveLength(1);
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
