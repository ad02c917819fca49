import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { later, mailsTo, notificationsOf } from '../notifications/actions.js';
import { TicketStatus } from '../../src/tickets/ticket.entity.js';
import { User } from '../../src/accounts/users/user.entity.js';
import { TicketWatch } from '../../src/tickets/watching/ticket-watch.entity.js';
import { WatchState } from '../../src/tickets/watching/watch-state.js';
import { buildPerson, buildTicket, type Person, type TicketOptions } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const COMMENT = `mutation ($input: CreateCommentInput!) {
  createComment(input: $input) { comment { id ticket { status version } } userErrors { code } } }`;
const UPDATE = `mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }`;
const TICKET = `query ($id: ID!) { ticket(id: $id) {
  status version updatedAt closedAt assignedTo { id }
  history { nodes { kind actor { id } notified createdAt changes { field from to } } } } }`;

let server: TestServer;
let requester: Person;
let assignee: Person;
let staff: Person;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
  requester = await buildPerson(server, { firstName: 'Ruth', lastName: 'Ness' });
  assignee = await buildPerson(server, { role: BuiltInRole.TECH });
  staff = await buildPerson(server, { role: BuiltInRole.TECH });
});
afterAll(async () => server.stop());

async function ticket(options: TicketOptions = {}): Promise<string> {
  return (await buildTicket(server, { createdBy: requester, assignedTo: assignee, ...options })).id;
}
async function comment(person: Person, ticketId: string, input: object = {}) {
  return (await person.client.query(COMMENT, { input: { ticketId, content: 'It smokes again.', ...input } }))
    .createComment;
}
async function read(id: string) {
  return (await staff.client.query(TICKET, { id })).ticket;
}

