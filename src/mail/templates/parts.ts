import { html, htmlLines, type SafeHtml } from './html.js';

/** What mail programs show of it. */
export const MAX_PREHEADER_LENGTH = 150;

/** SELECTED_FOR_DEV → Selected for dev */
export function inWords(enumName: string): string {
  return enumName.charAt(0) + enumName.slice(1).toLowerCase().replaceAll('_', ' ');
}

/** At most so many characters, none of them split; a long text ends with a mark. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most).join('')} […]`;
}

/* Each part keeps a distance to what follows, and none to what is before it: any of them may come first. */

export function paragraph(text: string): SafeHtml {
  return html`<p class="ink" style="margin: 0 0 16px; font-size: 15px; line-height: 1.55; color: #1c1f26;">${text}</p>`;
}

/** A sentence about the mail itself, between what it tells. */
export function note(text: string): SafeHtml {
  return html`<p class="soft" style="margin: 0 0 16px; font-size: 14px; line-height: 1.5; color: #5b6270;">${text}</p>`;
}

/** What became of some fields, and a sentence about who did it. */
export function changesTable(
  changes: readonly (readonly [name: string, value: string])[],
  changedBy: string | undefined,
): SafeHtml {
  return html`<table
      role="presentation"
      width="100%"
      cellpadding="0"
      cellspacing="0"
      border="0"
      style="font-size: 15px; line-height: 1.5;"
    >
      ${changes.map(
        ([name, value]) =>
          html`<tr>
            <td class="soft" width="110" style="padding: 2px 12px 2px 0; color: #5b6270; vertical-align: top;">
              ${name}
            </td>
            <td class="ink" style="padding: 2px 0; color: #1c1f26; overflow-wrap: anywhere;">${value}</td>
          </tr> `,
      )}
    </table>
    <p class="soft" style="margin: 4px 0 20px; font-size: 13px; line-height: 1.5; color: #5b6270;">
      ${changedBy ?? ''}
    </p>`;
}

/**
 * A text that a person wrote, and who. Each line has its own direction; mail programs that know no `unicode-bidi` take
 * that of the first for all.
 */
export function quote(text: string, author: string): SafeHtml {
  return html`<div
    class="quote"
    style="margin: 0 0 16px; padding: 12px 16px; background-color: #f6f7f9; border-left: 3px solid #c5cad4; font-size: 15px; line-height: 1.55; color: #1c1f26; overflow-wrap: anywhere;"
  >
    <div dir="auto" style="unicode-bidi: plaintext; text-align: start;">${htmlLines(text)}</div>
    <div class="soft" style="margin: 8px 0 0; font-size: 13px; line-height: 1.5; color: #5b6270;">${author}</div>
  </div>`;
}
