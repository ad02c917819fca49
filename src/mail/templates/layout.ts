import { html, type SafeHtml } from './html.js';

/** What every mail of ours is made of; the layout decides how it looks. */
export interface MailContent {
  subject: string;
  /** What mail programs show beside the subject, before the mail is opened. */
  preheader: string;
  /** Null where the body stands for itself: mails about a ticket begin with what is new. */
  heading: string | null;
  body: { text: string; html: SafeHtml };
  /** Null where the mail only tells something. */
  action: MailLink | null;
  /** Why this person gets this mail. */
  reason: string;
  /** Where they stop mails of this kind, or about this ticket; none in a mail that they asked for. */
  optOuts: readonly MailLink[];
}

export interface MailLink {
  label: string;
  url: string;
}

/** A mail as a person reads it. */
export interface MailTexts {
  subject: string;
  text: string;
  html: string;
}

export function mailTexts(content: MailContent): MailTexts {
  return { subject: content.subject, text: mailText(content), html: mailHtml(content) };
}

const FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** Mail programs that know no media queries keep the inline, light colours. */
const DARK_COLOURS = html`<style>
  :root {
    color-scheme: light dark;
    supported-color-schemes: light dark;
  }
  @media (prefers-color-scheme: dark) {
    .page {
      background-color: #16181d !important;
    }
    .card {
      background-color: #22252c !important;
      border-color: #363a44 !important;
    }
    .ink {
      color: #eceef2 !important;
    }
    .soft {
      color: #a3a9b6 !important;
    }
    .link {
      color: #8fb1ff !important;
    }
    .rule {
      border-color: #363a44 !important;
    }
    .quote {
      background-color: #1b1e24 !important;
      border-color: #4d5360 !important;
      color: #eceef2 !important;
    }
  }
</style>`;

/** The HTML part: one column of at most 600 pixels, inline styles, no image and nothing to fetch. */
function mailHtml({ subject, preheader, heading, body, action, reason, optOuts }: MailContent): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${heading ?? subject}</title>
        ${DARK_COLOURS}
      </head>
      <body class="page" style="margin: 0; padding: 0; background-color: #f3f4f7;">
        <div style="display: none; max-height: 0; overflow: hidden; mso-hide: all;">${preheader}</div>
        <table
          role="presentation"
          class="page"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border="0"
          style="background-color: #f3f4f7;"
        >
          <tr>
            <td align="center" style="padding: 24px 12px;">
              <table
                role="presentation"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                style="max-width: 600px; font-family: ${FONT}; text-align: left;"
              >
                ${heading === null ? [] : senderHtml()}
                <tr>
                  <td
                    class="card"
                    style="padding: 28px 24px; background-color: #ffffff; border: 1px solid #e0e3e9; border-radius: 10px;"
                  >
                    ${heading === null ? [] : headingHtml(heading)} ${body.html}
                    ${action === null ? [] : actionHtml(action)}
                  </td>
                </tr>
                <tr>
                  <td class="soft" style="padding: 16px 4px 0; font-size: 13px; line-height: 1.5; color: #5b6270;">
                    ${reason}${optOuts.map(optOutHtml)}
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html> `.toString();
}

/** The plain text part, with the signature mark ("-- ") before what is not about the matter itself. */
function mailText({ heading, body, action, reason, optOuts }: MailContent): string {
  const matter = [...(heading === null ? [] : [heading]), body.text, ...(action === null ? [] : [lineOf(action)])];
  return `${matter.join('\n\n')}\n\n-- \n${[reason, ...optOuts.map(lineOf)].join('\n')}\n`;
}

function lineOf({ label, url }: MailLink): string {
  return `${label}: ${url}`;
}

function senderHtml(): SafeHtml {
  return html`<tr>
    <td class="soft" style="padding: 0 4px 12px; font-size: 14px; font-weight: 600; color: #5b6270;">Docket</td>
  </tr>`;
}

function headingHtml(heading: string): SafeHtml {
  return html`<h1
    class="ink"
    dir="auto"
    style="text-align: start; margin: 0 0 16px; font-size: 21px; line-height: 1.35; font-weight: 600; color: #1c1f26; overflow-wrap: anywhere;"
  >
    ${heading}
  </h1>`;
}

function optOutHtml({ label, url }: MailLink): SafeHtml {
  return html`<br /><a class="soft" href="${url}" target="_blank" rel="noopener" style="color: #5b6270;">${label}</a>`;
}

function actionHtml({ label, url }: MailLink): SafeHtml {
  return html`<p style="margin: 24px 0 0;">
    <a
      href="${url}"
      target="_blank"
      rel="noopener"
      style="display: inline-block; padding: 11px 20px; background-color: #2b5fd9; border-radius: 7px; font-size: 15px; font-weight: 600; color: #ffffff; text-decoration: none;"
      >${label}</a
    >
  </p>`;
}
