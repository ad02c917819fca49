import { inSentence } from '../in-sentence.js';
import { html } from './html.js';
import { type MailLink, type MailTexts, mailTexts } from './layout.js';
import { inWords, LONGEST_PREHEADER, paragraph, shortened } from './parts.js';
import { type TicketItem, ticketItems } from './ticket-items.js';
import { type ChangedField, changeInWords } from './updated.js';

export interface SeveralMailInput {
  kind: 'assigned' | 'updated';
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
  const isAssigned = kind === 'assigned';
  const done = isAssigned ? `assigned ${count} tickets to you.` : `changed or commented on ${count} tickets of yours.`;
  const greeting = `Hello ${inSentence(recipient.name)}, ${who} ${done}`;
  const items = ticketItems(tickets.map((ticket) => itemOf(ticket, isAssigned)));
  return mailTexts({
    subject: isAssigned ? `${count} tickets assigned to you${whose}` : `${count} tickets of yours changed${whose}`,
    preheader: shortened(tickets.slice(0, 3).map(nameOf).join(' · '), LONGEST_PREHEADER),
    heading: isAssigned ? `${count} tickets assigned to you` : `${count} tickets of yours changed`,
    body: { text: `${greeting}\n\n${items.text}`, html: html`${paragraph(greeting)}${items.html}` },
    action: { label: 'Open your tickets', url: links.ticketsUrl },
    reason: `You get this mail because you are assigned to these tickets. They come together as there were many at once.`,
    optOuts: [links.unsubscribe],
  });
}

function nameOf({ number, title }: SeveralMailTicket): string {
  return `#${number} ${inSentence(title)}`;
}

function itemOf(ticket: SeveralMailTicket, isAssigned: boolean): TicketItem {
  const { priority, status, changes, comments, url } = ticket;
  const what = isAssigned
    ? [inWords(priority), inWords(status)]
    : changes.map(changeInWords).map(([name, value]) => `${name}: ${value}`);
  const said = comments === 0 ? [] : [comments === 1 ? 'one comment' : `${comments} comments`];
  return { name: nameOf(ticket), facts: [...what, ...said].join(' · '), url };
}
