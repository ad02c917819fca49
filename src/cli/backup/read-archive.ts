import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import {
  ARCHIVE_FORMAT,
  type ArchivedTable,
  ArchiveError,
  type ArchiveHeader,
  type ArchiveManifest,
  damaged,
  dataFolder,
  header,
  HEADER_FILE,
  KEYS_FILE,
  manifest,
  MANIFEST_FILE,
} from './archive-format.js';
import { tarEntries } from './tar.js';

const anyFormat = z.object({ format: z.number() });

/** An archive, read once from its beginning to its end: the tables in their order, then the manifest. */
export class ArchiveReader {
  readonly header: ArchiveHeader;
  /** The signing keys as a JSON array of JWKs. */
  readonly keys: string | null;
  readonly #entries: Entries;

  private constructor(entries: Entries, archiveHeader: ArchiveHeader, keys: string | null) {
    this.#entries = entries;
    this.header = archiveHeader;
    this.keys = keys;
  }

  /** @throws ArchiveError when it is no archive, or one of a format that is not known here */
  static async open(source: AsyncIterable<Buffer>): Promise<ArchiveReader> {
    const entries = new Entries(source);
    if (!(await entries.isNext(HEADER_FILE))) throw new ArchiveError('is not a backup of Docket.');
    const text = await entries.take(HEADER_FILE);
    const { data: { format } = {} } = anyFormat.safeParse(parsed(HEADER_FILE, text));
    if (format !== undefined && format > ARCHIVE_FORMAT) {
      throw new ArchiveError(
        `has the format ${format}, of a newer Docket; this one reads up to ${ARCHIVE_FORMAT}. Restore it with the version that made it.`,
      );
    }
    const read = shaped(HEADER_FILE, header, text);
    return new ArchiveReader(entries, read, read.keys ? (await entries.take(KEYS_FILE)).toString() : null);
  }

  /** The next table's rows, as COPY wrote them. */
  rowsOf({ name }: ArchivedTable): AsyncIterable<Buffer> {
    const parts = Readable.from(this.#entries.takeAll(dataFolder(name)));
    return pipeline(parts, createGunzip(), () => {
      // An error ends the stream with it, which the caller is reading.
    });
  }

  /** @throws ArchiveError when any bit of the archive is not what was written */
  async finish(): Promise<ArchiveManifest> {
    const read = shaped(MANIFEST_FILE, manifest, await this.#entries.take(MANIFEST_FILE));
    await this.#entries.end();
    return read;
  }
}

/** The archive's files, with a look at the next one. */
class Entries {
  readonly #entries: AsyncIterator<{ name: string; content: Buffer }, void>;
  #next: Promise<IteratorResult<{ name: string; content: Buffer }, void>> | undefined;

  constructor(source: AsyncIterable<Buffer>) {
    this.#entries = tarEntries(source);
  }

  async #peek() {
    this.#next ??= this.#entries.next();
    return (await this.#next).value ?? null;
  }

  async isNext(name: string): Promise<boolean> {
    return (await this.#peek())?.name === name;
  }

  async take(name: string): Promise<Buffer> {
    const entry = await this.#peek();
    if (entry?.name !== name) throw damaged(`${name} is not in its place`);
    this.#next = undefined;
    return entry.content;
  }

  async *takeAll(folder: string): AsyncGenerator<Buffer, void, void> {
    for (let number = 1; ; number += 1) {
      const entry = await this.#peek();
      if (entry?.name.startsWith(folder) !== true) break;
      yield await this.take(`${folder}${String(number).padStart(6, '0')}.gz`);
    }
  }

  async end(): Promise<void> {
    if ((await this.#peek()) !== null) throw damaged('it goes on after its end');
  }
}

function parsed(name: string, content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch (cause) {
    throw damaged(name, cause);
  }
}

function shaped<Shape>(name: string, shape: z.ZodType<Shape>, content: Buffer): Shape {
  const result = shape.safeParse(parsed(name, content));
  if (!result.success) throw damaged(name, result.error);
  return result.data;
}
