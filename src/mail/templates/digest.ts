import { inSentence } from '../in-sentence.js';
import { html, type SafeHtml } from './html.js';
import { type MailLink, type MailTexts, mailTexts } from './layout.js';
import { inWords, MAX_PREHEADER_LENGTH, paragraph, shortened } from './parts.js';
import { type TicketItem, ticketItems } from './ticket-items.js';

export interface DigestTicket {
  number: number;
  title: string;
  status: string;
  priority: string;
  active: boolean;
  url: string;
  createdByName: string;
}

export interface DigestMailInput {
  recipient: { name: string };
  /** As they are to be listed: active ones first. At least one, and not more than a mail should hold. */
  tickets: readonly DigestTicket[];
  /** All that there are, listed or not: those that are active, and those closed since the last summary. */
  counts: { active: number; closed: number };
  /** When it comes, in words: "every day at 07:00 (Europe/Stockholm)". */
  schedule: string;
  ticketsUrl: string;
  unsubscribe: MailLink;
}

/** The summary of what somebody has to do, and of what was closed since the last one (docs/behaviour.md, "Mails"). */
export function digestMail(input: DigestMailInput): MailTexts {
  const { tickets, counts } = input;
  const notListed = counts.active + counts.closed - tickets.length;
  const greeting = `Hello ${inSentence(input.recipient.name)}, ${summaryOf(counts)}`;
  const sections = [
    { title: `Active (${counts.active})`, tickets: tickets.filter(({ active }) => active) },
    { title: `Closed since the last summary (${counts.closed})`, tickets: tickets.filter(({ active }) => !active) },
  ].filter((section) => section.tickets.length > 0);
  const more = notListed > 0 ? [`And ${countOf(notListed)} more.`] : [];

  return mailTexts({
    subject: `Your tickets: ${counts.active} active${counts.closed > 0 ? `, ${counts.closed} closed` : ''}`,
    preheader: shortened(tickets.slice(0, 3).map(nameOf).join(' · '), MAX_PREHEADER_LENGTH),
    heading: 'Your tickets',
    body: {
      text: [
        greeting,
        ...sections.map((section) => `${section.title}\n\n${ticketItems(section.tickets.map(itemOf)).text}`),
        ...more,
      ].join('\n\n'),
      html: html`${paragraph(greeting)}${sections.map(sectionHtml)}${more.map(paragraph)}`,
    },
    action: { label: 'Open your tickets', url: input.ticketsUrl },
    reason: `You get this summary ${input.schedule} while you have active tickets.`,
    optOuts: [input.unsubscribe],
  });
}

function summaryOf({ active, closed }: DigestMailInput['counts']): string {
  const isClosed = `${closed === 1 ? 'one was' : `${closed.toLocaleString('en')} were`} closed since the last summary.`;
  if (active === 0) return `no ticket of yours is active any more; ${isClosed}`;
  const isActive = `${countOf(active)} of yours ${active === 1 ? 'is' : 'are'} active`;
  return closed === 0 ? `${isActive}.` : `${isActive}; ${isClosed}`;
}

function countOf(tickets: number): string {
  return tickets === 1 ? 'one ticket' : `${tickets.toLocaleString('en')} tickets`;
}

function nameOf({ number, title }: DigestTicket): string {
  return `#${number} ${inSentence(title)}`;
}

function factsOf({ priority, status, createdByName }: DigestTicket): string {
  return `${inWords(priority)} · ${inWords(status)} · from ${inSentence(createdByName)}`;
}

function itemOf(ticket: DigestTicket): TicketItem {
  return { name: nameOf(ticket), facts: factsOf(ticket), url: ticket.url };
}

function sectionHtml({ title, tickets }: { title: string; tickets: readonly DigestTicket[] }): SafeHtml {
  return html`<h2 class="soft" style="margin: 24px 0 4px; font-size: 14px; font-weight: 600; color: #5b6270;">
      ${title}
    </h2>
    ${ticketItems(tickets.map(itemOf)).html}`;
}
