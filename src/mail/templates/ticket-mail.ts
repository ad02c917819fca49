import { inSentence } from '../in-sentence.js';
import { oneLine } from '../one-line.js';
import { html, type SafeHtml } from './html.js';
import { type MailLink, type MailTexts, mailTexts } from './layout.js';
import { inWords, LONGEST_PREHEADER, paragraph, shortened } from './parts.js';

/** A ticket as a mail shows it. */
export interface MailTicket {
  number: number;
  title: string;
  /** The names of the schema's enums, such as HIGH or SELECTED_FOR_DEV. */
  priority: string;
  status: string;
  type: string;
  productName: string | null;
  createdByName: string;
  /** Null when nobody is assigned. */
  assignee: { name: string; isRecipient: boolean } | null;
  url: string;
}

/** Why a mail about a ticket comes, and where its recipient unsubscribes. */
export interface MailOptions {
  reason: string;
  /** From mails of this kind. */
  unsubscribe: MailLink;
}

export interface TicketMailContent extends MailOptions {
  ticket: MailTicket;
  /** What mail programs show beside the subject, of any length. */
  preheader: string;
  /** What is new: it comes first. */
  news: { text: readonly string[]; html: readonly SafeHtml[] };
}

/**
 * A mail about one ticket: what is new, the ticket in two lines, one button, and why it comes. The subject is the same in
 * every mail about a ticket, as mail programs thread by it (docs/decisions/0024-threads.md).
 */
export function ticketMail({ ticket, news, ...content }: TicketMailContent): MailTexts {
  const [name, facts] = [`#${ticket.number} ${oneLine(ticket.title)}`, factsOf(ticket)];
  return mailTexts({
    subject: `[#${ticket.number}] ${oneLine(ticket.title)}`,
    preheader: shortened(content.preheader, LONGEST_PREHEADER),
    heading: null,
    body: {
      text: [...news.text, `${name}\n${facts}`].join('\n\n'),
      html: html`${news.html}${ticketHtml(name, facts)}`,
    },
    action: { label: `Open ticket #${ticket.number}`, url: ticket.url },
    reason: content.reason,
    optOuts: [content.unsubscribe],
  });
}

/** A sentence of ours that says what is new. */
export function newsSentence(text: string): { text: string; html: SafeHtml } {
  return { text, html: paragraph(text) };
}

function factsOf({ status, priority, type, productName, createdByName, assignee }: MailTicket): string {
  const product = productName === null ? [] : [inSentence(productName)];
  const assigned = assignee?.isRecipient === true ? 'you' : assignee === null ? 'nobody' : inSentence(assignee.name);
  return [
    ...[status, priority, type].map(inWords),
    ...product,
    `from ${inSentence(createdByName)}`,
    `assigned to ${assigned}`,
  ].join(' · ');
}

function ticketHtml(name: string, facts: string): SafeHtml {
  return html`<div class="rule" style="padding: 16px 0 0; border-top: 1px solid #e9ebef;">
    <div
      class="ink"
      dir="auto"
      style="text-align: start; font-size: 15px; line-height: 1.45; font-weight: 600; color: #1c1f26; overflow-wrap: anywhere;"
    >
      ${name}
    </div>
    <div
      class="soft"
      style="margin: 2px 0 0; font-size: 13px; line-height: 1.5; color: #5b6270; overflow-wrap: anywhere;"
    >
      ${facts}
    </div>
  </div>`;
}
