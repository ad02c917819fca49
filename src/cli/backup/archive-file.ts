import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Readable } from 'node:stream';
import { isNativeError } from 'node:util/types';
import { type CommandContext, CommandError } from '../command.js';

const STANDARD_INPUT = '-';
const ONLY_OWNER = 0o600;

/** An archive that can be read from its beginning more than once. */
export class ArchiveFile {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /**
   * The file; what comes through a pipe is copied to the folder for temporary files first.
   * @throws CommandError when it cannot be read, or not be copied
   */
  static async open(name: string, context: CommandContext): Promise<ArchiveFile> {
    if (name === STANDARD_INPUT) return new ArchiveFile(await copied(context.stdin));
    const handle = await openToRead(name, context);
    if ((await handle.stat()).isFile()) return new ArchiveFile(handle);
    return new ArchiveFile(await copied(handle.createReadStream()));
  }

  read(): Readable {
    return this.#handle.createReadStream({ start: 0, autoClose: false });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** The archive's bytes for one reading, wherever they come from. */
export async function openArchive(name: string, context: CommandContext): Promise<Readable> {
  return name === STANDARD_INPUT ? context.stdin : (await openToRead(name, context)).createReadStream();
}

async function openToRead(name: string, { workingDir }: CommandContext): Promise<FileHandle> {
  const file = resolve(workingDir, name);
  try {
    return await open(file);
  } catch (cause) {
    throw new CommandError(`${file} cannot be read: ${codeOf(cause)}.`, { cause });
  }
}

/** A file without a name, so that nothing is left of it however the process ends. */
async function copied(source: Readable): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    const folder = await mkdtemp(join(tmpdir(), 'docket-restore-'));
    handle = await open(join(folder, 'archive.tar'), 'wx+', ONLY_OWNER);
    await rm(folder, { recursive: true });
    await handle.writeFile(source);
    return handle;
  } catch (cause) {
    await handle?.close();
    throw new CommandError(
      `The backup cannot be copied to ${tmpdir()}: ${codeOf(cause)}. Set TMPDIR to another folder, or give a file in place of a pipe.`,
      { cause },
    );
  }
}

function codeOf(error: unknown): string {
  return isNativeError(error) && 'code' in error ? String(error.code) : 'unknown';
}
