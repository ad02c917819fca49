import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { cli, file } from '../../cli/support.js';
import { succeed } from '../../support/calls.js';
import { buildPerson, buildTicket, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { briefly, follow } from './follow.js';

let server: TestServer;
let ada: Person;
/** Sees only tickets of their own. */
let owner: Person;
beforeAll(async () => {
  server = await startTestServer();
  ada = await buildPerson(server, { username: 'ada', role: BuiltInRole.ADMIN });
  owner = await buildPerson(server, { role: {} });
});
afterAll(async () => server.stop());

test('an import makes its tickets appear, with their comments, for those who may see them', async () => {
  const [all, own, open] = [
    await follow(ada.client),
    await follow(owner.client),
    await follow(ada.client, { status: ['OPEN'] }),
  ];
  const tickets = [
    { id: 1, title: 'One', description: 'a', createdBy: 'ada', comments: [{ content: 'x', author: 'ada' }] },
    { id: 2, title: 'Two', description: 'b', createdBy: 'ada', assignedTo: owner.username, status: 'DONE' },
  ];
  const path = await file('tickets.json', JSON.stringify(tickets));
  const { code, stdout, stderr } = await cli(server, ['import-tickets', path, '--source', 'log']);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stderr: '' });
  const changes = await all.next();
  expect(changes.map(({ kind, ticket, event }) => [kind, ticket?.title, event?.kind])).toEqual([
    ['APPEARED', 'One', 'CREATED'],
    ['APPEARED', 'Two', 'CREATED'],
    ['CHANGED', 'One', 'COMMENTED'],
  ]);
  expect((await own.next()).map(({ kind, ticket }) => [kind, ticket?.title])).toEqual([['APPEARED', 'Two']]);
  expect((await open.next()).map(({ ticket }) => ticket?.title)).toEqual(['One', 'One']);
});

test('updateTickets tells of each of its tickets', async () => {
  const tickets = [await buildTicket(server, { createdBy: ada }), await buildTicket(server, { createdBy: ada })];
  const ids = tickets.map(({ id }) => id);
  const [all, own] = [await follow(ada.client), await follow(owner.client)];
  await succeed(ada.client, 'updateTickets', { ids, assignedTo: { id: owner.id } });
  expect(briefly(await all.next()).toSorted()).toEqual(ids.map((id) => `CHANGED ${id}`).toSorted());
  expect(briefly(await own.next()).toSorted()).toEqual(ids.map((id) => `APPEARED ${id}`).toSorted());
});

test('deleting a user tells of the tickets that become unassigned', async () => {
  const leaving = await buildPerson(server);
  const { id } = await buildTicket(server, { createdBy: ada, assignedTo: leaving });
  const [all, unassigned] = [await follow(ada.client), await follow(ada.client, { unassigned: true })];
  await succeed(ada.client, 'deleteUser', { id: leaving.id });
  expect(await all.next()).toMatchObject([{ kind: 'CHANGED', ticketId: id, event: { kind: 'CHANGED' } }]);
  expect(briefly(await unassigned.next())).toEqual([`APPEARED ${id}`]);
});

test('marking a duplicate and taking the mark away tell of the ticket that repeats', async () => {
  const [original, copy] = [
    await buildTicket(server, { createdBy: ada }),
    await buildTicket(server, { createdBy: ada }),
  ];
  const [all, open] = [await follow(ada.client), await follow(ada.client, { active: true })];
  await succeed(ada.client, 'markDuplicate', { ticketId: copy.id, duplicateOfId: original.id });
  expect(briefly(await all.next())).toEqual([`CHANGED ${copy.id}`]);
  expect(briefly(await open.next())).toEqual([`VANISHED ${copy.id}`]);
  await succeed(ada.client, 'unmarkDuplicate', { ticketId: copy.id });
  expect(briefly(await all.next())).toEqual([`CHANGED ${copy.id}`]);
});

test('a refused change, and one that changes nothing, tell nothing', async () => {
  const { id } = await buildTicket(server, { createdBy: ada, title: 'Same' });
  const all = await follow(ada.client);
  await succeed(ada.client, 'updateTicket', { id, title: 'Same' });
  await owner.client.send(`mutation { deleteTicket(input: { id: "${id}" }) { userErrors { code } } }`);
  expect(await all.next()).toEqual([]);
});

test('viewers who may see deleted tickets may subscribe to their changes', async () => {
  const { id } = await buildTicket(server, { createdBy: ada });
  const deleted = await follow(ada.client, { deleted: true });
  const both = await follow(ada.client, { or: [{ deleted: true }, { deleted: false }] });
  await succeed(ada.client, 'deleteTicket', { id });
  expect(briefly(await deleted.next())).toEqual([`APPEARED ${id}`]);
  expect(briefly(await both.next())).toEqual([`CHANGED ${id}`]);
  await succeed(ada.client, 'restoreTicket', { id });
  expect(briefly(await deleted.next())).toEqual([`VANISHED ${id}`]);
});

test('a ticket that is hidden by the time of reading is told as vanished, without what happened to it', async () => {
  const { id } = await buildTicket(server, { createdBy: ada, assignedTo: owner });
  const [own, all] = [await follow(owner.client), await follow(ada.client)];
  await succeed(ada.client, 'updateTicket', { id, title: 'Before' });
  await succeed(ada.client, 'updateTicket', { id, assignedTo: null, title: 'SECRET' });
  await succeed(ada.client, 'updateTicket', { id, title: 'SECRET too' });
  expect(await own.next()).toMatchObject([
    { kind: 'VANISHED', ticket: null, event: null },
    { kind: 'VANISHED', ticket: null, event: null },
  ]);
  expect(await all.next()).toHaveLength(3);
});
