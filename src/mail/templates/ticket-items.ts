import { html, type SafeHtml } from './html.js';

/** A ticket in a list; both texts stay on their line. */
export interface TicketItem {
  /** `#13 Printer on fire` */
  name: string;
  facts: string;
  url: string;
}

/** A list of tickets for both parts of a mail. */
export function ticketItems(items: readonly TicketItem[]): { text: string; html: SafeHtml[] } {
  return {
    text: items.map(({ name, facts, url }) => `* ${name}\n  ${facts}\n  ${url}`).join('\n'),
    html: items.map(
      ({ name, facts, url }) =>
        html`<div class="rule" style="padding: 9px 0; border-top: 1px solid #e9ebef; overflow-wrap: anywhere;">
          <a href="${url}" class="link" dir="auto" style="font-size: 15px; color: #2b5fd9; text-decoration: none;"
            >${name}</a
          ><br /><span class="soft" style="font-size: 13px; color: #5b6270;">${facts}</span>
        </div>`,
    ),
  };
}
