import { page } from '../mail/page.js';
import { html } from '../mail/templates/html.js';

/** The mail that has the link names the ticket; the page tells only its number, as the title may be another one by now. */
export function askToIgnorePage(number: number): string {
  return page(
    'Ignore a ticket',
    html`<h1>Ignore ticket #${number}?</h1>
      <p>Docket then sends you no more mails about it, unless somebody mentions you by name or assigns it to you.</p>
      <form method="post"><button type="submit">Ignore the ticket</button></form>
      <p class="soft">Want to hear more of it? Just close this page.</p>`,
  );
}

export function ignoredPage(number: number): string {
  return page(
    'Ticket ignored',
    html`<h1>You ignore ticket #${number}</h1>
      <p>Docket sends you no more mails about it, unless somebody mentions you by name or assigns it to you.</p>
      <p class="soft">To hear of it again, watch the ticket, or take the choice back (setTicketWatchState).</p>`,
  );
}

/** The same for forged links and for tickets that are hidden by now: it tells nothing of them. */
export function nothingToIgnorePage(): string {
  return page(
    'Link not valid',
    html`<h1>This link is not valid</h1>
      <p>
        Nothing was changed. Perhaps the mail program cut it off: copy the whole link from the end of the mail. It is
        not valid any more either when the ticket or the account is gone, or you may no longer see the ticket.
      </p>`,
  );
}
