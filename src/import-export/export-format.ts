import { stringify } from 'csv-stringify';
import { pipeline, Readable } from 'node:stream';
import { EXPORTED_FIELDS, type ExportedTicket } from './exported-ticket.js';

/**
 * RFC 4180 but for line ends, which are LF; what is nested stands as JSON in its cell, what is null as an empty one.
 * @param escapesFormulas puts an apostrophe before a text that a spreadsheet would run as a formula (OWASP, CSV
 * injection); it is not read back
 */
export function asCsv(tickets: AsyncIterable<ExportedTicket>, escapesFormulas = false): AsyncIterable<string> {
  const csv = stringify({
    escape_formulas: escapesFormulas,
    // Separators of other tables too, and blanks at an end, which some programs drop.
    quoted_match: /[;\t\r\n]|^\s|\s$/,
    record_delimiter: '\n',
  });
  csv.setEncoding('utf8');
  // The error reaches the one who reads.
  return pipeline(Readable.from(rowsOf(tickets)), csv, () => {});
}

async function* rowsOf(tickets: AsyncIterable<ExportedTicket>): AsyncGenerator<readonly string[]> {
  yield EXPORTED_FIELDS;
  for await (const ticket of tickets) yield EXPORTED_FIELDS.map((field) => textOf(ticket[field]));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
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
