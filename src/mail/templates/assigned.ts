import { inSentence } from '../in-sentence.js';
import { oneLine } from '../one-line.js';
import { commentParts, type MailComment } from './comments.js';
import { html } from './html.js';
import { type MailTexts, mailTexts } from './layout.js';
import { detailsTable, inWords, note, paragraph, quote, shortened } from './parts.js';
import { quotedText } from './text-lines.js';

/** Mail programs cut long mails (Gmail at 102 kB); the rest of a long description is behind the link. */
const LONGEST_DESCRIPTION = 5_000;

export interface AssignedMailInput {
  ticket: {
    number: number;
    title: string;
    description: string;
    /** The names of the schema's enums, such as HIGH or SELECTED_FOR_DEV. */
    priority: string;
    status: string;
    type: string;
    productName: string | null;
    url: string;
    createdByName: string;
  };
  recipient: { name: string };
  /** Null when nobody in particular did it. */
  assignedByName: string | null;
  /** The newest ones, oldest first, and how many there are before them. */
  comments: readonly MailComment[];
  earlierComments: number;
  unsubscribeUrl: string;
}

/** The mail that tells somebody a ticket is theirs now, with its details and what was said about it so far. */
export function assignedMail(input: AssignedMailInput): MailTexts {
  const { ticket, recipient, assignedByName, unsubscribeUrl } = input;
  const title = oneLine(ticket.title);
  const whatHappened =
    assignedByName === null
      ? 'this ticket has been assigned to you.'
      : `${inSentence(assignedByName)} has assigned this ticket to you.`;
  const greeting = `Hello ${inSentence(recipient.name)}, ${whatHappened}`;
  const details = detailsOf(ticket);
  const description = [shortened(ticket.description.trim(), LONGEST_DESCRIPTION)].filter((text) => text !== '');
  const comments = commentParts(input.comments);
  const earlier = earlierComments(input.earlierComments);

  return mailTexts({
    subject: `[#${ticket.number}] ${title} — assigned to you`,
    preheader: `${inWords(ticket.priority)} priority ${inWords(ticket.type).toLowerCase()}: ${title}`,
    heading: `#${ticket.number} ${title}`,
    body: {
      text: [
        greeting,
        details.map(([name, value]) => `${name}: ${value}`).join('\n'),
        ...description.map(quotedText),
        ...earlier,
        ...comments.text,
      ].join('\n\n'),
      html: html`${paragraph(greeting)}${detailsTable(details)}${description.map(quote)}${earlier.map(note)}${comments.html}`,
    },
    action: { label: `Open ticket #${ticket.number}`, url: ticket.url },
    reason: 'You get this mail because you are assigned to this ticket.',
    unsubscribe: { label: 'Stop mails about assignments', url: unsubscribeUrl },
  });
}

function earlierComments(count: number): string[] {
  if (count === 0) return [];
  return [count === 1 ? 'One earlier comment is behind the link.' : `${count} earlier comments are behind the link.`];
}

function detailsOf(ticket: AssignedMailInput['ticket']): [name: string, value: string][] {
  const product: [string, string][] = ticket.productName === null ? [] : [['Product', inSentence(ticket.productName)]];
  return [
    ['Priority', inWords(ticket.priority)],
    ['Status', inWords(ticket.status)],
    ['Type', inWords(ticket.type)],
    ...product,
    ['Created by', inSentence(ticket.createdByName)],
  ];
}
