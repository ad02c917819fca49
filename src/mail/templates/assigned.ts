import { html, htmlLines, type SafeHtml } from './html.js';
import { mailHtml, mailText, type MailContent } from './layout.js';

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
}

/** The mail that tells somebody a ticket is theirs now, with the ticket's details (requirements 74). */
export function assignedMail({ ticket, recipient, assignedByName }: AssignedMailInput): {
  subject: string;
  text: string;
  html: string;
} {
  const ticketName = `#${ticket.number} ${ticket.title}`;
  const whatHappened =
    assignedByName === null
      ? 'this ticket has been assigned to you.'
      : `${assignedByName} has assigned this ticket to you.`;
  const greeting = `Hello ${recipient.name}, ${whatHappened}`;
  const details = detailsOf(ticket);
  const description = [shortened(ticket.description.trim())].filter((text) => text !== '');

  const content: MailContent = {
    preheader: `${inWords(ticket.priority)} priority ${inWords(ticket.type).toLowerCase()}: ${ticket.title}`,
    heading: ticketName,
    body: {
      text: [greeting, details.map(([name, value]) => `${name}: ${value}`).join('\n'), ...description].join('\n\n'),
      html: html`${paragraph(greeting)}${detailsTable(details)}${description.map(quote)}`,
    },
    action: { label: `Open ticket #${ticket.number}`, url: ticket.url },
    reason: 'You get this mail because you are assigned to this ticket.',
  };
  return {
    subject: `[#${ticket.number}] ${ticket.title} — assigned to you`,
    text: mailText(content),
    html: mailHtml(content),
  };
}

function detailsOf(ticket: AssignedMailInput['ticket']): [name: string, value: string][] {
  const product: [string, string][] = ticket.productName === null ? [] : [['Product', ticket.productName]];
  return [
    ['Priority', inWords(ticket.priority)],
    ['Status', inWords(ticket.status)],
    ['Type', inWords(ticket.type)],
    ...product,
    ['Created by', ticket.createdByName],
  ];
}

/** SELECTED_FOR_DEV → Selected for dev */
function inWords(enumName: string): string {
  return enumName.charAt(0) + enumName.slice(1).toLowerCase().replaceAll('_', ' ');
}

function shortened(description: string): string {
  const characters = Array.from(description);
  if (characters.length <= LONGEST_DESCRIPTION) return description;
  return `${characters.slice(0, LONGEST_DESCRIPTION).join('')} […]`;
}

function paragraph(text: string): SafeHtml {
  return html`<p class="ink" style="margin: 0 0 20px; font-size: 15px; line-height: 1.55; color: #1c1f26;">${text}</p>`;
}

function detailsTable(details: [name: string, value: string][]): SafeHtml {
  return html`<table
    role="presentation"
    width="100%"
    cellpadding="0"
    cellspacing="0"
    border="0"
    style="font-size: 15px; line-height: 1.5;"
  >
    ${details.map(
      ([name, value]) =>
        html`<tr>
          <td
            class="soft rule"
            width="110"
            style="padding: 7px 12px 7px 0; border-top: 1px solid #e9ebef; color: #5b6270; vertical-align: top;"
          >
            ${name}
          </td>
          <td
            class="ink rule"
            style="padding: 7px 0; border-top: 1px solid #e9ebef; color: #1c1f26; overflow-wrap: anywhere;"
          >
            ${value}
          </td>
        </tr> `,
    )}
  </table> `;
}

function quote(text: string): SafeHtml {
  return html`<div
    class="quote"
    style="margin: 20px 0 0; padding: 12px 16px; background-color: #f6f7f9; border-left: 3px solid #c5cad4; font-size: 15px; line-height: 1.55; color: #1c1f26; overflow-wrap: anywhere;"
  >
    ${htmlLines(text)}
  </div>`;
}
