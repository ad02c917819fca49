import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { Db } from '../../../src/database/db.js';
import { ChangeLogReader } from '../../../src/tickets/changes/change-log.reader.js';
import { TicketPriority } from '../../../src/tickets/ticket.entity.js';
import { succeed } from '../../support/calls.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { briefly, follow } from './follow.js';

let server: TestServer;
let admin: Person;
let tech: Person;
/** Sees only tickets of their own. */
let owner: Person;
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  owner = await buildPerson(server, { role: {} });
});
afterAll(async () => server.stop());

async function create(by: Person, input: object = {}): Promise<string> {
  const { ticket } = await succeed(
    by.client,
    'createTicket',
    { title: 'A', description: 'B', ...input },
    'ticket { id }',
  );
  return ticket.id;
}

describe('what a change means for a list', () => {
  test('a ticket appears when it is created, with its event, and changes and vanishes afterwards', async () => {
    const list = await follow(tech.client);
    const id = await create(admin);
    expect(await list.next()).toEqual([
      {
        cursor: expect.any(String),
        kind: 'APPEARED',
        ticketId: id,
        ticket: { id, title: 'A', status: 'OPEN' },
        event: { kind: 'CREATED' },
      },
    ]);
    await succeed(admin.client, 'updateTicket', { id, title: 'C' });
    expect(await list.next()).toMatchObject([{ kind: 'CHANGED', ticket: { title: 'C' }, event: { kind: 'CHANGED' } }]);
    await succeed(admin.client, 'deleteTicket', { id });
    expect(await list.next()).toMatchObject([{ kind: 'VANISHED', ticketId: id, ticket: null, event: null }]);
    await succeed(admin.client, 'restoreTicket', { id });
    expect(await list.next()).toMatchObject([{ kind: 'APPEARED', ticketId: id, event: { kind: 'RESTORED' } }]);
  });

  test('a ticket appears for those who get it, and vanishes for those who lose it', async () => {
    const list = await follow(owner.client);
    const id = await create(admin);
    expect(await list.next()).toEqual([]);
    await succeed(admin.client, 'updateTicket', { id, assignedTo: { id: owner.id } });
    expect(briefly(await list.next())).toEqual([`APPEARED ${id}`]);
    await succeed(admin.client, 'updateTicket', { id, assignedTo: null });
    expect(briefly(await list.next())).toEqual([`VANISHED ${id}`]);
    await succeed(admin.client, 'updateTicket', { id, title: 'hidden' });
    await succeed(admin.client, 'deleteTicket', { id });
    expect(await list.next()).toEqual([]);
  });

  test('a ticket appears and vanishes as it changes into the filter and out of it', async () => {
    const list = await follow(tech.client, { status: ['IN_PROGRESS'] });
    const id = await create(admin);
    expect(await list.next()).toEqual([]);
    await succeed(admin.client, 'updateTicket', { id, status: 'IN_PROGRESS' });
    expect(briefly(await list.next())).toEqual([`APPEARED ${id}`]);
    await succeed(admin.client, 'updateTicket', { id, priority: 'HIGH' });
    expect(briefly(await list.next())).toEqual([`CHANGED ${id}`]);
    await succeed(admin.client, 'updateTicket', { id, status: 'DONE' });
    expect(briefly(await list.next())).toEqual([`VANISHED ${id}`]);
  });
});

