import { pageStyle } from './page.style.js';
import { html, type SafeHtml } from './templates/html.js';

/** A whole page for a browser, without script and with nothing to fetch. */
export function page(title: string, content: SafeHtml): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Docket</title>
        ${pageStyle}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `.toString();
}
