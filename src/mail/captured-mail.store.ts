import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { parseCapturedMailName } from './captured-mail.names.js';

/** Suffix of the name of a file that is being written. */
const UNFINISHED = /(?<=\.eml)\..*\.tmp$/;

export interface CapturedMail {
  file: string;
  capturedAt: Date;
  subject: string;
  from: string;
  to: string;
  date: string;
  messageId: string;
  text: string;
  html: string | undefined;
}

/** The names of all captured mails, newest first; none when the folder is not there yet. */
export async function listCapturedMailFiles(directory: string): Promise<string[]> {
  try {
    const files = await readdir(directory);
    return files
      .filter((file) => parseCapturedMailName(file) !== undefined)
      .toSorted()
      .toReversed();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * The message as it was captured; undefined for any name that is not one of `listCapturedMailFiles`, so that a name
 * out of a URL never becomes a path of its own.
 */
export async function readCapturedMail(directory: string, file: string): Promise<Buffer | undefined> {
  const files = await listCapturedMailFiles(directory);
  return files.includes(file) ? readFile(join(directory, file)) : undefined;
}

/** Removes what was captured before, and what a process that died then left half-written. Gives how many. */
export async function removeCapturedMails(directory: string, before: Date): Promise<number> {
  const files = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const old = files.filter((file) => {
    const [name = ''] = file.split(UNFINISHED, 1);
    const capturedAt = parseCapturedMailName(name)?.capturedAt;
    return capturedAt !== undefined && capturedAt < before;
  });
  for (const file of old) await rm(join(directory, file), { force: true });
  return old.length;
}

/** Takes a captured message apart. */
export async function parseCapturedMail(file: string, message: Buffer): Promise<CapturedMail> {
  const email = await PostalMime.parse(message);
  return {
    file,
    capturedAt: parseCapturedMailName(file)?.capturedAt ?? new Date(0),
    subject: email.subject ?? '',
    from: written(email.from === undefined ? [] : [email.from]),
    to: written(email.to ?? []),
    date: headerValue(email, 'date'),
    messageId: email.messageId ?? '',
    text: email.text ?? '',
    html: email.html,
  };
}

function written(addresses: Address[]): string {
  return addresses
    .flatMap((address) => address.group ?? [address])
    .map(({ name, address }) => (name === '' ? address : `${name} <${address}>`))
    .join(', ');
}

function headerValue(email: Email, key: string): string {
  return email.headers.find((header) => header.key === key)?.value ?? '';
}

function isMissing(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === 'ENOENT';
}