describe("the requester's comment", () => {
  test.each([
    ['ON_HOLD', true, 'IN_PROGRESS'],
    ['ON_HOLD', false, 'OPEN'],
    ['DONE', true, 'IN_PROGRESS'],
    ['DONE', false, 'OPEN'],
  ] as const)('on a ticket that is %s (assigned: %s) makes it %s', async (status, isAssigned, after) => {
    const id = await ticket({ assignedTo: isAssigned ? assignee : null });
    await staff.client.query(UPDATE, { input: { id, status } });
    server.clock.advance({ minutes: 1 });
    expect(await comment(requester, id)).toMatchObject({
      comment: { ticket: { status: after, version: 3 } },
      userErrors: [],
    });
    const now = server.clock.now().toISOString();
    const found = await read(id);
    expect(found).toMatchObject({ status: after, version: 3, updatedAt: now, closedAt: null });
    expect(found.history.nodes.slice(-2)).toEqual([
      { kind: 'COMMENTED', actor: { id: requester.id }, notified: true, createdAt: now, changes: [] },
      {
        kind: 'CHANGED',
        actor: null,
        notified: true,
        createdAt: now,
        changes: [{ field: 'status', from: status, to: after }],
      },
    ]);
  });

  test.each([TicketStatus.OPEN, TicketStatus.SELECTED_FOR_DEV, TicketStatus.IN_PROGRESS, TicketStatus.CLOSED])(
    'leaves a ticket that is %s as it is, and its assignee hears of it',
    async (status) => {
      const heard = await buildPerson(server, { role: BuiltInRole.TECH });
      const id = await ticket({ status, assignedTo: heard });
      await comment(requester, id, { content: 'A word of the requester.' });
      const found = await read(id);
      expect(found).toMatchObject({ status, version: 1, updatedAt: null });
      expect(found.history.nodes).toMatchObject([{ kind: 'COMMENTED' }]);
      await later(server, { minutes: 15 });
      expect(mailsTo(server, heard)).toMatchObject([{ text: expect.stringContaining('A word of the requester.') }]);
    },
  );

  test('leaves it on hold when it is internal, by somebody else, or by a requester who is the assignee', async () => {
    const own = await ticket({ createdBy: staff, assignedTo: staff, status: TicketStatus.ON_HOLD });
    await comment(staff, own);
    const hidden = await ticket({ createdBy: staff, status: TicketStatus.ON_HOLD });
    await comment(staff, hidden, { internal: true });
    const others = await ticket({ status: TicketStatus.DONE });
    await comment(assignee, others);
    await comment(staff, others);
    for (const [id, status] of [
      [own, 'ON_HOLD'],
      [hidden, 'ON_HOLD'],
      [others, 'DONE'],
    ] as const) {
      expect(await read(id)).toMatchObject({ status, version: 1 });
    }
  });

  test('needs no right to change the status', async () => {
    const bound = await buildPerson(server, { may: { edit: false } });
    const id = await ticket({ createdBy: bound, status: TicketStatus.ON_HOLD });
    await comment(bound, id);
    expect((await read(id)).status).toBe('IN_PROGRESS');
  });

  test('reopens nothing when it is sent again with the same id', async () => {
    const id = await ticket({ status: TicketStatus.DONE });
    const input = { id: '01890a5d-ac96-774b-bcce-b302099a8123' };
    await comment(requester, id, input);
    await staff.client.query(UPDATE, { input: { id, status: 'DONE' } });
    await comment(requester, id, input);
    expect(await read(id)).toMatchObject({ status: 'DONE', version: 3 });
  });

  test('that is refused changes nothing', async () => {
    const id = await ticket({ status: TicketStatus.DONE });
    expect((await comment(requester, id, { content: ' ' })).userErrors).toEqual([{ code: 'REQUIRED' }]);
    expect(await read(id)).toMatchObject({ status: 'DONE', version: 1, history: { nodes: [] } });
  });

  test('unassigns a done ticket whose assignee is gone', async () => {
    const gone = await buildPerson(server);
    const admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
    const id = await ticket({ assignedTo: gone, status: TicketStatus.DONE });
    await admin.client.query('mutation ($id: ID!) { deleteUser(input: { id: $id }) { userErrors { code } } }', {
      id: gone.id,
    });
    await comment(requester, id);
    const found = await read(id);
    expect(found).toMatchObject({ status: 'OPEN', assignedTo: null });
    expect(found.history.nodes.at(-1)).toMatchObject({
      actor: null,
      changes: [
        { field: 'status', from: 'DONE', to: 'OPEN' },
        { field: 'assignedTo', from: gone.id, to: null },
      ],
    });
  });

  test('is told to the assignee with what it reopened, in one mail', async () => {
    const heard = await buildPerson(server, { role: BuiltInRole.TECH });
    const id = await ticket({ assignedTo: heard, status: TicketStatus.DONE });
    await comment(requester, id);
    await later(server, { minutes: 15 });
    await later(server, { minutes: 60 });
    const [mail, ...others] = mailsTo(server, heard);
    expect(others).toEqual([]);
    expect(mail?.text).toContain('It smokes again.');
    expect(mail?.text).toContain('Status: Done → In progress');
    expect(await notificationsOf(requester, { ticketId: [id] })).toEqual([]);
  });

  test('is told to a watcher who wants no mails about comments as a change, and the requester hears nothing', async () => {
    const [asker, watcher, onlyChanges] = [
      await buildPerson(server),
      await buildPerson(server),
      await buildPerson(server),
    ];
    const id = await ticket({ createdBy: asker });
    const em = server.app.orm.em.fork();
    for (const { id: user } of [watcher, onlyChanges]) {
      em.create(TicketWatch, { ticket: id, user, state: WatchState.WATCHING, createdAt: server.clock.now() });
    }
    await em.nativeUpdate(User, { id: onlyChanges.id }, { replyEmails: false });
    await em.flush();
    await assignee.client.query(UPDATE, { input: { id, status: 'ON_HOLD' } });
    await later(server, { minutes: 15 });
    await assignee.client.query(UPDATE, { input: { id, priority: 'LOW' } });
    await comment(asker, id);
    await later(server, { minutes: 1 });
    expect(mailsTo(server, onlyChanges)).toHaveLength(1);
    expect(mailsTo(server, watcher)).toHaveLength(2);
    await later(server, { minutes: 60 });
    const told = [mailsTo(server, watcher), mailsTo(server, onlyChanges), mailsTo(server, asker)].map((mails) =>
      mails.map(({ text }) => ({
        comment: text?.includes('It smokes again.'),
        reopened: text?.includes('Status: On hold → In progress'),
        priority: text?.includes('Priority: Medium → Low'),
      })),
    );
    const nothing = { comment: false, reopened: false, priority: false };
    expect(told).toEqual([
      [nothing, { comment: true, reopened: true, priority: true }],
      [nothing, { comment: false, reopened: true, priority: true }],
      [nothing, { comment: false, reopened: false, priority: true }],
    ]);
  });

  test('leaves out of the mail that waits for the requester what it took back', async () => {
    const asker = await buildPerson(server);
    const id = await ticket({ createdBy: asker });
    await assignee.client.query(UPDATE, { input: { id, status: 'ON_HOLD' } });
    await comment(asker, id);
    await later(server, { minutes: 60 });
    expect(mailsTo(server, asker)).toEqual([]);
    expect(await notificationsOf(asker, { kind: ['UPDATED'] })).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'RETRACTED' },
    ]);
  });

  test('and a change of the status at the same time are both kept, one after the other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await ticket({ status: TicketStatus.ON_HOLD });
      await Promise.all([
        comment(requester, id),
        staff.client.query(UPDATE, { input: { id, status: round % 2 === 0 ? 'DONE' : 'CLOSED' } }),
      ]);
      const found = await read(id);
      const steps = found.history.nodes
        .flatMap(({ changes }: { changes: { from: string; to: string }[] }) => changes)
        .map(({ from, to }: { from: string; to: string }) => [from, to]);
      // Each change begins where the one before ended.
      expect(steps.map(([from]: string[]) => from)).toEqual([
        'ON_HOLD',
        ...steps.slice(0, -1).map(([, to]: string[]) => to),
      ]);
      expect(found).toMatchObject({ status: steps.at(-1)[1], version: 1 + steps.length });
      expect(found.closedAt === null).toBe(found.status === 'IN_PROGRESS');
    }
  });
});

test('with REOPEN_ON_REPLY=off a comment leaves the status as it is', async () => {
  const off = await startTestServer({ beside: server, reopensOnReply: false });
  try {
    const id = await ticket({ status: TicketStatus.DONE });
    const { client } = requester;
    await off.anonymous.withToken(client.token).query(COMMENT, { input: { ticketId: id, content: 'Thank you.' } });
    expect(await read(id)).toMatchObject({ status: 'DONE', version: 1 });
  } finally {
    await off.stop();
  }
});
