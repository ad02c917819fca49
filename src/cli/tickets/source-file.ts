import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { TextDecoder } from 'node:util';
import { isNativeError } from 'node:util/types';
import { type CommandContext, CommandError, UsageError } from '../command.js';
import { readCsv } from './csv-source.js';
import { readJson } from './json-source.js';
import { type SourceFile } from './source-record.js';

/**
 * All rows are held at once, since numbers must rise with the time of creation: measured, 54 MB of CSV with 50,000
 * rows take 850 MB of memory.
 */
const LARGEST_FILE_BYTES = 150 * 1024 * 1024;

export interface FileOptions {
  /** By default from the file's name. */
  readonly format?: string;
  /** Any name that the WHATWG encoding standard knows; UTF-8 by default. */
  readonly encoding?: string;
  readonly delimiter?: string;
}

/**
 * Reads a file, `-` being standard input.
 * @throws CommandError when it cannot be read, with the reason; UsageError for an option that makes no sense
 */
export async function readSourceFile(
  { stdin, workingDir }: Pick<CommandContext, 'stdin' | 'workingDir'>,
  name: string,
  { format = extname(name).slice(1).toLowerCase(), encoding = 'utf-8', delimiter }: FileOptions,
): Promise<SourceFile> {
  if (format !== 'csv' && format !== 'json') throw new UsageError('Say what the file is: --format csv or json.');
  if (delimiter !== undefined && delimiter.length !== 1) throw new UsageError('--delimiter is one character.');
  const decoder = decoderFor(encoding);
  const bytes = name === '-' ? await buffer(stdin) : await readBytes(resolve(workingDir, name));
  if (bytes.length > LARGEST_FILE_BYTES) {
    throw new CommandError('The file is larger than 150 MB. Split it, each part with the first line.');
  }
  const text = decode(bytes, decoder);
  return format === 'csv' ? readCsv(text, delimiter) : readJson(text);
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = isNativeError(cause) && 'code' in cause ? cause.code : undefined;
    const reason = code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new CommandError(`${path} cannot be read: ${reason}.`, { cause });
  }
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new UsageError(`There is no encoding "${encoding}". Try utf-8, windows-1252 or utf-16le.`, { cause });
  }
}

function decode(bytes: Buffer, decoder: TextDecoder): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const line = decoder.encoding === 'utf-8' ? `Line ${firstLineNotUtf8(bytes)}: this` : 'This';
    throw new CommandError(
      `${line} is not ${decoder.encoding}. Name the file's encoding, e.g. --encoding windows-1252. Nothing was imported.`,
      { cause },
    );
  }
}

function firstLineNotUtf8(bytes: Buffer): number {
  let line = 1;
  for (let begin = 0; begin < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, begin);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(begin, end))) return line;
    begin = end;
  }
  return line;
}
