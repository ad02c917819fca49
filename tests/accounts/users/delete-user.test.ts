import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { TicketStatus } from '../../../src/tickets/ticket.entity.js';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { call, faults, faultsOf, refusalOf, refusals, succeed } from '../../support/calls.js';
import { buildComment, buildPerson, buildTicket, PASSWORD, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let admin: Person;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
beforeEach(async () => {
  person = await buildPerson(server, { firstName: 'Ada', lastName: 'Gone' });
});
afterAll(async () => server.stop());

async function rows<Row>(query: ReturnType<typeof sql<Row>>): Promise<Row[]> {
  return (await query.execute(server.app.orm.em.getKysely())).rows;
}

describe('deleting a user', () => {
  test('is for themselves and for who may manage users, and answers with the user as they now stand', async () => {
    const stranger = await buildPerson(server, {
      role: { canEditAll: true, canDeleteAll: true, canManageTickets: true },
    });
    expect(await refusals(stranger.client, 'deleteUser', { id: person.id })).toEqual(['FORBIDDEN']);
    expect(await refusals(server.anonymous, 'deleteUser', { id: person.id })).toEqual(['UNAUTHENTICATED']);
    await succeed(stranger.client, 'deleteUser', { id: stranger.id, currentPassword: PASSWORD });
    const { user } = await succeed(admin.client, 'deleteUser', { id: person.id }, 'user { id deletedAt }');
    expect(user).toEqual({ id: person.id, deletedAt: server.clock.now().toISOString() });
    expect(await faults(admin.client, 'deleteUser', { id: person.id })).toEqual(['NOT_FOUND input.id']);
    expect(await faults(admin.client, 'deleteUser', { id: 'no id' })).toEqual(['NOT_FOUND input.id']);
  });

  test('ends all their sessions at once, and they cannot sign in', async () => {
    const login = { login: person.username, password: PASSWORD };
    const { refreshToken } = await succeed(server.anonymous, 'signIn', login, 'refreshToken');
    await succeed(admin.client, 'deleteUser', { id: person.id });
    expect(await refusalOf(person.client)).toBe('REVOKED');
    expect(await faults(server.anonymous, 'refreshSession', { refreshToken })).toEqual(['EXPIRED input.refreshToken']);
    expect(await faults(server.anonymous, 'signIn', login)).toEqual(['INVALID_CREDENTIALS']);
  });

  test('unassigns their active tickets, each with its event, and changes nothing else of them', async () => {
    const states = [TicketStatus.OPEN, TicketStatus.ON_HOLD, TicketStatus.DONE, TicketStatus.CLOSED];
    const tickets = [];
    for (const status of states) tickets.push(await buildTicket(server, { assignedTo: person, status }));
    const read = async () =>
      rows(sql<Record<string, unknown>>`select to_jsonb(t) as ticket from ticket t order by number`);
    const before = await read();
    server.clock.advance({ minutes: 1 });
    await succeed(admin.client, 'deleteUser', { id: person.id });

    const after = await read();
    for (const [index, { ticket }] of (after as { ticket: Record<string, unknown> }[]).entries()) {
      const was = before[index]?.['ticket'] as Record<string, unknown>;
      const active = ['OPEN', 'ON_HOLD'].includes(String(was['status']));
      const {
        assigned_to_id: assignee,
        updated_at: _at,
        version: _version,
        last_activity_at: _activity,
        last_internal_activity_at: _internal,
        ...rest
      } = ticket;
      expect(was).toMatchObject(rest);
      if (was['assigned_to_id'] === person.id) expect(assignee).toBe(active ? null : person.id);
    }
    const events = await rows(sql`
      select ticket_id as "ticketId", actor_id as "actorId", changes from ticket_event
      where kind = 'CHANGED' and changes::text like ${`%${person.id}%`} order by ticket_id`);
    const change = [{ field: 'assignedTo', from: person.id, to: null }];
    expect(events).toEqual(tickets.slice(0, 2).map(({ id }) => ({ ticketId: id, actorId: admin.id, changes: change })));
  });

  test('leaves no ticket with them that is restored or opened again later', async () => {
    const [deleted, closed] = [
      await buildTicket(server, { assignedTo: person, deletedAt: server.clock.now() }),
      await buildTicket(server, { assignedTo: person, status: TicketStatus.CLOSED }),
    ];
    await succeed(admin.client, 'deleteUser', { id: person.id });
    await succeed(admin.client, 'updateTicket', { id: closed.id, status: 'OPEN' });
    const assignees = await rows(sql`
      select assigned_to_id as assignee from ticket where id in (${deleted.id}, ${closed.id})`);
    expect(assignees).toEqual([{ assignee: null }, { assignee: null }]);
  });

  test('cancels the mails that wait for them', async () => {
    server.smtp.mails.length = 0;
    await succeed(admin.client, 'createTicket', { title: 'T', description: 'D', assignedTo: { id: person.id } });
    await succeed(admin.client, 'deleteUser', { id: person.id });
    const notifications = await rows(sql`
      select status, cancel_reason as reason from notification where recipient_id = ${person.id}`);
    expect(notifications).toEqual([{ status: 'CANCELLED', reason: 'USER_DELETED' }]);
    server.clock.advance({ minutes: 13 });
    await server.deliverDue();
    // Others hear of the ticket, which nobody is assigned to any more.
    const addresses = server.smtp.mails.flatMap(({ envelopeTo }) => envelopeTo);
    expect(addresses).not.toContain(person.email);
    admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  });

  test('keeps what they wrote under their name, and hides them from every list', async () => {
    const ticket = await buildTicket(server, { createdBy: person });
    await buildComment(server, { ticket, author: person });
    await succeed(admin.client, 'deleteUser', { id: person.id });
    const found = await admin.client.query(
      `query ($id: ID!, $ticket: ID!, $username: String!) {
        ticket(id: $ticket) { createdBy { name deletedAt } comments { nodes { author { name deletedAt } } } }
        user(id: $id) { id } node(id: $id) { id } userByUsername(username: $username) { id }
        users(filter: { search: $username }) { totalCount }
        deleted: users(filter: { search: $username, deleted: true }) { nodes { id } }
      }`,
      { id: person.id, ticket: ticket.id, username: person.username },
    );
    const author = { name: 'Ada Gone', deletedAt: server.clock.now().toISOString() };
    expect(found.ticket).toEqual({ createdBy: author, comments: { nodes: [{ author }] } });
    expect([found.user, found.node, found.userByUsername, found.users.totalCount]).toEqual([null, null, null, 0]);
    expect(found.deleted.nodes).toEqual([{ id: person.id }]);
  });

  test('frees their e-mail address, and not their username', async () => {
    await succeed(admin.client, 'deleteUser', { id: person.id });
    const account = { email: person.email.toUpperCase(), password: 'correct horse battery', firstName: 'New' };
    const taken = await call(server.anonymous, 'signUp', { ...account, username: person.username.toUpperCase() });
    expect(faultsOf(taken)).toEqual(['TAKEN input.username']);
    await succeed(server.anonymous, 'signUp', { ...account, username: `new-${person.username}` });
  });

  test('never leaves an active ticket with them, when it is assigned to them at the same moment', async () => {
    for (let round = 0; round < 8; round += 1) {
      const assignee = await buildPerson(server);
      const theirs = { createdBy: admin, assignedTo: assignee };
      const mine = await Promise.all(Array.from({ length: 8 }, async () => buildTicket(server, theirs)));
      const others = await Promise.all(
        Array.from({ length: 4 }, async () => buildTicket(server, { createdBy: admin })),
      );
      const assignedTo = { username: assignee.username };
      const update = 'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }';
      const atWork = mine.map(async ({ id }) => assignee.client.send(update, { input: { id, status: 'IN_PROGRESS' } }));
      const [answers] = await Promise.all([
        // Whoever is being deleted may be at work on tickets that are then taken from them.
        Promise.all(atWork),
        succeed(admin.client, 'deleteUser', { id: assignee.id }),
        ...others.map(async ({ id }) => faults(admin.client, 'updateTicket', { id, assignedTo })),
        faults(admin.client, 'createTicket', { title: 'T', description: 'D', assignedTo }),
      ]);
      const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
      expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
      const left = await rows(sql`
        select id from ticket where assigned_to_id = ${assignee.id} and status not in ('DONE', 'CLOSED')`);
      expect(left).toEqual([]);
    }
  });
});