describe('comments', () => {
  test('are changes of their ticket when they are written, changed and deleted', async () => {
    const id = await create(admin);
    const list = await follow(owner.client, null);
    const all = await follow(tech.client);
    const { comment } = await succeed(tech.client, 'createComment', { ticketId: id, content: 'x' }, 'comment { id }');
    expect(await all.next()).toMatchObject([{ kind: 'CHANGED', ticketId: id, event: { kind: 'COMMENTED' } }]);
    await succeed(tech.client, 'updateComment', { id: comment.id, content: 'y' });
    expect(await all.next()).toMatchObject([{ kind: 'CHANGED', ticketId: id, event: null }]);
    await succeed(tech.client, 'deleteComment', { id: comment.id });
    expect(await all.next()).toMatchObject([{ kind: 'CHANGED', ticketId: id, event: null }]);
    expect(await list.next()).toEqual([]);
  });

  test('tell nothing when they are internal to those who may not read them', async () => {
    const id = await create(admin);
    const [outsider, insider] = [await follow((await buildPerson(server)).client), await follow(tech.client)];
    const input = { ticketId: id, content: 'x', internal: true };
    const { comment } = await succeed(tech.client, 'createComment', input, 'comment { id }');
    await succeed(tech.client, 'updateComment', { id: comment.id, content: 'y' });
    await succeed(tech.client, 'deleteComment', { id: comment.id });
    expect(await insider.next()).toHaveLength(3);
    expect(await outsider.next()).toEqual([]);
  });
});

test('changes for many subscribers take as many statements as for one', async () => {
  const reader = new ChangeLogReader(new Db(server.app.orm));
  const filters = [null, { active: true }, { assignedToMe: true }, { priority: [TicketPriority.HIGH] }];
  const may = { create: true, edit: true, view: true, delete: true };
  const none = { canViewAll: false, canEditAll: false, canDeleteAll: false, canManageUsers: false };
  const role = { ...none, canManageTickets: false, canAssignTickets: false };
  const subscribers = [owner, admin, tech].flatMap(({ id }) =>
    filters.map((filter) => ({
      viewer: { id, sessionId: id, role: { ...role, canViewAll: id !== owner.id }, permissions: may },
      filter,
    })),
  );
  const { position: after } = await reader.end();
  const id = await create(admin, { assignedTo: { id: owner.id }, priority: 'HIGH' });
  await create(admin);
  const { position: end } = await reader.end();
  const counts = [];
  for (const some of [subscribers.slice(0, 1), subscribers]) {
    const once = async () => server.countStatements(async () => reader.read(some, after, end));
    // The announcements of the changes may come meanwhile.
    counts.push(Math.min(await once(), await once(), await once()));
  }
  expect(counts).toEqual([2, 2]);
  const { changes } = await reader.read(subscribers, after, end);
  expect(subscribers.map((subscriber) => changes.get(subscriber)?.map(({ ticketId }) => ticketId === id))).toEqual([
    [true],
    [true],
    [true],
    [true],
    ...[admin, tech].flatMap(() => [[true, false], [true, false], undefined, [true]]),
  ]);
});

test('filters of many subscribers may have more parameters than a statement takes', async () => {
  const reader = new ChangeLogReader(new Db(server.app.orm));
  const may = { create: true, edit: true, view: true, delete: true };
  const role = { canViewAll: true, canEditAll: false, canDeleteAll: false, canManageUsers: false };
  const viewer = {
    id: tech.id,
    sessionId: tech.id,
    role: { ...role, canManageTickets: false, canAssignTickets: false },
    permissions: may,
  };
  const { position: after } = await reader.end();
  const id = await create(admin);
  const { position: end } = await reader.end();
  const part = { assignedToMe: false, createdByMe: false };
  const subscribers = Array.from({ length: 350 }, (_, hours) => ({
    viewer,
    filter: { or: Array.from({ length: 49 }, () => part), createdAt: { from: new Date(hours * 3_600_000) } },
  }));
  const { changes } = await reader.read(subscribers, after, end);
  expect(subscribers.map((each) => changes.get(each)?.map(({ ticketId }) => ticketId))).toEqual(
    subscribers.map(() => [id]),
  );
});

test('statements by hand are in the log', async () => {
  const list = await follow(tech.client);
  const { id } = await buildTicket(server, { createdBy: admin });
  await buildComment(server, { ticket: { id }, author: admin });
  const kysely = server.app.orm.em.getKysely();
  await sql`update ticket set title = 'By hand' where id = ${id}`.execute(kysely);
  expect(await list.next()).toMatchObject([
    { kind: 'APPEARED', event: null },
    { kind: 'CHANGED', event: null },
    { kind: 'CHANGED', ticket: { title: 'By hand' } },
  ]);
});
