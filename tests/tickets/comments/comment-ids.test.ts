import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Comment } from '../../../src/tickets/comments/comment.entity.js';
import { Notification } from '../../../src/notifications/notification.entity.js';
import { TicketEvent } from '../../../src/tickets/ticket-event.entity.js';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../../support/factories.js';
import { expectRefused } from '../../support/refusals.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const CREATE = `mutation ($input: CreateCommentInput!) {
  createComment(input: $input) {
    comment { id content internal author { id } ticket { id } } commentEdge { cursor } userErrors { code message field }
  }
}`;

let server: TestServer;
let person: Person;
let other: Person;
let assignee: Person;
let ticket: { id: string };
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server, { role: BuiltInRole.TECH });
  other = await buildPerson(server, { role: BuiltInRole.TECH });
  assignee = await buildPerson(server, { role: {} });
  ticket = await buildTicket(server, { createdBy: person, assignedTo: assignee });
});
afterAll(async () => server.stop());

const em = () => server.app.orm.em.fork();
const create = async (input: Record<string, unknown>, client = person.client) =>
  (await client.query(CREATE, { input: { ticketId: ticket.id, content: 'Seen.', ...input } })).createComment;

async function conflicts(id: string, client = person.client, fault = 'CONFLICT input.id') {
  const call = { mutation: CREATE, input: { id, ticketId: ticket.id, content: 'Mine.' } };
  const payload = await expectRefused(server, client, call, fault);
  expect(payload).toMatchObject({ comment: null, commentEdge: null });
  return payload?.userErrors;
}

describe("a comment with an id of the client's own", () => {
  test('is written under it', async () => {
    const id = randomUUID();
    expect(await create({ id })).toMatchObject({ comment: { id, content: 'Seen.' }, userErrors: [] });
  });

  test('is written once, however often it is sent', async () => {
    const id = randomUUID();
    const before = [await em().count(TicketEvent), await em().count(Notification)];
    const first = await create({ id });
    expect(await create({ id })).toEqual(first);
    expect(await create({ id: id.toUpperCase(), content: 'Another text.' })).toEqual(first);
    expect(await create({ id, content: ' ' })).toEqual(first);
    expect(await em().count(Comment, { id })).toBe(1);
    expect(await em().count(TicketEvent)).toBe((before[0] ?? 0) + 1);
  });

  test('is written once by fifty calls at the same time, and all get the same answer', async () => {
    const id = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, async () => create({ id })));
    expect(answers[0]).toMatchObject({ comment: { id }, userErrors: [] });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await em().count(Comment, { id })).toBe(1);
    expect(await em().count(TicketEvent, { comment: id })).toBe(1);
  });

  test('is written once by calls at the same time on several tickets', async () => {
    const id = randomUUID();
    const tickets = await Promise.all(
      Array.from({ length: 10 }, async () => buildTicket(server, { createdBy: person })),
    );
    const answers = await Promise.all(tickets.map(async ({ id: ticketId }) => create({ id, ticketId })));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await em().count(TicketEvent, { comment: id })).toBe(1);
  });

  test('is refused when the id is no UUID', async () => conflicts('7', person.client, 'INVALID input.id'));
});

describe('an id that is in use is refused in the same words', () => {
  const hidden: [string, () => Promise<string>][] = [
    ["by another person's comment", async () => (await buildComment(server, { ticket, author: other })).id],
    [
      "by another person's comment on a ticket that the viewer may not see",
      async () => (await buildComment(server, { ticket: await buildTicket(server), author: other })).id,
    ],
    [
      'by a deleted comment of their own',
      async () => {
        const { id } = await buildComment(server, { ticket, author: person });
        await em().nativeUpdate(Comment, { id }, { deletedAt: server.clock.now() });
        return id;
      },
    ],
    [
      'by a comment of their own on a ticket that was deleted',
      async () => {
        const gone = await buildTicket(server, { deletedAt: server.clock.now() });
        return (await buildComment(server, { ticket: gone, author: person })).id;
      },
    ],
  ];

  test.each(hidden)('%s', async (_name, make) => {
    const [error] = (await conflicts(await make())) ?? [];
    expect(error?.message).toBe('This id is in use. Choose another one.');
  });

  test('by a comment of their own that they may not read any more', async () => {
    const id = (await buildComment(server, { ticket, author: assignee, internal: true })).id;
    await conflicts(id, assignee.client);
    const elsewhere = await buildTicket(server);
    await conflicts((await buildComment(server, { ticket: elsewhere, author: assignee })).id, assignee.client);
  });
});
