import { isUtf8 } from 'node:buffer';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { isNativeError } from 'node:util/types';
import { BrokenOffError, type CommandContext, CommandError, UsageError } from '../command.js';

const CHUNK_BYTES = 256 * 1024;
/** Enough to see a byte order mark, or UTF-16 that has none. */
const SAMPLE_BYTES = 512;
const LINE_FEED = 0x0a;

/** A text file that can be read several times, a piece at a time. */
export interface InputFile {
  /** @throws CommandError when the bytes are no text in this encoding */
  text(): AsyncIterable<string>;
}

/**
 * Runs the action on a file, `-` being standard input, which is copied into a temporary file first. A byte order mark
 * has the last word on the encoding.
 * @param encoding any name that the WHATWG encoding standard knows
 * @throws CommandError when the file cannot be read; UsageError for an encoding that does not exist
 */
export async function withInputFile<Result>(
  { stdin, workingDir }: Pick<CommandContext, 'stdin' | 'workingDir'>,
  name: string,
  encoding: string,
  signal: AbortSignal,
  action: (file: InputFile) => Promise<Result>,
): Promise<Result> {
  checkEncoding(encoding);
  const folder = name === '-' ? await mkdtemp(join(tmpdir(), 'docket-import-')) : undefined;
  try {
    const path = folder === undefined ? resolve(workingDir, name) : join(folder, 'stdin');
    if (folder !== undefined) await copy(stdin, path, signal);
    const sample = await readSample(path);
    const binary = binaryFault(sample);
    if (binary !== null) throw new CommandError(`${binary} Nothing was imported.`);
    const actual = byteOrderMark(sample) ?? encoding;
    const file = { text: () => decoded(path, actual, likelyUtf16(sample)) };
    return await action(file);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function copy(stdin: CommandContext['stdin'], path: string, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(stdin, createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (cause) {
    if (signal.aborted) throw new BrokenOffError('Broken off. Nothing was imported.', { cause });
    throw cause;
  }
}

function checkEncoding(encoding: string): void {
  try {
    // oxlint-disable-next-line no-new -- the constructor is the check
    new TextDecoder(encoding);
  } catch (cause) {
    throw new UsageError(`There is no encoding "${encoding}". Try utf-8, windows-1252 or utf-16le.`, { cause });
  }
}

async function readSample(path: string): Promise<Buffer> {
  try {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(SAMPLE_BYTES) });
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const code = isNativeError(cause) && 'code' in cause ? cause.code : undefined;
    const reason = code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new CommandError(`${path} cannot be read: ${reason}.`, { cause });
  }
}

/** What people give for a CSV file by mistake, by its first bytes, with what to do about it. */
const BINARY: readonly (readonly [bytes: readonly number[], fault: string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'The file is a ZIP archive, as Excel workbooks (.xlsx) are. Save the sheet as "CSV UTF-8", or unpack the archive.',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'The file is an Excel workbook (.xls). Save the sheet as "CSV UTF-8".'],
  [[0x1f, 0x8b], 'The file is compressed with gzip. Unpack it, e.g. gunzip -c FILE | … import-tickets - --format csv.'],
  [[0xff, 0xfe, 0, 0], 'The file is in UTF-32. Save it as UTF-8.'],
];

function binaryFault(sample: Buffer): string | null {
  const found = BINARY.find(([bytes]) => bytes.every((byte, index) => sample[index] === byte));
  return found?.[1] ?? null;
}

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : undefined;
}

/** Western text in UTF-16 has a zero in every other byte; no other text has. */
function likelyUtf16(bytes: Buffer): string | undefined {
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0 || even + odd < bytes.length / 4) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

async function* decoded(path: string, encoding: string, utf16: string | undefined): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  if (utf16 !== undefined && !decoder.encoding.startsWith('utf-16')) {
    throw new CommandError(
      `The file looks like ${utf16}. If it is, say so: --encoding ${utf16}. Nothing was imported.`,
    );
  }
  // Since the last line end: so that the line of a fault is known.
  let pending: Buffer[] = [];
  let line = 1;
  const text = (chunk?: Buffer): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      const bytes = Buffer.concat(chunk === undefined ? pending : [...pending, chunk]);
      const place = decoder.encoding === 'utf-8' ? `Line ${line + firstLineNotUtf8(bytes)}: this` : 'This';
      throw new CommandError(
        `${place} is not ${decoder.encoding}. Name the file's encoding, e.g. --encoding windows-1252. Nothing was imported.`,
        { cause },
      );
    }
  };
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    if (!Buffer.isBuffer(chunk)) continue;
    yield text(chunk);
    const lastLineEnd = chunk.lastIndexOf(LINE_FEED);
    if (lastLineEnd !== -1) {
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) line += 1;
      pending = [];
    }
    pending.push(chunk.subarray(lastLineEnd + 1));
  }
  yield text();
}

/** Lines before the first that is not UTF-8. */
function firstLineNotUtf8(bytes: Buffer): number {
  let line = 0;
  for (let begin = 0; begin < bytes.length; line += 1) {
    const newline = bytes.indexOf(LINE_FEED, begin);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(begin, end))) return line;
    begin = end;
  }
  return line;
}
