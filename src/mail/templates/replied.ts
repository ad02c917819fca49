import { inSentence } from '../in-sentence.js';
import { assignedLead } from './assigned.js';
import { type ChangedField } from './changed-field.js';
import { type MailComment } from './comments.js';
import { type MailTexts } from './layout.js';
import { changedBy } from './updated.js';
import { ticketMail, type TicketMailInput } from './ticket-mail.js';

export interface RepliedMailInput extends TicketMailInput {
  /** Oldest first, and how many public ones there are before them. */
  comments: readonly MailComment[];
  earlierComments: number;
  /** Changes that waited to be told, and by whom: null for several people, undefined when none waited. */
  changes: readonly ChangedField[];
  changedByName: string | null | undefined;
  /** Undefined when no assignment waited; null when nobody in particular did it. */
  assignedByName: string | null | undefined;
  /** Whether title or description name the recipient. */
  isMentionedInTicket: boolean;
  /** Whether it comes because somebody named the recipient, and who did; null for several people. */
  isMention: boolean;
  authorName: string | null;
}

/** The mail about comments, or about being mentioned, with whatever else waited for the same person about the ticket. */
export function repliedMail({
  comments,
  earlierComments,
  changes,
  changedByName,
  ...input
}: RepliedMailInput): MailTexts {
  const lead = leadOf(input);
  const showsDescription = input.isMentionedInTicket || input.assignedByName !== undefined;
  return ticketMail(input, {
    ...(lead !== null && { lead }),
    showsDescription,
    earlierComments,
    comments,
    changes,
    ...(changedByName !== undefined && { changedBy: changedBy(changedByName) }),
  });
}

/** A comment speaks for itself. */
function leadOf({
  assignedByName,
  isMention,
  authorName,
}: Pick<RepliedMailInput, 'assignedByName' | 'isMention' | 'authorName'>): string | null {
  const mentioned = `${authorName === null ? 'Several people have' : `${inSentence(authorName)} has`} mentioned you.`;
  const leads = [
    ...(assignedByName === undefined ? [] : [assignedLead(assignedByName)]),
    ...(isMention ? [mentioned] : []),
  ];
  return leads.length === 0 ? null : leads.join(' ');
}
