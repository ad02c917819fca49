import { linesOf } from './text-lines.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is safe to send as it stands. Only `html` makes it, so text that was not escaped cannot be one. */
export class SafeHtml {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

type HtmlValue = string | number | SafeHtml | readonly HtmlValue[];

/** A tagged template whose values are escaped, for elements and quoted attributes, unless they are SafeHtml already. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): SafeHtml {
  return new SafeHtml(strings.reduce((markup, string, i) => markup + escaped(values[i - 1] ?? '') + string));
}

function escaped(value: HtmlValue): string {
  if (value instanceof SafeHtml) return value.toString();
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  if (typeof value === 'number') return String(value);
  return value.map(escaped).join('');
}

/** Text that a person wrote, with its line breaks. */
export function htmlLines(text: string): SafeHtml {
  const [first = '', ...others] = linesOf(text);
  return html`${first}${others.map((line) => html`<br />${line}`)}`;
}
