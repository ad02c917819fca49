import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPerson } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CREATE = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) { ticket { id number } userErrors { code message } }
}`;
const UPDATE = `mutation ($input: UpdateTicketInput!) {
  updateTicket(input: $input) { ticket { id assignedTo { username } } userErrors { code message } }
}`;
const DELETE = `mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { ticket { deletedAt } } }`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

async function ticketAssignedTo(username: string) {
  const creator = await buildPerson(server);
  const { createTicket } = await creator.client.query(CREATE, {
    input: { title: 'Printer on fire', description: 'It burns.', assignedTo: { username } },
  });
  return { creator, id: createTicket.ticket.id as string, number: createTicket.ticket.number as number };
}

const subjectsTo = (email: string) =>
  server.smtp.mails.filter(({ envelopeTo }) => envelopeTo.includes(email)).map(({ subject }) => subject);

describe('the mail about an assignment', () => {
  test('leaves twelve minutes after the creation, and not before', async () => {
    const assignee = await buildPerson(server);
    const { number } = await ticketAssignedTo(assignee.username);

    server.clock.advance({ minutes: 11, seconds: 59 });
    await server.deliverDue();
    expect(subjectsTo(assignee.email)).toEqual([]);

    server.clock.advance({ seconds: 1 });
    await server.deliverDue();
    expect(subjectsTo(assignee.email)).toEqual([expect.stringContaining(`#${number}`)]);
  });

  test('goes once, to the new assignee twelve minutes after the change, when the ticket is reassigned', async () => {
    const first = await buildPerson(server);
    const second = await buildPerson(server);
    const { creator, id } = await ticketAssignedTo(first.username);

    server.clock.advance({ minutes: 6 });
    await creator.client.query(UPDATE, { input: { id, assignedTo: { id: second.id } } });
    server.clock.advance({ minutes: 11, seconds: 59 });
    await server.deliverDue();
    expect([...subjectsTo(first.email), ...subjectsTo(second.email)]).toEqual([]);

    server.clock.advance({ seconds: 1 });
    await server.deliverDue();
    expect(subjectsTo(first.email)).toEqual([]);
    expect(subjectsTo(second.email)).toHaveLength(1);
  });

  test('does not go when the ticket is unassigned before', async () => {
    const assignee = await buildPerson(server);
    const { creator, id } = await ticketAssignedTo(assignee.username);
    await creator.client.query(UPDATE, { input: { id, assignedTo: null } });

    server.clock.advance({ minutes: 20 });
    await server.deliverDue();
    expect(subjectsTo(assignee.email)).toEqual([]);
  });

  test('does not go when the ticket is deleted before', async () => {
    const assignee = await buildPerson(server);
    const { creator, id } = await ticketAssignedTo(assignee.username);
    await creator.client.query(DELETE, { input: { id } });

    server.clock.advance({ minutes: 20 });
    await server.deliverDue();
    expect(subjectsTo(assignee.email)).toEqual([]);
  });
});
