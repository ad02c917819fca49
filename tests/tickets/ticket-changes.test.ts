import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { select } from '../support/database-state.js';
import { buildPerson, buildProduct, type Person } from '../support/factories.js';
import { expectRefused } from '../support/refusals.js';
import { startTestServer, type TestServer } from '../support/server.js';

const TICKET = `fragment all on Ticket {
  id number title description details type priority status version
  createdAt updatedAt closedAt deletedAt product { id } createdBy { id } assignedTo { id }
}`;
const CREATE = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) { ticket { ...all } userErrors { code message field } }
} ${TICKET}`;
const UPDATE = `mutation ($input: UpdateTicketInput!) {
  updateTicket(input: $input) { ticket { ...all } userErrors { code message field } }
} ${TICKET}`;
const DELETE = `mutation ($input: DeleteTicketInput!) {
  deleteTicket(input: $input) { ticket { ...all } userErrors { code message field } }
} ${TICKET}`;

let server: TestServer;
let creator: Person;
beforeAll(async () => {
  server = await startTestServer();
  creator = await buildPerson(server);
});
afterAll(async () => server.stop());

async function create(fields: Record<string, unknown> = {}) {
  const input = { title: 'Printer on fire', description: 'It burns.', ...fields };
  const { createTicket } = await creator.client.query(CREATE, { input });
  expect(createTicket.userErrors).toEqual([]);
  return createTicket.ticket;
}

async function update(id: string, fields: Record<string, unknown>) {
  const { updateTicket } = await creator.client.query(UPDATE, { input: { id, ...fields } });
  expect(updateTicket.userErrors).toEqual([]);
  return updateTicket.ticket;
}

interface Event {
  kind: string;
  actor: string;
  changes: unknown;
  at: string;
}

const historyOf = async (id: string) =>
  select(
    server,
    sql<Event>`select kind, actor_id as actor, changes, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from ticket_event where ticket_id = ${id} order by id`,
  );

const nowIso = () => server.clock.now().toISOString();

describe('a new ticket', () => {
  test('has the defaults, its creator and no change yet', async () => {
    expect(await create()).toMatchObject({
      title: 'Printer on fire',
      description: 'It burns.',
      details: null,
      type: 'BUG',
      priority: 'MEDIUM',
      status: 'OPEN',
      product: null,
      createdBy: { id: creator.id },
      assignedTo: null,
      createdAt: nowIso(),
      updatedAt: null,
      closedAt: null,
      deletedAt: null,
      version: 1,
    });
  });

  test('has a higher number than the one before', async () => {
    const [first, second] = [await create(), await create()];
    expect(second.number).toBeGreaterThan(first.number);
  });

  test('that is closed from the start says when', async () => {
    expect(await create({ status: 'CLOSED' })).toMatchObject({ closedAt: nowIso(), updatedAt: null });
  });

  test('has one event in its history', async () => {
    const { id } = await create({ assignedTo: { id: creator.id } });
    expect(await historyOf(id)).toEqual([{ kind: 'CREATED', actor: creator.id, changes: [], at: nowIso() }]);
  });
});

describe('a change', () => {
  test('of the status alone leaves all else as it is', async () => {
    const product = await buildProduct(server);
    const assignee = await buildPerson(server);
    const before = await create({
      details: { room: '12b' },
      type: 'FEATURE',
      priority: 'HIGH',
      productId: product.id,
      assignedTo: { id: assignee.id },
    });
    server.clock.advance({ minutes: 1 });
    const after = await update(before.id, { status: 'IN_PROGRESS' });
    expect(after).toEqual({ ...before, status: 'IN_PROGRESS', version: 2, updatedAt: nowIso() });
    const { ticket } = await creator.client.query(`query ($id: ID!) { ticket(id: $id) { ...all } } ${TICKET}`, {
      id: before.id,
    });
    expect(ticket).toEqual(after);
  });

  test('raises the version by one, however many fields it changes', async () => {
    const { id } = await create();
    expect(await update(id, { title: 'A', description: 'B', priority: 'LOW' })).toMatchObject({ version: 2 });
    expect(await update(id, { title: 'C' })).toMatchObject({ version: 3 });
  });

  test('that changes nothing leaves version, updatedAt and history alone', async () => {
    const { id } = await create({ assignedTo: { id: creator.id }, details: { b: 1, a: [2] } });
    server.clock.advance({ minutes: 1 });
    const same = {
      title: 'Printer on fire',
      status: 'OPEN',
      assignedTo: { id: creator.id },
      details: { b: 1, a: [2] },
    };
    expect(await update(id, same)).toMatchObject({ version: 1, updatedAt: null });
    expect(await update(id, {})).toMatchObject({ version: 1, updatedAt: null });
    expect(await historyOf(id)).toHaveLength(1);
  });

  test('is recorded with its actor, and each field as it was and as it is', async () => {
    const product = await buildProduct(server);
    const admin = await buildPerson(server, { role: { canViewAll: true, canEditAll: true } });
    const { id } = await create({ details: { room: 1 } });
    server.clock.advance({ minutes: 1 });
    await admin.client.query(UPDATE, {
      input: {
        id,
        title: 'Fire',
        details: null,
        status: 'ON_HOLD',
        productId: product.id,
        assignedTo: { id: admin.id },
      },
    });
    const [, event, ...more] = await historyOf(id);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ kind: 'CHANGED', actor: admin.id, at: nowIso() });
    expect(event?.changes).toEqual([
      { field: 'title', from: 'Printer on fire', to: 'Fire' },
      { field: 'details', from: '{"room":1}', to: null },
      { field: 'status', from: 'OPEN', to: 'ON_HOLD' },
      { field: 'product', from: null, to: product.id },
      { field: 'assignedTo', from: null, to: admin.id },
    ]);
  });

  test('made with the version that the ticket has succeeds', async () => {
    const { id, version } = await create();
    expect(await update(id, { title: 'Fire', expectedVersion: version })).toMatchObject({ title: 'Fire', version: 2 });
  });

  test.each([0, 1, 3, -1, 2 ** 31 - 1])(
    'made with version %i of a ticket at 2 is a CONFLICT that shows the ticket as it is',
    async (expectedVersion) => {
      const { id } = await create();
      const current = await update(id, { title: 'Changed by somebody' });
      const call = { mutation: UPDATE, input: { id, title: 'Lost update', expectedVersion } };
      const payload = await expectRefused(server, creator.client, call, 'CONFLICT input.expectedVersion');
      expect(payload).toMatchObject({ ticket: current });
    },
  );
});

describe('closedAt', () => {
  test('is when the ticket last became DONE or CLOSED, and null while it is active', async () => {
    const { id } = await create();
    const seen = [];
    for (const status of ['DONE', 'CLOSED', 'ON_HOLD', 'CLOSED', 'OPEN']) {
      server.clock.advance({ minutes: 1 });
      seen.push({ ...(await update(id, { status })), now: nowIso() });
    }
    const [done, closed, held, closedAgain, reopened] = seen;
    expect(done.closedAt).toBe(done.now);
    expect(closed.closedAt).toBe(closed.now);
    expect(held.closedAt).toBeNull();
    expect(closedAgain.closedAt).toBe(closedAgain.now);
    expect(reopened.closedAt).toBeNull();
  });

  test('stays when a closed ticket is changed otherwise, or closed again with the same status', async () => {
    const { id, closedAt } = await create({ status: 'DONE' });
    server.clock.advance({ minutes: 1 });
    expect(await update(id, { title: 'Fire', status: 'DONE' })).toMatchObject({ closedAt, version: 2 });
  });

  test('allows every change from one status to another', async () => {
    const statuses = ['OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD', 'DONE', 'CLOSED'];
    const { id } = await create();
    for (const from of statuses) {
      for (const to of statuses.filter((status) => status !== from)) {
        expect(await update(id, { status: from })).toMatchObject({ status: from });
        const { closedAt } = await update(id, { status: to });
        expect(closedAt !== null).toBe(['DONE', 'CLOSED'].includes(to));
      }
    }
  });
});

describe('a deleted ticket', () => {
  test('is gone from every read and every count, with its comments', async () => {
    const { id, number } = await create({ title: 'Gone' });
    const { createComment } = await creator.client.query(
      'mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } } }',
      { input: { ticketId: id, content: 'Still there?' } },
    );
    const commentId = createComment.comment.id;
    const READ = `query ($id: ID!, $number: Int!, $commentId: ID!) {
      ticket(id: $id) { id }
      ticketByNumber(number: $number) { id }
      tickets(first: 100) { nodes { id } totalCount }
      node(id: $id) { id }
      comment(id: $commentId) { id }
      commentNode: node(id: $commentId) { id }
      comments(filter: { ticketId: [$id] }) { nodes { id } totalCount }
    }`;
    const variables = { id, number, commentId };
    const before = await creator.client.query(READ, variables);
    expect(before).toMatchObject({
      ticket: { id },
      ticketByNumber: { id },
      node: { id },
      comment: { id: commentId },
      commentNode: { id: commentId },
      comments: { nodes: [{ id: commentId }], totalCount: 1 },
    });

    const { deleteTicket } = await creator.client.query(DELETE, { input: { id } });
    expect(deleteTicket).toMatchObject({ ticket: { id, title: 'Gone', deletedAt: nowIso() }, userErrors: [] });

    const after = await creator.client.query(READ, variables);
    expect(after).toMatchObject({
      ticket: null,
      ticketByNumber: null,
      node: null,
      comment: null,
      commentNode: null,
      comments: { nodes: [], totalCount: 0 },
    });
    expect(after.tickets.totalCount).toBe(before.tickets.totalCount - 1);
    expect(after.tickets.nodes).toEqual(before.tickets.nodes.filter((node: { id: string }) => node.id !== id));
  });

  test('keeps its row, its comments and its history, with the deletion as an event', async () => {
    const { id } = await create();
    await creator.client.query(DELETE, { input: { id } });
    expect((await historyOf(id)).map(({ kind, actor }) => ({ kind, actor }))).toEqual([
      { kind: 'CREATED', actor: creator.id },
      { kind: 'DELETED', actor: creator.id },
    ]);
    expect(await select(server, sql`select 1 from ticket where id = ${id} and deleted_at is not null`)).toHaveLength(1);
  });

  test('can be neither changed, nor deleted again, nor commented on', async () => {
    const { id } = await create();
    await creator.client.query(DELETE, { input: { id } });
    await expectRefused(server, creator.client, { mutation: UPDATE, input: { id, title: 'x' } }, 'NOT_FOUND input.id');
    await expectRefused(server, creator.client, { mutation: DELETE, input: { id } }, 'NOT_FOUND input.id');
  });
});
