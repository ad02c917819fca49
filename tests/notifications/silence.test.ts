import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, notificationsOf, updateTicket } from './actions.js';

const HISTORY = `query ($id: ID!) { ticket(id: $id) { version history { nodes { kind notified } } } }`;
const SAY = `mutation ($input: CreateCommentInput!) {
  createComment(input: $input) { comment { id } userErrors { code } } }`;
const CREATE = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }`;
const UPDATE = `mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { ticket { id } } }`;
const UPDATE_ALL = `mutation ($input: UpdateTicketsInput!) {
  updateTickets(input: $input) { tickets { id } userErrors { code } } }`;

let server: TestServer;
let manager: Person;
let requester: Person;
let assignee: Person;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
  manager = await buildPerson(server, { role: BuiltInRole.TECH });
  requester = await buildPerson(server);
});
beforeEach(async () => {
  assignee = await buildPerson(server, { role: BuiltInRole.TECH });
});
afterAll(async () => server.stop());

const assigned = async () => (await buildTicket(server, { createdBy: requester, assignedTo: assignee })).id;

async function historyOf(id: string) {
  return (await manager.client.query(HISTORY, { id })).ticket.history.nodes;
}

describe('a silent change', () => {
  test('of any kind mails nobody, and the history says so', async () => {
    const { id } = await createTicket(manager, { assignedTo: { id: assignee.id }, notify: false });
    await updateTicket(manager, { id, priority: 'HIGH', notify: false });
    await manager.client.query(SAY, { input: { ticketId: id, content: 'Quiet.', notify: false } });
    const { updateTickets } = await manager.client.query(UPDATE_ALL, {
      input: { ids: [id], status: 'IN_PROGRESS', notify: false },
    });
    expect(updateTickets).toEqual({ tickets: [{ id }], userErrors: [] });
    await later(server, { minutes: 60 });
    expect(mailsTo(server, assignee)).toEqual([]);
    expect(await notificationsOf(manager, { ticketId: [id] })).toEqual([]);
    expect(await historyOf(id)).toEqual([
      { kind: 'CREATED', notified: false },
      { kind: 'CHANGED', notified: false },
      { kind: 'COMMENTED', notified: false },
      { kind: 'CHANGED', notified: false },
    ]);
  });

  test('enqueues nothing for the queue and for those whom it mentions', async () => {
    const { id } = await createTicket(manager, { description: `@${assignee.username} look.`, notify: false });
    const content = `@${assignee.username} look again.`;
    await manager.client.query(SAY, { input: { ticketId: id, content, notify: false } });
    await later(server, { minutes: 60 });
    expect(mailsTo(server, assignee)).toEqual([]);
    expect(await notificationsOf(manager, { ticketId: [id] })).toEqual([]);
    await comment(manager, id, content);
    await later(server, { minutes: 5 });
    expect(mailsTo(server, assignee)).toHaveLength(1);
  });

  test('needs notify: false; true and null are the default', async () => {
    const id = await assigned();
    await updateTicket(manager, { id, priority: 'HIGH', notify: true });
    await updateTicket(manager, { id, title: 'Printer still on fire', notify: null });
    expect(await historyOf(id)).toEqual([
      { kind: 'CHANGED', notified: true },
      { kind: 'CHANGED', notified: true },
    ]);
    await later(server, { minutes: 15 });
    expect(mailsTo(server, assignee)).toHaveLength(1);
  });

  test('is left out of the mail that waits already', async () => {
    const id = await assigned();
    await updateTicket(requester, { id, title: 'Printer on fire' });
    await updateTicket(manager, { id, priority: 'EMERGENCY', notify: false });
    await comment(requester, id, 'Please hurry.');
    await manager.client.query(SAY, { input: { ticketId: id, content: 'A quiet word.', notify: false } });
    await later(server, { minutes: 60 });
    const mails = mailsTo(server, assignee);
    expect(mails.map(({ text }) => text).join()).toContain('Please hurry.');
    for (const { text, html } of mails) {
      for (const part of [text, html]) {
        expect(part).not.toContain('A quiet word.');
        expect(part).not.toContain('→ Emergency');
      }
    }
  });

  test('that takes back what a mail would tell takes it out of the mail', async () => {
    const id = await assigned();
    await updateTicket(requester, { id, priority: 'EMERGENCY', title: 'Printer on fire' });
    await updateTicket(manager, { id, priority: 'MEDIUM', notify: false });
    await later(server, { minutes: 15 });
    const [mail, ...others] = mailsTo(server, assignee);
    expect(others).toEqual([]);
    expect(mail?.text).toContain('Title');
    expect(mail?.text).not.toContain('Emergency');
  });

  test('of the assignee cancels the mail to the former one, and the new one is not mailed', async () => {
    const former = assignee;
    const { id } = await createTicket(requester, { assignedTo: { id: former.id } });
    const next = await buildPerson(server, { role: BuiltInRole.TECH });
    await updateTicket(manager, { id, assignedTo: { id: next.id }, notify: false });
    await later(server, { minutes: 15 });
    expect([...mailsTo(server, former), ...mailsTo(server, next)]).toEqual([]);
    expect(await notificationsOf(manager, { ticketId: [id] })).toMatchObject([
      { recipient: { id: former.id }, status: 'CANCELLED', cancelReason: 'REASSIGNED' },
    ]);
  });

  test('a silent comment is not in the mail about the assignment either', async () => {
    const { id } = await createTicket(requester, { assignedTo: { id: assignee.id } });
    await manager.client.query(SAY, { input: { ticketId: id, content: 'A quiet word.', notify: false } });
    await comment(manager, id, 'A loud word.');
    await later(server, { minutes: 15 });
    const [mail] = mailsTo(server, assignee);
    expect(mail?.text).toContain('A loud word.');
    expect(mail?.text).not.toContain('A quiet word.');
  });

  test('by a requester who may manage tickets reopens the ticket silently', async () => {
    const { id } = await createTicket(manager, { assignedTo: { id: assignee.id }, status: 'DONE', notify: false });
    await manager.client.query(SAY, { input: { ticketId: id, content: 'Not done.', notify: false } });
    await later(server, { minutes: 60 });
    expect(mailsTo(server, assignee)).toEqual([]);
    expect((await historyOf(id)).slice(1)).toEqual([
      { kind: 'COMMENTED', notified: false },
      { kind: 'CHANGED', notified: false },
    ]);
  });

  test('does not silence what comes after it', async () => {
    const id = await assigned();
    await updateTicket(manager, { id, priority: 'LOW', notify: false });
    await updateTicket(manager, { id, status: 'ON_HOLD' });
    await later(server, { minutes: 15 });
    const [mail, ...others] = mailsTo(server, assignee);
    expect(others).toEqual([]);
    expect(mail?.text).toContain('Status: Open → On hold');
    expect(mail?.text).not.toContain('Priority');
  });
});

describe('without canManageTickets', () => {
  test('notify: false is FORBIDDEN, and nothing is done', async () => {
    const { id } = await createTicket(requester);
    const hidden = '01890a5d-ac96-774b-bcce-b302099a8057';
    const calls = [
      [CREATE, { title: 'A', description: 'B', notify: false }],
      [UPDATE, { id, title: 'New', notify: false }],
      [UPDATE, { id: hidden, title: 'New', notify: false }],
      [UPDATE_ALL, { ids: [id], priority: 'LOW', notify: false }],
      [SAY, { ticketId: id, content: 'Quiet.', notify: false }],
      [SAY, { ticketId: hidden, content: 'Quiet.', notify: false }],
    ] as const;
    const count = '{ tickets { totalCount } comments { totalCount } }';
    const before = await manager.client.query(count);
    for (const [document, input] of calls) {
      const { errors } = await requester.client.send(document, { input });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
      expect(errors[0]?.message).toContain('Leave notify out');
    }
    expect(await manager.client.query(count)).toEqual(before);
    expect((await manager.client.query(HISTORY, { id })).ticket).toEqual({
      version: 1,
      history: { nodes: [{ kind: 'CREATED', notified: true }] },
    });
  });

  test('notify: true may be given', async () => {
    await createTicket(requester, { notify: true });
  });
});

test('sending a silent createTicket again gives the first ticket, and mails nobody', async () => {
  const input = {
    id: '01890a5d-ac96-774b-bcce-b302099a8321',
    title: 'A',
    description: 'B',
    assignedTo: { id: assignee.id },
  };
  const first = await manager.client.query(CREATE, { input: { ...input, notify: false } });
  expect(await manager.client.query(CREATE, { input })).toEqual(first);
  await later(server, { minutes: 15 });
  expect(mailsTo(server, assignee)).toEqual([]);
});
