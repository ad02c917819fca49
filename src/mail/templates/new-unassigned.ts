import { inSentence } from '../in-sentence.js';
import { oneLine } from '../one-line.js';
import { html } from './html.js';
import { type MailTexts, mailTexts } from './layout.js';
import { inWords, LONGEST_PREHEADER, paragraph, quote, shortened } from './parts.js';
import { quotedText } from './text-lines.js';

/** The rest is behind the link. */
const LONGEST_DESCRIPTION = 5_000;

export interface NewUnassignedMailInput {
  ticket: {
    number: number;
    title: string;
    description: string;
    priority: string;
    type: string;
    productName: string | null;
    createdByName: string;
    url: string;
  };
  recipient: { name: string };
  /** A sentence: why the recipient gets it. */
  reason: string;
  unsubscribe: { label: string; url: string };
}

/** The mail about a new ticket that nobody is assigned to. */
export function newUnassignedMail({ ticket, recipient, reason, unsubscribe }: NewUnassignedMailInput): MailTexts {
  const title = oneLine(ticket.title);
  const product = ticket.productName === null ? '' : ` about ${inSentence(ticket.productName)}`;
  const greeting = `Hello ${inSentence(recipient.name)}, ${inSentence(ticket.createdByName)} has reported a ticket${product} that nobody is assigned to.`;
  const facts = `${inWords(ticket.priority)} priority · ${inWords(ticket.type)}`;
  const description = shortened(ticket.description.trim(), LONGEST_DESCRIPTION);
  return mailTexts({
    subject: `[#${ticket.number}] ${title}`,
    preheader: shortened(`${facts}: ${inSentence(ticket.description)}`, LONGEST_PREHEADER),
    heading: `#${ticket.number} ${title}`,
    body: {
      text: [greeting, facts, quotedText(description)].join('\n\n'),
      html: html`${paragraph(greeting)}${paragraph(facts)}${quote(description)}`,
    },
    action: { label: `Open ticket #${ticket.number}`, url: ticket.url },
    reason,
    unsubscribe,
  });
}
