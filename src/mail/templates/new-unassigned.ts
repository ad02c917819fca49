import { inSentence } from '../in-sentence.js';
import { type MailTexts } from './layout.js';
import { ticketMail, type TicketMailInput } from './ticket-mail.js';

/** The mail about a new ticket to those who are to assign it. */
export function newUnassignedMail(input: TicketMailInput): MailTexts {
  const lead = `${inSentence(input.ticket.createdByName)} has reported this ticket, and nobody is assigned to it.`;
  return ticketMail(input, { lead, showsDescription: true });
}
