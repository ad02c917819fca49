import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isNativeError } from 'node:util/types';
import { CommandError } from './command.js';

/**
 * Writes a file that is there only when all of it is written.
 * @throws CommandError when it cannot be written
 */
export async function writeWholeFile(
  file: string,
  contents: Readable,
  options: { readonly mode?: number; readonly flush?: boolean } = {},
): Promise<void> {
  const unfinished = `${file}.unfinished-${process.pid}`;
  try {
    await pipeline(contents, createWriteStream(unfinished, { flags: 'wx', ...options }));
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    const code = isNativeError(cause) && 'syscall' in cause && 'code' in cause ? String(cause.code) : undefined;
    if (code === undefined) throw cause;
    throw new CommandError(`${file} cannot be written: ${code}.`, { cause });
  }
}
