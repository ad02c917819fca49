import { inSentence } from '../in-sentence.js';
import { type MailComment } from './comments.js';
import { type MailTexts } from './layout.js';
import { ticketMail, type TicketMailInput } from './ticket-mail.js';

export interface AssignedMailInput extends TicketMailInput {
  /** Null when nobody in particular did it. */
  assignedByName: string | null;
  /** The newest ones, oldest first, and how many there are before them. */
  comments: readonly MailComment[];
  earlierComments: number;
}

/** The mail that tells somebody a ticket is theirs now, with its description and what was said about it so far. */
export function assignedMail({ assignedByName, comments, earlierComments, ...input }: AssignedMailInput): MailTexts {
  return ticketMail(input, { lead: assignedLead(assignedByName), showsDescription: true, comments, earlierComments });
}

export function assignedLead(assignedByName: string | null): string {
  return assignedByName === null
    ? 'This ticket has been assigned to you.'
    : `${inSentence(assignedByName)} has assigned this ticket to you.`;
}
