import { inSentence } from '../in-sentence.js';
import { type ChangedField } from './changed-field.js';
import { type MailComment } from './comments.js';
import { type MailTexts } from './layout.js';
import { ticketMail, type TicketMailInput } from './ticket-mail.js';

export interface UpdatedMailInput extends TicketMailInput {
  /** Null when several people did it. */
  changedByName: string | null;
  changes: readonly ChangedField[];
  comments: readonly MailComment[];
}

/** The mail that tells what others said about a ticket and what became of it, in one list (docs/behaviour.md, "Mails"). */
export function updatedMail({ changedByName, changes, comments, ...input }: UpdatedMailInput): MailTexts {
  return ticketMail(input, { comments, changes, changedBy: changedBy(changedByName) });
}

export function changedBy(name: string | null): string {
  return `Changed by ${name === null ? 'several people' : inSentence(name)}.`;
}
