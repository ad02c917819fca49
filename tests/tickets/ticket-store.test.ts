import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { Db } from '../../src/database/db.js';
import { Writes } from '../../src/database/writes.js';
import { NotificationService } from '../../src/notifications/notification.service.js';
import { updateTicket } from '../../src/tickets/ticket.commands.js';
import { TicketStore } from '../../src/tickets/ticket.store.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { select } from '../support/database-state.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { sentStatements } from '../support/sent-statements.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CREATE = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) { ticket { id number title } userErrors { code field } } }`;
const UPDATE = `mutation ($input: UpdateTicketInput!) {
  updateTicket(input: $input) { ticket { id title status } userErrors { code field } } }`;

let server: TestServer;
let tech: Person;
let assignee: Person;
let store: TicketStore;
beforeAll(async () => {
  server = await startTestServer();
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  assignee = await buildPerson(server);
  const { orm, clock } = server.app;
  const notifications = new NotificationService({
    clock,
    delayMs: 1000,
    replyDelayMs: 1000,
    scheduleDeliveries: () => {},
  });
  store = new TicketStore({ orm, db: new Db(orm), writes: new Writes(orm), notifications });
});
afterAll(async () => server.stop());

/** An assigned ticket with a pending mail to its assignee about its assignment, or about a change. */
async function assigned(kind: 'ASSIGNED' | 'UPDATED'): Promise<string> {
  const { id } = await buildTicket(server, { createdBy: tech });
  const change = async (input: object) => tech.client.query(UPDATE, { input: { id, ...input } });
  await change({ assignedTo: { id: assignee.id } });
  if (kind === 'UPDATED') {
    await select(server, sql`update notification set status = 'SENT' where ticket_id = ${id} returning id`);
    await change({ priority: 'LOW' });
  }
  return id;
}

function viewerOf({ id }: Person) {
  const all = { canViewAll: true, canEditAll: true, canDeleteAll: true };
  const role = { ...all, canManageUsers: true, canManageTickets: true, canAssignTickets: true };
  return { id, sessionId: id, role, permissions: { create: true, edit: true, view: true, delete: true } };
}

/** Reads a ticket, lets something happen, then writes a change of its title. */
async function changeLate(id: string, meanwhile: () => Promise<unknown>) {
  const read = await store.load(id);
  if (read === null) throw new Error('There is no such ticket');
  const state = sql`select (select to_jsonb(t) from ticket t where id = ${id}) as ticket,
    (select count(*)::int from ticket_event where ticket_id = ${id}) as events,
    (select jsonb_agg(n order by id) from notification n where ticket_id = ${id}) as mails`;
  await meanwhile();
  const before = await select(server, state);
  const write = updateTicket(viewerOf(tech), read, { title: 'Late' }, server.clock.now().toISOString());
  const written = write && (await store.save(write));
  const after = await select(server, state);
  return { written, unchanged: JSON.stringify(after) === JSON.stringify(before) };
}

describe('how often PostgreSQL is asked', () => {
  test('once to create a ticket, and twice to change its own fields', async () => {
    const { id } = await buildTicket(server, { createdBy: tech });
    await tech.client.query('{ viewer { id } }');
    const creating = await server.countStatements(async () =>
      // Done, so that no mail is enqueued whose job would be scheduled meanwhile.
      tech.client.query(CREATE, { input: { title: 'Counted', description: 'Once.', status: 'DONE' } }),
    );
    const changing = await server.countStatements(async () =>
      tech.client.query(UPDATE, { input: { id, title: 'Counted', status: 'CLOSED' } }),
    );
    expect({ creating, changing }).toEqual({ creating: 1, changing: 2 });
  });
});

describe('a change that was decided on what is not so any more writes nothing', () => {
  test('unless nothing has changed', async () => {
    for (const kind of ['ASSIGNED', 'UPDATED'] as const) {
      const id = await assigned(kind);
      const { written, unchanged } = await changeLate(id, async () => {});
      expect(written?.ticket).toMatchObject({ id, title: 'Late' });
      expect(unchanged).toBe(false);
    }
  });

  test.each([
    ['the ticket was changed', 'UPDATED', (id: string) => sql`update ticket set priority = 'HIGH' where id = ${id}`],
    ['the ticket was deleted', 'UPDATED', (id: string) => sql`update ticket set deleted_at = now() where id = ${id}`],
  ] as const)('%s', async (_, kind, meanwhile) => {
    const id = await assigned(kind);
    const outcome = await changeLate(id, async () => select(server, sql`${meanwhile(id)} returning id`));
    expect(outcome).toEqual({ written: null, unchanged: true });
  });
});

const waitingOf = async (id: string) =>
  select(
    server,
    sql`select kind, jsonb_array_length(changes) as changes from notification
      where ticket_id = ${id} and status = 'SCHEDULED' and lease_expires_at is null`,
  );
const takeUp = async (id: string) =>
  select(server, sql`update notification set lease_expires_at = now() where ticket_id = ${id} returning id`);

describe('a change that others hear of', () => {
  test('is added to the mail that waits, or left to the one that shows the ticket', async () => {
    const updated = await assigned('UPDATED');
    await changeLate(updated, async () => {});
    expect(await waitingOf(updated)).toEqual([{ kind: 'UPDATED', changes: 2 }]);
    const shown = await assigned('ASSIGNED');
    await changeLate(shown, async () => {});
    expect(await waitingOf(shown)).toEqual([{ kind: 'ASSIGNED', changes: 0 }]);
  });

  test.each(['UPDATED', 'ASSIGNED'] as const)('gets a mail of its own when the %s one was taken up', async (kind) => {
    const id = await assigned(kind);
    await changeLate(id, async () => takeUp(id));
    expect(await waitingOf(id)).toEqual([{ kind: 'UPDATED', changes: 1 }]);
  });
});

describe('a change among some thousand tickets', () => {
  test('reads no table of tickets from end to end', async () => {
    const { id } = await buildTicket(server, { createdBy: tech });
    const database = new Client({ connectionString: server.databaseUrl });
    await database.connect();
    try {
      await database.query(
        `insert into ticket (id, title, description, type, priority, status, created_by_id, created_at)
         select gen_random_uuid(), 'title ' || n, repeat('text ', 20), 'BUG', 'LOW', 'OPEN', $1, now() from generate_series(1, 6000) n`,
        [tech.id],
      );
      await database.query('analyze ticket');
      const statements = await sentStatements(async () =>
        tech.client.query(UPDATE, { input: { id, title: 'Another title' } }),
      );
      const ofTickets = statements.filter(({ text }) => /^\s*(with|select)\b.*\bticket t\b/s.test(text));
      expect(ofTickets.some(({ text }) => text.includes('update ticket'))).toBe(true);
      for (const { text, values } of ofTickets) {
        const { rows } = await database.query(`explain ${text}`, values);
        expect(JSON.stringify(rows)).not.toContain('Seq Scan on ticket t');
      }
    } finally {
      await database.end();
    }
  });
});
