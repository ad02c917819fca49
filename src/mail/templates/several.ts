import { inSentence } from '../in-sentence.js';
import { html } from './html.js';
import { type MailLink, type MailTexts, mailTexts } from './layout.js';
import { inWords, MAX_PREHEADER_LENGTH, paragraph, shortened } from './parts.js';
import { type TicketItem, ticketItems } from './ticket-items.js';
import { type ChangedField, changeInWords } from './changed-field.js';

/** What happened to the tickets. */
const WORDS = {
  assigned: {
    done: (n: number) => `assigned ${n} tickets to you.`,
    subject: 'tickets assigned to you',
  },
  updated: {
    done: (n: number) => `changed ${n} tickets that concern you.`,
    subject: 'tickets changed',
  },
  replied: { done: (n: number) => `commented on ${n} tickets.`, subject: 'tickets with comments' },
  mentioned: {
    done: (n: number) => `mentioned you in ${n} tickets.`,
    subject: 'tickets that mention you',
  },
  unassigned: {
    done: (n: number) => `reported ${n} tickets that nobody is assigned to.`,
    subject: 'new tickets without an assignee',
  },
} as const;

export interface SeveralMailInput {
  kind: keyof typeof WORDS;
  recipient: { name: string };
  /** Null when several people did it. */
  authorName: string | null;
  /** Two or more. */
  tickets: readonly SeveralMailTicket[];
  ticketsUrl: string;
  unsubscribe: MailLink;
}

interface SeveralMailTicket {
  number: number;
  title: string;
  priority: string;
  status: string;
  url: string;
  changes: readonly ChangedField[];
  /** How many there are to read. */
  comments: number;
}

/** What would have been a mail for each ticket, but for the limit of what one author may cause in an hour. */
export function severalMail({ kind, recipient, authorName, tickets, ...links }: SeveralMailInput): MailTexts {
  const count = tickets.length;
  const author = authorName === null ? null : inSentence(authorName);
  const [who, whose] = author === null ? ['several people have', ''] : [`${author} has`, ` by ${author}`];
  const words = WORDS[kind];
  const greeting = `Hello ${inSentence(recipient.name)}, ${who} ${words.done(count)}`;
  const showsTickets = kind === 'assigned' || kind === 'unassigned';
  const items = ticketItems(tickets.map((ticket) => itemOf(ticket, showsTickets)));
  return mailTexts({
    subject: `${count} ${words.subject}${whose}`,
    preheader: shortened(tickets.slice(0, 3).map(nameOf).join(' · '), MAX_PREHEADER_LENGTH),
    heading: `${count} ${words.subject}`,
    body: { text: `${greeting}\n\n${items.text}`, html: html`${paragraph(greeting)}${items.html}` },
    action: { label: 'Open your tickets', url: links.ticketsUrl },
    reason: 'You get this mail because these tickets concern you. They come together as there were many at once.',
    optOuts: [links.unsubscribe],
  });
}

function nameOf({ number, title }: SeveralMailTicket): string {
  return `#${number} ${inSentence(title)}`;
}

function itemOf(ticket: SeveralMailTicket, showsTicket: boolean): TicketItem {
  const { priority, status, changes, comments, url } = ticket;
  const what = showsTicket
    ? [inWords(priority), inWords(status)]
    : changes.map(changeInWords).map(([name, value]) => `${name}: ${value}`);
  const said = comments === 0 ? [] : [comments === 1 ? 'one comment' : `${comments} comments`];
  return { name: nameOf(ticket), facts: [...what, ...said].join(' · '), url };
}
