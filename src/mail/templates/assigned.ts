import { inSentence } from '../in-sentence.js';
import { type MailComment, quoted, quotedComments } from './comments.js';
import { type MailTexts } from './layout.js';
import { note } from './parts.js';
import { type MailOptions, type MailTicket, newsSentence, ticketMail } from './ticket-mail.js';

/** Mail programs cut long mails (Gmail at 102 kB); the rest of a long description is behind the link. */
const LONGEST_DESCRIPTION = 5_000;

export interface WholeTicketMailInput extends MailOptions {
  ticket: MailTicket & { description: string };
  /** The newest ones, oldest first, and how many there are before them. */
  comments: readonly MailComment[];
  earlierComments: number;
}

export interface AssignedMailInput extends WholeTicketMailInput {
  /** Null when nobody in particular did it. */
  assignedByName: string | null;
}

/** The mail that tells somebody a ticket is theirs now, with its description and what was said about it so far. */
export function assignedMail({ assignedByName, ...input }: AssignedMailInput): MailTexts {
  return wholeTicketMail(
    input,
    assignedByName === null
      ? 'This ticket has been assigned to you.'
      : `${inSentence(assignedByName)} has assigned this ticket to you.`,
  );
}

/** To somebody who does not know the ticket yet: a sentence about why it matters, its description, and its newest comments. */
function wholeTicketMail(
  { ticket, comments, earlierComments, ...options }: WholeTicketMailInput,
  lead: string,
): MailTexts {
  const sentence = newsSentence(lead);
  const description = quoted(
    [{ authorName: ticket.createdByName, content: ticket.description, internal: false }],
    LONGEST_DESCRIPTION,
  );
  const said = quotedComments(comments);
  const earlier = earlierComments === 1 ? 'One earlier comment is' : `${earlierComments} earlier comments are`;
  const notes = earlierComments === 0 ? [] : [`${earlier} behind the link.`];
  return ticketMail({
    ...options,
    ticket,
    preheader: `${lead} ${inSentence(ticket.description)}`,
    news: {
      text: [sentence.text, ...description.text, ...notes, ...said.text],
      html: [sentence.html, ...description.html, ...notes.map(note), ...said.html],
    },
  });
}
