/** `2026-11-21T09-30-00.000Z-<message id>.eml`: sorts by time, holds no character that a file system refuses. */
const FILE_NAME = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)-([\w.@-]+)\.eml$/;

/**
 * Keeps the name within the 100 characters that Fastify's router takes for a parameter. Ids that differ only after
 * that are taken for one; ours differ in the UUID that they start with.
 */
const MAX_ID_LENGTH = 64;

interface CapturedMailName {
  file: string;
  capturedAt: Date;
  /** The Message-ID with every character replaced that does not belong into a file name. */
  safeId: string;
}

/** The name under which a mail is captured. */
export function capturedMailName(messageId: string, capturedAt: Date): CapturedMailName {
  const safeId = messageId.replace(/[^\w.@-]/g, '_').slice(0, MAX_ID_LENGTH);
  return { file: `${capturedAt.toISOString().replaceAll(':', '-')}-${safeId}.eml`, capturedAt, safeId };
}

/** What a file name says; undefined for a file that no capture wrote. */
export function parseCapturedMailName(file: string): CapturedMailName | undefined {
  const [, time, safeId] = FILE_NAME.exec(file) ?? [];
  if (time === undefined || safeId === undefined) return undefined;
  const capturedAt = new Date(time.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
  return Number.isNaN(capturedAt.getTime()) ? undefined : { file, capturedAt, safeId };
}
