import { type Person } from '../support/factories.js';
import { type TestServer } from '../support/server.js';

/** A ticket as its creator makes it over the API, with the mail that it enqueues. */
export async function createTicket(
  creator: Person,
  input: Record<string, unknown> = {},
): Promise<{ id: string; number: number }> {
  const { createTicket: payload } = await creator.client.query(
    `mutation ($input: CreateTicketInput!) {
      createTicket(input: $input) { ticket { id number } userErrors { code message field } }
    }`,
    { input: { title: 'Printer on fire', description: 'It burns.', ...input } },
  );
  if (payload.ticket === null) throw new Error(JSON.stringify(payload.userErrors));
  return payload.ticket;
}

export async function updateTicket(person: Person, input: Record<string, unknown>): Promise<void> {
  const { updateTicket: payload } = await person.client.query(
    'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code message } } }',
    { input },
  );
  if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
}

export async function comment(
  person: Person,
  ticketId: string,
  content: string,
  internal = false,
): Promise<{ id: string }> {
  const { createComment } = await person.client.query(
    'mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } userErrors { code } } }',
    { input: { ticketId, content, internal } },
  );
  return createComment.comment;
}

export async function updateSettings(person: Person, input: Record<string, unknown>) {
  const { updateNotificationSettings } = await person.client.query(
    `mutation ($input: UpdateNotificationSettingsInput!) {
      updateNotificationSettings(input: $input) {
        settings { assignmentEmails updateEmails digestEmails digestHour timeZone }
        userErrors { code message field }
      }
    }`,
    { input },
  );
  return updateNotificationSettings;
}

/** What the person may see of the notifications, newest sendAt first. */
export async function notificationsOf(person: Person, filter: Record<string, unknown> = {}) {
  const { notifications } = await person.client.query(
    `query ($filter: NotificationFilter) {
      notifications(filter: $filter) {
        totalCount
        nodes {
          id kind status sendAt sentAt cancelledAt cancelReason attempts lastError
          recipient { id } ticket { id number }
        }
      }
    }`,
    { filter },
  );
  return notifications.nodes;
}

export function mailsTo({ smtp }: TestServer, { email }: { email: string }) {
  return smtp.mails.filter(({ envelopeTo }) => envelopeTo.includes(email));
}

export function subjectsTo(server: TestServer, person: { email: string }): (string | undefined)[] {
  return mailsTo(server, person).map(({ subject }) => subject);
}

/** Turns the clock and sends what is due then. */
export async function later(server: TestServer, time: { minutes?: number; seconds?: number }): Promise<void> {
  server.clock.advance(time);
  await server.deliverDue();
}
