import { inSentence } from '../in-sentence.js';
import { oneLine } from '../one-line.js';
import { type ChangedField, changeInWords } from './changed-field.js';
import { type MailComment, MAX_COMMENTS, quotedComments, quotedDescription } from './comments.js';
import { html, type SafeHtml } from './html.js';
import { type MailLink, type MailTexts, mailTexts } from './layout.js';
import { changesTable, inWords, MAX_PREHEADER_LENGTH, note, paragraph, shortened } from './parts.js';

/** A ticket as a mail shows it. */
export interface MailTicket {
  number: number;
  title: string;
  description: string;
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

/** What every mail about one ticket needs. */
export interface TicketMailInput {
  ticket: MailTicket;
  /** Why it comes, in a sentence. */
  reason: string;
  /** From mails of this kind. */
  unsubscribe: MailLink;
  /** From mails about this ticket. */
  ignoreUrl: string;
}

/** What is new, in this order; each part may be missing. */
export interface TicketMailNews {
  /** A sentence of ours. */
  lead?: string;
  /** For people who do not know the ticket yet. */
  showsDescription?: boolean;
  /** How many comments there are before those given. */
  earlierComments?: number;
  /** Oldest first. */
  comments?: readonly MailComment[];
  changes?: readonly ChangedField[];
  /** A sentence about who made the changes. */
  changedBy?: string;
}

/** A part of what is new: a piece of the text, and one of the HTML. */
interface Part {
  text: string;
  html: SafeHtml;
}

/**
 * A mail about one ticket: what is new, the ticket in two lines, one button, and why it comes. The subject is the same in
 * every mail about a ticket, as mail programs thread by it (docs/decisions/0024-threads.md).
 */
export function ticketMail(
  { ticket, reason, unsubscribe, ignoreUrl }: TicketMailInput,
  news: TicketMailNews,
): MailTexts {
  const [name, facts] = [`#${ticket.number} ${oneLine(ticket.title)}`, factsOf(ticket)];
  const parts = partsOf(ticket, news);
  return mailTexts({
    subject: `[#${ticket.number}] ${oneLine(ticket.title)}`,
    preheader: preheaderOf(ticket, news),
    heading: null,
    body: {
      text: [...parts.map(({ text }) => text), `${name}\n${facts}`].join('\n\n'),
      html: html`${parts.map((part) => part.html)}${ticketHtml(name, facts)}`,
    },
    action: { label: `Open ticket #${ticket.number}`, url: ticket.url },
    reason,
    optOuts: [unsubscribe, { label: `Ignore ticket #${ticket.number}`, url: ignoreUrl }],
  });
}

function partsOf(ticket: MailTicket, news: TicketMailNews): Part[] {
  const { lead, earlierComments = 0, comments = [], changes = [] } = news;
  const shown = comments.slice(0, MAX_COMMENTS);
  return [
    ...(lead === undefined ? [] : [{ text: lead, html: paragraph(lead) }]),
    ...(news.showsDescription === true ? quotedDescription(ticket) : []),
    ...noted(earlierComments, 'One earlier comment is behind the link.', 'earlier comments are behind the link.'),
    ...quotedComments(shown),
    ...noted(comments.length - shown.length, 'And one more comment.', 'more comments.', 'And '),
    ...(changes.length === 0 ? [] : [changedPart(changes, news.changedBy)]),
  ];
}

function noted(count: number, one: string, several: string, before = ''): Part[] {
  if (count === 0) return [];
  const text = count === 1 ? one : `${before}${count} ${several}`;
  return [{ text, html: note(text) }];
}

function changedPart(changes: readonly ChangedField[], changedBy: string | undefined): Part {
  const lines = changes.map(changeInWords);
  return {
    text: [...lines.map(([name, value]) => `${name}: ${value}`), ...(changedBy === undefined ? [] : [changedBy])].join(
      '\n',
    ),
    html: changesTable(lines, changedBy),
  };
}

/** The beginning of what is new, as mail programs show about a line of it. */
function preheaderOf({ description }: MailTicket, news: TicketMailNews): string {
  const { lead, comments = [], changes = [] } = news;
  const texts = [
    ...(lead === undefined ? [] : [lead]),
    ...(news.showsDescription === true ? [description] : comments.map(({ content }) => content)).map(inSentence),
    ...changes.map(changeInWords).map(([name, value]) => `${name}: ${value}`),
  ];
  return shortened(texts.filter((text) => text !== '').join(' · '), MAX_PREHEADER_LENGTH);
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
