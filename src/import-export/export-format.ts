import { EXPORTED_FIELDS, type ExportedTicket } from './exported-ticket.js';

/** What makes a spreadsheet take a text for a formula, full-width forms in some locales too (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}]/u;

/**
 * RFC 4180 but for line ends, which are LF; what is nested stands as JSON in its cell, what is null as an empty one.
 * @param escapesFormulas puts an apostrophe before a text that a spreadsheet would run as a formula; it is not read back
 */
export async function* asCsv(tickets: AsyncIterable<ExportedTicket>, escapesFormulas = false): AsyncGenerator<string> {
  yield `${EXPORTED_FIELDS.join(',')}\n`;
  for await (const ticket of tickets) {
    const cells = EXPORTED_FIELDS.map((field) => textOf(ticket[field]));
    yield `${cells.map((text) => cell(escapesFormulas && FORMULA.test(text) ? `'${text}` : text)).join(',')}\n`;
  }
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function cell(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A list with one ticket a line. */
export async function* asJson(tickets: AsyncIterable<ExportedTicket>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const ticket of tickets) {
    yield `${separator}${JSON.stringify(ticket)}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}
