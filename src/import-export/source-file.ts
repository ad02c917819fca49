import { extname } from 'node:path';
import { UsageError } from '../cli/command.js';
import { readCsv } from './csv-source.js';
import { type InputFile } from './input-file.js';
import { readJson } from './json-source.js';
import { type SourceFile } from './source-record.js';

type SourceFormat = 'csv' | 'json';

/** @throws UsageError when neither the option nor the file's name says what the file is, or the delimiter is none */
export function sourceFormat(name: string, options: { format?: string; delimiter?: string }): SourceFormat {
  const { format = extname(name).slice(1).toLowerCase(), delimiter } = options;
  if (delimiter !== undefined && delimiter.length !== 1) throw new UsageError('--delimiter is one character.');
  if (format === 'csv' || format === 'json') return format;
  if (format === 'tsv') return 'csv';
  if (format === 'jsonl' || format === 'ndjson') return 'json';
  throw new UsageError('Say what the file is: --format csv or json.');
}

/**
 * @param verbatim members of JSON objects whose values stay as they are
 * @throws CommandError when the file as a whole cannot be read
 */
export async function readSource(
  file: InputFile,
  format: SourceFormat,
  { delimiter, verbatim }: { delimiter: string | undefined; verbatim: readonly string[] },
): Promise<SourceFile> {
  return format === 'csv' ? readCsv(file, delimiter) : readJson(file, verbatim);
}
