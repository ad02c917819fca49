import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { Db } from '../../src/database/db.js';
import { newId } from '../../src/common/id.js';
import { Writes } from '../../src/database/writes.js';
import { NotificationService } from '../../src/notifications/notification.service.js';
import { createTicket, updateTicket } from '../../src/tickets/ticket.commands.js';
import { TicketStatus } from '../../src/tickets/ticket.entity.js';
import { TicketStore } from '../../src/tickets/ticket.store.js';
import { InputCheck } from '../../src/common/input-check.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { select } from '../support/database-state.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CREATE = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) {
    ticket { id number title details assignedTo { id } product { id } createdBy { id } } userErrors { code field } } }`;
const UPDATE = `mutation ($input: UpdateTicketInput!) {
  updateTicket(input: $input) { ticket { id title } userErrors { code field } } }`;
const AT_ONCE = 60;

interface CreateInput {
  readonly id?: string;
  readonly details?: object;
  readonly productId?: string;
  readonly assignedTo?: object;
}

let server: TestServer;
let tech: Person;
let assignee: Person;
let quiet: Person;
let store: TicketStore;
/** Of the store. */
let statements = 0;
beforeAll(async () => {
  server = await startTestServer();
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  assignee = await buildPerson(server);
  quiet = await buildPerson(server);
  await select(server, sql`update "user" set assignment_emails = false where id = ${quiet.id} returning id`);
  const { orm, clock } = server.app;
  const notifications = new NotificationService({
    clock,
    delayMs: 1000,
    replyDelayMs: 1000,
    scheduleDeliveries: () => {},
  });
  const { run } = new Db(orm);
  const db = new Db(orm, async (statement) => {
    statements += 1;
    return run(statement);
  });
  store = new TicketStore({ orm, db, writes: new Writes(orm), notifications });
});
afterAll(async () => server.stop());

const create = async (input: CreateInput & { readonly title?: string }) =>
  (await tech.client.query(CREATE, { input: { title: 'Late', description: 'Together.', ...input } })).createTicket;

/** What is kept of the tickets with these ids. */
async function kept(ids: readonly string[]) {
  return select(
    server,
    sql<{ id: string; events: string[]; mails: string[] }>`select t.id,
      array(select e.kind || ' by ' || e.actor_id from ticket_event e where e.ticket_id = t.id) as events,
      array(select n.kind || ' to ' || n.recipient_id || ' at ' || (n.send_at - n.created_at) from notification n where n.ticket_id = t.id) as mails
      from ticket t where t.id = any(${[...ids]}) order by t.number`,
  );
}

function viewerOf(id: string) {
  const all = { canViewAll: true, canEditAll: true, canDeleteAll: true };
  const role = { ...all, canManageUsers: true, canManageTickets: true, canAssignTickets: true };
  return { id, sessionId: id, role, permissions: { create: true, edit: true, view: true, delete: true } };
}

const update = async (input: object) => (await tech.client.query(UPDATE, { input })).updateTicket;

/** Straight to the store, so that all come at the same moment in this order. */
async function written(creatorId: string, title: string) {
  const input = { title, description: 'Together.' };
  const named = { assignedToId: null, productId: null, faults: new InputCheck() };
  return store.save(createTicket(viewerOf(creatorId), newId(), input, named, server.clock.now().toISOString()));
}

/** Holds locks by hand while something happens. */
async function whileHolding(statement: string, id: string, work: (client: Client) => Promise<void>) {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(statement, [id]);
    await work(client);
  } finally {
    await client.end();
  }
}

/** A mail that waits for the assignee. */
const mail = async (id: string, kind: string, changes: object[] = []) =>
  select(
    server,
    sql`insert into notification (id, kind, status, recipient_id, ticket_id, actor_id, changes, created_at, send_at, attempts)
      values (${newId()}, ${kind}, 'SCHEDULED', ${assignee.id}, ${id}, ${assignee.id}, ${JSON.stringify(changes)}, now(), now() + '1 day', 0)
      returning id`,
  );

/** Tickets that are assigned. */
const build = async (count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => buildTicket(server, { createdBy: tech, assignedTo: assignee })),
  );
/** Straight to the store. */
const change = async (id: string, title: string, actorId = tech.id) => {
  const read = await store.load(id);
  const write = read && updateTicket(viewerOf(actorId), read, { title }, server.clock.now().toISOString());
  if (write === null) throw new Error('There is no such ticket');
  return store.save(write);
};

describe('tickets created at the same time', () => {
  test('take one statement, and are numbered as they came', async () => {
    statements = 0;
    const created = await Promise.all(Array.from({ length: 20 }, async (_, n) => written(tech.id, `Ticket ${n}`)));
    expect(statements).toBe(1);
    expect(created.map((one) => one?.ticket.title)).toEqual(Array.from({ length: 20 }, (_, n) => `Ticket ${n}`));
    const numbers = created.map((one) => one?.ticket.number ?? 0);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  });

  test('get each their own answer, and all that is acknowledged is there with its event and its mail', async () => {
    const product = await buildProduct(server);
    const taken = (await create({ id: randomUUID() })).ticket.id;
    const others = await buildPerson(server);
    await select(server, sql`update ticket set created_by_id = ${others.id} where id = ${taken} returning id`);
    const count = async () => (await select(server, sql`select id from ticket`)).length;
    const before = await count();
    const kinds: { input: CreateInput; refused?: string[]; mails?: string[] }[] = [
      { input: { productId: product.id, details: { "it's": ['"', '\\', null, 1.5] } }, mails: [] },
      { input: { productId: randomUUID() }, refused: ['NOT_FOUND', 'productId'] },
      { input: { assignedTo: { id: assignee.id } }, mails: [`ASSIGNED to ${assignee.id} at 00:12:00`] },
      { input: { assignedTo: { username: assignee.username } }, mails: [`ASSIGNED to ${assignee.id} at 00:12:00`] },
      { input: { assignedTo: { id: quiet.id } }, mails: [] },
      { input: { id: taken }, refused: ['CONFLICT', 'id'] },
      { input: { assignedTo: { id: randomUUID() } }, refused: ['NOT_FOUND', 'assignedTo.id'] },
    ];
    const asked = Array.from({ length: AT_ONCE }, (_, n) => ({ n, ...(kinds[n % kinds.length] ?? { input: {} }) }));
    const answers = await Promise.all(asked.map(async ({ n, input }) => create({ ...input, title: `Ticket ${n}` })));

    for (const [n, { input, refused, mails }] of asked.entries()) {
      const { ticket, userErrors } = answers[n];
      if (refused) {
        const [code, field = ''] = refused;
        expect({ ticket, userErrors }).toEqual({
          ticket: null,
          userErrors: [{ code, field: ['input', ...field.split('.')] }],
        });
        continue;
      }
      expect({ ticket, userErrors }).toMatchObject({
        userErrors: [],
        ticket: { title: `Ticket ${n}`, details: input.details ?? null, createdBy: { id: tech.id } },
      });
      expect(await kept([ticket.id])).toEqual([{ id: ticket.id, events: [`CREATED by ${tech.id}`], mails }]);
    }
    const accepted = asked.filter(({ refused }) => refused === undefined);
    expect(await count()).toBe(before + accepted.length);
  });

  test('fail none of each other when PostgreSQL refuses one', async () => {
    const creators = [tech.id, tech.id, randomUUID(), tech.id, tech.id];
    const outcomes = await Promise.allSettled(creators.map(async (id, n) => written(id, `Ticket ${n}`)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const ids = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value?.ticket.id ?? ''] : []));
    expect((await kept(ids)).map(({ events }) => events)).toEqual(ids.map(() => [`CREATED by ${tech.id}`]));
  });

  // In less than the five seconds that a statement may take.
  test('do not wait with one whose product is just being deleted', async () => {
    const doomed = await buildProduct(server);
    const product = await buildProduct(server);
    await whileHolding('update product set deleted_at = now() where id = $1', doomed.id, async (client) => {
      await create({});
      let isOver = false;
      const waits = create({ productId: doomed.id }).finally(() => {
        isOver = true;
      });
      const others = await Promise.all(Array.from({ length: 10 }, async () => create({ productId: product.id })));
      expect(others.map(({ userErrors }) => userErrors)).toEqual(others.map(() => []));
      expect(isOver).toBe(false);
      await client.query('commit');
      expect(await waits).toEqual({
        ticket: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'productId'] }],
      });
    });
  }, 4_000);
});

describe('tickets changed at the same time', () => {
  test('are read and written by a few statements', async () => {
    const tickets = await build(20);
    statements = 0;
    await Promise.all(tickets.map(async ({ id }, n) => change(id, `Changed ${n}`)));
    // Alone they would take forty. Which go together depends on which answer is first.
    expect(statements).toBeGreaterThan(1);
    expect(statements).toBeLessThanOrEqual(14);
    const titles = await select(
      server,
      sql`select title from ticket where id = any(${tickets.map(({ id }) => id)}) order by split_part(title, ' ', 2)::int`,
    );
    expect(titles).toEqual(tickets.map((_, n) => ({ title: `Changed ${n}` })));
  });

  test('come to the same as by the long way, one after the other', async () => {
    const situations = [
      { ticket: { assignedTo: null }, input: { title: 'Other', priority: 'HIGH' } },
      {
        ticket: { assignedTo: null, status: TicketStatus.DONE },
        input: { title: 'Other', status: 'DONE', type: 'BUG' },
      },
      { ticket: { assignedTo: null, status: TicketStatus.DONE }, input: { status: 'OPEN' } },
      { ticket: {}, input: { status: 'CLOSED', description: 'Better now.' } },
      { ticket: {}, input: { details: { "it's": ['"', null] } } },
      { ticket: { assignedTo: tech }, input: { title: 'Other' } },
      { ticket: { assignedTo: quiet }, input: { title: 'Other', details: null } },
      { ticket: {}, kind: 'ASSIGNED', input: { title: 'Other' } },
      {
        ticket: {},
        kind: 'UPDATED',
        told: [{ field: 'title', from: 'First', to: 'Before' }],
        input: { title: 'Other', priority: 'LOW' },
      },
      {
        ticket: {},
        kind: 'UPDATED',
        told: [{ field: 'title', from: 'Other', to: 'Before' }],
        input: { title: 'Other' },
      },
    ];
    const state = async (act: (inputs: readonly object[]) => Promise<unknown>) => {
      const ids: string[] = [];
      const inputs: object[] = [];
      for (const { ticket, kind, told, input } of situations) {
        const assignedTo = ticket.assignedTo === undefined ? assignee : ticket.assignedTo;
        const { id } = await buildTicket(server, { title: 'Before', createdBy: tech, ...ticket, assignedTo });
        if (ticket.status)
          await select(server, sql`update ticket set closed_at = created_at where id = ${id} returning id`);
        if (kind) await mail(id, kind, told);
        ids.push(id);
        inputs.push({ id, ...input, assignedTo: assignedTo && { id: assignedTo.id } });
      }
      await act(inputs);
      return Promise.all(
        ids.map(async (id) =>
          select(
            server,
            sql`select title, description, details, type, priority, status, closed_at, updated_at, version,
              array(select to_jsonb(e) - '{id,ticket_id}'::text[] from ticket_event e where e.ticket_id = t.id) as events,
              array(select to_jsonb(n) - '{id,ticket_id,created_at,send_at}'::text[] from notification n where n.ticket_id = t.id) as mails
              from ticket t where id = ${id}`,
          ),
        ),
      );
    };
    // With the assignee that the ticket has, changes go the long way, and change nothing more.
    const oneByOne = await state(async (inputs) => {
      for (const input of inputs) await update(input);
    });
    const together = await state(async (inputs) =>
      Promise.all(inputs.map(async (input) => update({ ...input, assignedTo: undefined }))),
    );
    expect(together).toEqual(oneByOne);
    expect(JSON.stringify(oneByOne)).toContain('UPDATED');
  });

  test('lose nothing, many tickets and many changes of each', async () => {
    const tickets = await build(12);
    const inputs = [
      { title: 'New' },
      { description: 'New.' },
      { type: 'FEATURE' },
      { priority: 'EMERGENCY' },
      { details: { new: true } },
    ];
    const answers = await Promise.all(
      inputs.flatMap((input) => tickets.map(async ({ id }) => update({ id, ...input }))),
    );
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    for (const { id } of tickets) {
      const [ticket] = await select(
        server,
        sql`select title, description, type, priority, details, version,
          (select count(*)::int from ticket_event where ticket_id = t.id) as events,
          array(select jsonb_array_length(changes) from notification where ticket_id = t.id) as told
          from ticket t where id = ${id}`,
      );
      expect(ticket).toEqual({ ...Object.assign({}, ...inputs), version: 6, events: 5, told: [5] });
    }
  });

  test('fail none of each other when PostgreSQL refuses one', async () => {
    const tickets = await build(5);
    const outcomes = await Promise.allSettled(
      tickets.map(async ({ id }, n) => change(id, `Changed ${n}`, n === 2 ? randomUUID() : tech.id)),
    );
    const [refused] = outcomes.splice(2, 1);
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'fulfilled'));
    // Null, which sends the caller the long way, if PostgreSQL told of the refusal and had not yet let go of the rows.
    expect(refused?.status === 'rejected' || refused?.value === null).toBe(true);
  });

  // In less than the five seconds that a statement may take.
  test('do not wait with one that somebody has locked', async () => {
    const [locked, ...others] = await build(11);
    await whileHolding('select 1 from ticket where id = $1 for update', locked?.id ?? '', async (client) => {
      let isOver = false;
      const waits = update({ id: locked?.id, title: 'Late' }).finally(() => {
        isOver = true;
      });
      const answers = await Promise.all(others.map(async ({ id }) => update({ id, title: 'Soon' })));
      expect(answers.map(({ ticket }) => ticket)).toEqual(others.map(({ id }) => ({ id, title: 'Soon' })));
      expect(isOver).toBe(false);
      await client.query('commit');
      expect((await waits).ticket).toEqual({ id: locked?.id, title: 'Late' });
    });
  }, 4_000);
});
