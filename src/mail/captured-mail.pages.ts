import type { CapturedMail } from './captured-mail.store.js';
import { page } from './page.js';
import { html, type SafeHtml } from './templates/html.js';

/**
 * All captured mails, as a page for /mail; `total` counts those too that are too old to be listed. Links are relative, here and below: a proxy may
 * take away a path before them.
 */
export function capturedMailListPage(mails: CapturedMail[], total: number): string {
  if (mails.length === 0) {
    return page(
      'Captured mail',
      html`<h1>Captured mail</h1>
        <div class="card empty">
          <p><strong>No mail yet.</strong></p>
          <p class="soft">
            No SMTP server is set (EMAIL_HOST), so Docket keeps its mails here instead of sending them. One appears when
            a ticket has been assigned to somebody and the waiting time (ASSIGN_REPORT_SCHEDULE, 12 minutes unless set
            otherwise) has passed. Reload to look again.
          </p>
        </div>`,
    );
  }
  const count = total > mails.length ? `The newest ${mails.length} of ${total} mails` : countOf(total);
  return page(
    'Captured mail',
    html`<h1>Captured mail</h1>
      <p class="soft">${count}, kept here because no SMTP server is set (EMAIL_HOST). Nobody received them.</p>
      <ol class="card">
        ${mails.map(listItem)}
      </ol>`,
  );
}

/** One mail: its headers, its two parts and the message as it would have been sent. */
export function capturedMailPage(mail: CapturedMail): string {
  const path = encodeURIComponent(mail.file);
  const headers = [
    ['From', mail.from],
    ['To', mail.to],
    ['Date', mail.date],
    ['Message-ID', mail.messageId],
  ];
  const htmlPart = html`<h2>HTML</h2>
    <div class="card">
      <iframe
        src="${path}/html"
        title="The HTML part of the mail"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
      ></iframe>
    </div>`;
  return page(
    titleOf(mail),
    html`<p><a href="../mail">← All mail</a></p>
      <h1>${titleOf(mail)}</h1>
      <dl class="card">
        ${headers.map(
          ([name = '', value = '']) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      <p><a href="${path}/raw" download="${mail.file}">Download the message (.eml)</a></p>
      ${mail.html === undefined ? [] : [htmlPart]}
      <h2>Text</h2>
      <pre class="card">${mail.text}</pre>`,
  );
}

/**
 * For a mail that is not there.
 * @param list the page of all mails, as seen from the address that was asked for
 */
export function capturedMailNotFoundPage(list: string): string {
  return page(
    'Mail not found',
    html`<h1>There is no such mail</h1>
      <p>It may have been removed. <a href="${list}">All mail</a></p>`,
  );
}

function listItem(mail: CapturedMail): SafeHtml {
  return html`<li>
    <a href="mail/${encodeURIComponent(mail.file)}">
      <strong>${titleOf(mail)}</strong>
      <time class="soft" datetime="${mail.capturedAt.toISOString()}">${timeOf(mail.capturedAt)}</time>
      <span class="to soft">To ${mail.to}</span>
    </a>
  </li> `;
}

function titleOf(mail: CapturedMail): string {
  return mail.subject === '' ? '(no subject)' : mail.subject;
}

/** In UTC, as the page has no script that could ask the browser for its time zone. */
function timeOf(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function countOf(total: number): string {
  return total === 1 ? 'One mail' : `${total} mails`;
}
