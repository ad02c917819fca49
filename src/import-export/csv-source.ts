import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { CommandError } from '../cli/command.js';
import { type CsvHead, readCsvHead } from './csv-head.js';
import { type InputFile } from './input-file.js';
import { LineCounter } from './line-counter.js';
import { REPLACED, type RowFault, type SourceFile, type SourceRecord, storable } from './source-record.js';

/** A larger row comes of a quote that is never closed. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * Reads CSV (RFC 4180) whose first row names the columns. A column that repeats has several values.
 * @param delimiter by default what a line `sep=` says, or whichever of comma, semicolon and tab the first row has most of
 * @throws CommandError when the file as a whole cannot be read; rows with too many or too few cells are faults
 */
export async function readCsv(file: InputFile, delimiter?: string): Promise<SourceFile> {
  const [header] = await firstOf(rowsOf(file, delimiter));
  if (header === undefined) throw new CommandError('The file is empty.');
  const names = header.cells.map((name, index) => name.trim() || `column ${index + 1}`);
  return {
    columns: [...new Set(names)],
    leftOut: [],
    async *rows() {
      let isHeader = true;
      for await (const row of rowsOf(file, delimiter)) {
        if (!isHeader) yield asRecord(names, row);
        isHeader = false;
      }
    },
  };
}

async function firstOf<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  for await (const value of values) return [value];
  return [];
}

function asRecord(names: readonly string[], { cells, line }: Row): SourceRecord | RowFault {
  if (cells.length !== names.length) {
    return { line, message: `This row has ${cells.length} columns; the first row has ${names.length}.` };
  }
  const columns = new Map<string, string[]>();
  const notes = new Set<string>();
  for (const [index, name] of names.entries()) {
    const written = cells[index] ?? '';
    const cell = storable(written);
    if (cell !== written) notes.add(REPLACED);
    if (cell === '') continue;
    const earlier = columns.get(name);
    if (earlier) earlier.push(cell);
    else columns.set(name, [cell]);
  }
  const values = new Map([...columns].map(([name, texts]) => [name, texts.length === 1 ? texts[0] : texts]));
  return { line, columns, structured: new Map(), values, notes: [...notes] };
}

/**
 * The rows with their lines. The library's own line numbers are off after a CRLF inside quotes, so that lines are counted
 * from the bytes that it had read before each row.
 */
async function* rowsOf(file: InputFile, delimiter: string | undefined): AsyncGenerator<Row> {
  const { head, text } = await beginning(file);
  const lines = new LineCounter(head.lineEnd, head.line);
  const counted = async function* () {
    for await (const chunk of text) {
      const bytes = Buffer.from(chunk);
      lines.add(bytes);
      yield bytes;
    }
  };
  let rowBegin = 0;
  const parser = parse({
    delimiter: delimiter ?? head.delimiter,
    record_delimiter: head.lineEnd === '\r' ? '\r' : ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
    on_record: (cells: string[], { bytes: rowEnd }) => {
      const line = lines.lineAt(rowBegin);
      rowBegin = rowEnd;
      return [String(line), ...cells];
    },
  });
  const source = Readable.from(counted());
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const row of source.pipe(parser)) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- csv-parse types records as any; `on_record` above returns string[]
      const [line, ...cells] = row as string[];
      yield { line: Number(line), cells };
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new CommandError(
      `Line ${lines.lineAt(rowBegin)}: ${FAULTS[cause.code] ?? `${cause.message}.`} Nothing was imported.`,
      { cause },
    );
  } finally {
    source.destroy();
  }
}

/** What the file's beginning says, and the text from the row of names on. */
async function beginning(file: InputFile): Promise<{ head: CsvHead; text: AsyncIterable<string> }> {
  const chunks = file.text()[Symbol.asyncIterator]();
  let begun = '';
  let head: CsvHead | null = null;
  while (head === null) {
    const { done, value } = await chunks.next();
    begun += done === true ? '' : value;
    head = readCsvHead(begun, done === true);
  }
  const rest = begun.slice(head.offset);
  const text = async function* () {
    yield rest;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  return { head, text: text() };
}

/** What the library's codes mean to somebody who looks at the row. */
const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'in the row that begins here a quote (") is opened and never closed.',
  CSV_MAX_RECORD_SIZE: 'the row that begins here has more than 64 MB. Probably a quote (") is opened and never closed.',
  CSV_INVALID_CLOSING_QUOTE:
    'in the row that begins here something follows a closing quote ("); a quote inside a text is written twice.',
  INVALID_OPENING_QUOTE:
    'in the row that begins here a quote (") stands inside a text without quotes; put the text in quotes and write the quote twice.',
};
