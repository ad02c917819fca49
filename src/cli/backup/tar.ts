import { createHash, type Hash } from 'node:crypto';
import { ArchiveError, damaged } from './archive-format.js';

/** POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"), so that `tar` can look into an archive. */
const BLOCK = 512;
const OWNER_ONLY = '0000600';
/** An entry is held in memory; ours are smaller. A length beyond this is a damaged one. */
const MAX_ENTRY_BYTES = 64 * 1024 * 1024;

const FIELDS = { name: [0, 100], size: [124, 12], checksum: [148, 8], magic: [257, 6] } as const;

/** One file in the archive, its length filled up to whole blocks. */
export function tarEntry(name: string, content: Buffer, modifiedAt: Date): Buffer[] {
  const head = Buffer.alloc(BLOCK);
  head.write(name, ...FIELDS.name);
  head.write(OWNER_ONLY, 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  head.write(octal(content.length, 11), ...FIELDS.size);
  head.write(octal(Math.floor(modifiedAt.getTime() / 1000), 11), 136);
  head.write('0', 156);
  head.write('ustar\x0000', 257);
  head.write(`${octal(checksumOf(head), 6)}\0 `, ...FIELDS.checksum);
  return [head, content, Buffer.alloc(paddingOf(content.length))];
}

/** What stands after the last file. */
const END = Buffer.alloc(BLOCK);

/** The last file: the SHA-256 of every byte before it. */
const SEAL = 'sha256';

/** The bytes of a whole archive, from those of its files. */
export async function* withTrailer(files: AsyncIterable<Buffer>, modifiedAt: Date): AsyncGenerator<Buffer, void, void> {
  const hash = createHash('sha256');
  for await (const bytes of files) {
    hash.update(bytes);
    yield bytes;
  }
  yield* tarEntry(SEAL, Buffer.from(`${hash.digest('hex')}\n`), modifiedAt);
  yield END;
  yield END;
}

/**
 * The files of an archive with its trailer, in their order.
 * @throws ArchiveError when the bytes are no archive, or one whose end is missing, and at the end when a bit is wrong
 */
export async function* tarEntries(
  source: AsyncIterable<Buffer>,
): AsyncGenerator<{ name: string; content: Buffer }, void, void> {
  const bytes = new Bytes(source);
  for (let first = true; ; first = false) {
    const before = bytes.hash.copy();
    const head = await bytes.take(BLOCK);
    const isHead = text(head, FIELDS.magic).startsWith('ustar');
    if (!isHead || Number.parseInt(text(head, FIELDS.checksum), 8) !== checksumOf(head)) {
      throw first ? new ArchiveError('is not a backup of Docket.') : damaged('a file begins in the wrong place');
    }
    const size = Number.parseInt(text(head, FIELDS.size), 8);
    if (!(size <= MAX_ENTRY_BYTES)) throw damaged('a file is too long');
    const content = await bytes.take(size);
    const padding = await bytes.take(paddingOf(size));
    const name = text(head, FIELDS.name);
    if (name !== SEAL) {
      yield { name, content };
      continue;
    }
    if (content.toString().trim() !== before.digest('hex')) throw damaged('its checksum is another');
    const rest = [padding, await bytes.take(BLOCK), await bytes.take(BLOCK)];
    if (Buffer.concat(rest).some((byte) => byte !== 0)) throw damaged('it goes on after its end');
    return;
  }
}

/** Takes bytes off a stream by number. */
class Bytes {
  /** Of all that were taken. */
  readonly hash: Hash = createHash('sha256');
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Buffer> {
    const taken = [this.#rest];
    let length = this.#rest.length;
    while (length < count) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new ArchiveError('is cut off: its end is missing.');
      taken.push(next.value);
      length += next.value.length;
    }
    const all = Buffer.concat(taken, length);
    this.#rest = all.subarray(count);
    const wanted = all.subarray(0, count);
    this.hash.update(wanted);
    return wanted;
  }
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function paddingOf(length: number): number {
  return (BLOCK - (length % BLOCK)) % BLOCK;
}

function text(head: Buffer, [start, length]: readonly [number, number]): string {
  const [content = ''] = head.toString('utf8', start, start + length).split('\0', 1);
  return content;
}

/** The sum of the bytes, those of the checksum itself counting as spaces. */
function checksumOf(head: Buffer): number {
  const [start, length] = FIELDS.checksum;
  return head.reduce((sum, byte, index) => sum + (index >= start && index < start + length ? 0x20 : byte), 0);
}
