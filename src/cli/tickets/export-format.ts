import { EXPORTED_FIELDS, type ExportedTicket } from './exported-ticket.js';

/** RFC 4180 but for line ends, which are LF; what is nested stands as JSON in its cell, what is null as an empty one. */
export async function* asCsv(tickets: AsyncIterable<ExportedTicket>): AsyncGenerator<string> {
  yield `${EXPORTED_FIELDS.join(',')}\n`;
  for await (const ticket of tickets) {
    yield `${EXPORTED_FIELDS.map((field) => cell(ticket[field])).join(',')}\n`;
  }
}

function cell(value: ExportedTicket[keyof ExportedTicket]): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
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
