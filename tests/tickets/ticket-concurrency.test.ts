import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { select } from '../support/database-state.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const UPDATE = `mutation ($input: UpdateTicketInput!) {
  updateTicket(input: $input) {
    ticket { id title description type priority status assignedTo { id } version }
    userErrors { code field }
  }
}`;
const AT_ONCE = 50;

let server: TestServer;
let creator: Person;
beforeAll(async () => {
  server = await startTestServer();
  creator = await buildPerson(server);
});
afterAll(async () => server.stop());

async function atOnce<Result>(act: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, async (_, index) => act(index)));
}

describe('fifty at once', () => {
  test('with one expectedVersion: one changes the ticket, forty-nine are told of the conflict', async () => {
    const { id } = await buildTicket(server, { createdBy: creator });
    const payloads = await atOnce(async (index) => {
      const input = { id, title: `Title ${index}`, expectedVersion: 1 };
      return (await creator.client.query(UPDATE, { input })).updateTicket;
    });
    const [won, ...others] = payloads.filter(({ userErrors }) => userErrors.length === 0);
    expect(others).toEqual([]);
    expect(won.ticket.version).toBe(2);
    const conflicts = payloads.filter((payload) => payload !== won);
    expect(conflicts).toHaveLength(AT_ONCE - 1);
    for (const { ticket, userErrors } of conflicts) {
      expect(userErrors).toEqual([{ code: 'CONFLICT', field: ['input', 'expectedVersion'] }]);
      expect(ticket).toEqual(won.ticket);
    }
    const events = await select(server, sql`select 1 from ticket_event where ticket_id = ${id}`);
    expect(events).toHaveLength(1);
  });

  test('without expectedVersion: every change of another field is kept', async () => {
    const { id } = await buildTicket(server, { createdBy: creator });
    const changes = [
      { title: 'Another title' },
      { description: 'Another description' },
      { type: 'FEATURE' },
      { priority: 'EMERGENCY' },
      { status: 'IN_PROGRESS' },
      { assignedTo: { id: creator.id } },
    ];
    const payloads = await Promise.all(
      changes.map(async (change) => (await creator.client.query(UPDATE, { input: { id, ...change } })).updateTicket),
    );
    for (const { userErrors } of payloads) expect(userErrors).toEqual([]);
    const { ticket } = await creator.client.query(
      'query ($id: ID!) { ticket(id: $id) { title description type priority status assignedTo { id } version } }',
      { id },
    );
    expect(ticket).toEqual({ ...Object.assign({}, ...changes), version: 1 + changes.length });
  });

  test('creating with one id: one ticket, fifty equal answers', async () => {
    const id = randomUUID();
    const assignee = await buildPerson(server);
    const input = { id, title: 'Once', description: 'And only once.', assignedTo: { id: assignee.id } };
    const answers = await atOnce(async () =>
      creator.client.query(
        `mutation ($input: CreateTicketInput!) {
          createTicket(input: $input) { ticket { id number title version createdAt } ticketEdge { cursor } userErrors { code } }
        }`,
        { input },
      ),
    );
    expect(answers[0].createTicket).toMatchObject({ ticket: { id, version: 1 }, userErrors: [] });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const [counts] = await select(
      server,
      sql`select (select count(*)::int from ticket where id = ${id}) as tickets,
        (select count(*)::int from ticket_event where ticket_id = ${id}) as events,
        (select count(*)::int from notification where ticket_id = ${id}) as notifications`,
    );
    expect(counts).toEqual({ tickets: 1, events: 1, notifications: 1 });
  });

  test("creating with one id, two people: one has it, the other's every call is a conflict", async () => {
    const id = randomUUID();
    const other = await buildPerson(server);
    const answers = await atOnce(async (index) =>
      (index % 2 === 0 ? creator : other).client.query(
        `mutation ($input: CreateTicketInput!) {
          createTicket(input: $input) { ticket { createdBy { id } } userErrors { code field } }
        }`,
        { input: { id, title: 'Mine', description: 'Not yours.' } },
      ),
    );
    const made = answers.filter(({ createTicket }) => createTicket.ticket !== null);
    const refused = answers.filter(({ createTicket }) => createTicket.ticket === null);
    expect([made.length, refused.length]).toEqual([AT_ONCE / 2, AT_ONCE / 2]);
    for (const answer of made) expect(answer).toEqual(made[0]);
    for (const { createTicket } of refused) {
      expect(createTicket.userErrors).toEqual([{ code: 'CONFLICT', field: ['input', 'id'] }]);
    }
  });

  test('reassigning one ticket: one mail is left waiting, for whom it is assigned to in the end', async () => {
    const people = [await buildPerson(server), await buildPerson(server), await buildPerson(server)];
    const { id } = await buildTicket(server, { createdBy: creator });
    await atOnce(async (index) =>
      creator.client.query(UPDATE, { input: { id, assignedTo: { id: people[index % people.length]?.id } } }),
    );
    const waiting = await select(
      server,
      sql<{ recipient: string }>`select n.recipient_id = t.assigned_to_id as "isAssignee"
        from notification n join ticket t on t.id = n.ticket_id where t.id = ${id} and n.status = 'SCHEDULED'`,
    );
    expect(waiting).toEqual([{ isAssignee: true }]);
  });
});
