import { isUtf8 } from 'node:buffer';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { isNativeError } from 'node:util/types';
import { InterruptedError, type CommandContext, CommandError, UsageError } from '../cli/command.js';

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
 * Runs the action on a file, `-` being standard input. What can be read only once is copied first. A byte order mark
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
  const path = resolve(workingDir, name);
  const handle = name === '-' ? await copyOf(stdin, signal) : await opened(path, signal);
  try {
    const sample = await readSample(handle);
    const binary = binaryFault(sample);
    if (binary !== null) throw new CommandError(`${binary} Nothing was imported.`);
    const actual = byteOrderMark(sample) ?? encoding;
    return await action({ text: () => decoded(handle, actual, likelyUtf16(sample)) });
  } finally {
    await handle.close();
  }
}

/** A named pipe, such as a shell's `<(…)`, gives its text once: it is copied as standard input is. */
async function opened(path: string, signal: AbortSignal): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const stats = await handle.stat();
    if (stats.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    if (stats.isFile()) return handle;
  } catch (cause) {
    await handle?.close();
    const code = isNativeError(cause) && 'code' in cause ? cause.code : undefined;
    const reason = code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new CommandError(`${path} cannot be read: ${reason}.`, { cause });
  }
  return copyOf(handle.createReadStream(), signal);
}

/** In a temporary file without a name: it is gone when the process ends, however it ends. */
async function copyOf(source: Readable, signal: AbortSignal): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'docket-import-'));
  let copy: FileHandle;
  try {
    copy = await open(join(folder, 'input'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const write = async (chunks: AsyncIterable<string | Buffer>) => {
    for await (const chunk of chunks) await copy.writeFile(chunk);
  };
  try {
    await pipeline(source, write, { signal });
    return copy;
  } catch (cause) {
    await copy.close();
    if (signal.aborted) throw new InterruptedError('Broken off. Nothing was imported.', { cause });
    throw cause;
  }
}

async function* bytesOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(CHUNK_BYTES), position });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function checkEncoding(encoding: string): void {
  try {
    // oxlint-disable-next-line no-new -- throws for an unknown encoding; the decoder is not needed
    new TextDecoder(encoding);
  } catch (cause) {
    throw new UsageError(`There is no encoding "${encoding}". Try utf-8, windows-1252 or utf-16le.`, { cause });
  }
}

async function readSample(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(SAMPLE_BYTES), position: 0 });
  return buffer.subarray(0, bytesRead);
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

async function* decoded(handle: FileHandle, encoding: string, utf16: string | undefined): AsyncGenerator<string> {
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
  for await (const chunk of bytesOf(handle)) {
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
