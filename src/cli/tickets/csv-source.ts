import { CsvError, parse } from 'csv-parse/sync';
import { CommandError } from '../command.js';
import { LineCounter, type RowFault, type SourceFile, type SourceRecord, storable } from './source-record.js';

const DELIMITERS = [',', ';', '\t'] as const;

interface Row {
  readonly cells: string[];
  readonly line: number;
}

/**
 * Reads CSV (RFC 4180) whose first row names the columns. A column that repeats has several values.
 * @param delimiter by default whichever of comma, semicolon and tab the first line has most of
 * @throws CommandError when the file as a whole cannot be read; rows with too many or too few cells are faults
 */
export function readCsv(text: string, delimiter = likelyDelimiter(text)): SourceFile {
  const [header, ...rows] = splitRows(text, delimiter);
  if (header === undefined) throw new CommandError('The file is empty.');
  const columns = header.cells.map((name) => name.trim());
  const faults: RowFault[] = [];
  const records: SourceRecord[] = [];
  for (const { cells, line } of rows) {
    if (cells.length === columns.length) {
      records.push({ line, columns: byColumn(columns, cells), structured: new Map() });
    } else {
      const message = `This row has ${cells.length} columns; the first row has ${columns.length}.`;
      faults.push({ line, message });
    }
  }
  return { columns: [...new Set(columns)].filter((name) => name !== ''), records, faults };
}

function likelyDelimiter(text: string): string {
  const [firstLine = ''] = text.split('\n', 1);
  const unquoted = firstLine.replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return DELIMITERS.reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
}

/**
 * The library's own line numbers are off after a CRLF inside quotes, so that lines are counted from the bytes that it
 * had read before each row.
 */
function splitRows(text: string, delimiter: string): Row[] {
  const bytes = Buffer.from(text);
  // One character a byte, so that the library's offsets are the string's.
  const lines = new LineCounter(bytes.toString('latin1'));
  const rows: Row[] = [];
  let rowBegin = 0;
  const lineOf = (offset: number) => lines.lineAt(skipLineEnds(bytes, offset));
  try {
    parse(bytes, {
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells, { bytes: rowEnd }) => {
        rows.push({ cells, line: lineOf(rowBegin) });
        rowBegin = rowEnd;
        return null;
      },
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new CommandError(
      `Line ${lineOf(rowBegin)}: ${FAULTS[cause.code] ?? `${cause.message}.`} Nothing was imported.`,
      { cause },
    );
  }
  return rows;
}

function skipLineEnds(bytes: Buffer, offset: number): number {
  let position = offset;
  while (bytes[position] === 0x0a || bytes[position] === 0x0d) position += 1;
  return position;
}

/** What the library's codes mean to somebody who looks at the row. */
const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'in the row that begins here a quote (") is opened and never closed.',
  CSV_INVALID_CLOSING_QUOTE:
    'in the row that begins here something follows a closing quote ("); a quote inside a text is written twice.',
  INVALID_OPENING_QUOTE:
    'in the row that begins here a quote (") stands inside a text without quotes; put the text in quotes and write the quote twice.',
};

function byColumn(columns: readonly string[], cells: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [index, name] of columns.entries()) {
    const cell = storable(cells[index] ?? '');
    if (name === '' || cell === '') continue;
    const earlier = values.get(name);
    if (earlier) earlier.push(cell);
    else values.set(name, [cell]);
  }
  return values;
}
