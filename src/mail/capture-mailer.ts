import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import { createTransport } from 'nodemailer';
import type { Clock } from '../common/clock.js';
import { capturedMailName, parseCapturedMailName } from './captured-mail.names.js';
import { composeMail } from './compose.js';
import { MailRefusedError, type Mailer, type MailMessage } from './mailer.js';

/** Captured mails may hold links that sign somebody in. */
const ONLY_OWNER_FILE = 0o600;
const ONLY_OWNER_DIRECTORY = 0o700;

interface CaptureSettings {
  /** Created when the first mail comes. */
  directory: string;
  from: string;
  clock: Clock;
}

/**
 * Writes each mail as an .eml file instead of sending it. A mail whose Message-ID was captured before replaces that
 * file and keeps its name, as a mailbox shows one mail for an id: the folder says what people would read. Files
 * appear whole or not at all.
 */
export function createCaptureMailer({ directory, from, clock }: CaptureSettings): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

  return {
    async send(message: MailMessage, stored): Promise<void> {
      const now = clock.now();
      const { message: content } = await transport.sendMail(composeMail(message, { from, date: now }));
      try {
        await mkdir(directory, { recursive: true, mode: ONLY_OWNER_DIRECTORY });
        const name = capturedMailName(message.messageId, now);
        const file = (await fileCapturedBefore(directory, name.safeId)) ?? name.file;
        await writeWhole(join(directory, file), content);
      } catch (error) {
        const code = types.isNativeError(error) && 'code' in error ? ` (${String(error.code)})` : '';
        throw new MailRefusedError(`the mail could not be written${code}`, { permanent: false });
      }
      await stored?.();
    },

    async close(): Promise<void> {
      transport.close();
    },
  };
}

async function fileCapturedBefore(directory: string, safeId: string): Promise<string | undefined> {
  const files = await readdir(directory);
  return files.find((file) => parseCapturedMailName(file)?.safeId === safeId);
}

async function writeWhole(path: string, content: Parameters<typeof writeFile>[1]): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, content, { mode: ONLY_OWNER_FILE });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
