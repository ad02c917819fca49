import { inSentence } from '../in-sentence.js';
import { oneLine } from '../one-line.js';
import { commentParts, type MailComment, MOST_COMMENTS } from './comments.js';
import { html } from './html.js';
import { type MailTexts, mailTexts } from './layout.js';
import { detailsTable, LONGEST_PREHEADER, note, paragraph, quote, shortened } from './parts.js';
import { quotedText } from './text-lines.js';
import { type ChangedField, changeInWords } from './updated.js';

/** The rest is behind the link. */
const LONGEST_DESCRIPTION = 5_000;

export interface RepliedMailInput {
  ticket: { number: number; title: string; description: string; url: string };
  recipient: { name: string };
  /** Whether somebody named the recipient. */
  isMention: boolean;
  /** Whether title or description name the recipient: the mail quotes the description then. */
  isNamedInTicket: boolean;
  /** Who wrote; null for several people. */
  authorName: string | null;
  /** Oldest first. */
  comments: readonly MailComment[];
  /** What else happened meanwhile. */
  changes: readonly ChangedField[];
  /** Who assigned the ticket to the recipient meanwhile; undefined if nobody did, null for several people. */
  assignedByName?: string | null | undefined;
  /** A sentence: why the recipient gets it. */
  reason: string;
  unsubscribe: { label: string; url: string };
}

/** The mail about comments and mentions, with what else waited for the recipient about the ticket. */
export function repliedMail(input: RepliedMailInput): MailTexts {
  const { ticket, comments } = input;
  const title = oneLine(ticket.title);
  const who = input.authorName === null ? 'several people have' : `${inSentence(input.authorName)} has`;
  const what = input.isMention ? 'mentioned you in this ticket.' : 'commented on this ticket.';
  const greeting = `Hello ${inSentence(input.recipient.name)}, ${who} ${what}`;
  const shown = comments.slice(0, MOST_COMMENTS);
  const parts = commentParts(shown);
  const left = comments.length - shown.length;
  const more = left > 0 ? [left === 1 ? 'And one more comment.' : `And ${left} more comments.`] : [];
  const description = input.isNamedInTicket ? [shortened(ticket.description.trim(), LONGEST_DESCRIPTION)] : [];
  const lines = input.changes.map(changeInWords);
  const assigned =
    input.assignedByName === undefined
      ? []
      : [
          input.assignedByName === null
            ? 'The ticket was assigned to you.'
            : `${inSentence(input.assignedByName)} assigned the ticket to you.`,
        ];
  return mailTexts({
    subject: `[#${ticket.number}] ${title}`,
    preheader: shortened(shown.map(({ content }) => inSentence(content)).join(' · '), LONGEST_PREHEADER),
    heading: `#${ticket.number} ${title}`,
    body: {
      text: [
        greeting,
        ...parts.text,
        ...more,
        ...description.map(quotedText),
        ...assigned,
        ...(lines.length > 0 ? [lines.map(([name, value]) => `${name}: ${value}`).join('\n')] : []),
      ].join('\n\n'),
      html: html`${paragraph(greeting)}${parts.html}${more.map(paragraph)}${description.map(quote)}${assigned.map(
        note,
      )}${lines.length > 0 ? detailsTable(lines) : []}`,
    },
    action: { label: `Open ticket #${ticket.number}`, url: ticket.url },
    reason: input.reason,
    unsubscribe: input.unsubscribe,
  });
}
