import { z } from 'zod';
import { CommandError } from '../command.js';

/** Raised when a Docket that knows only the old format could not restore the new one rightly. */
export const ARCHIVE_FORMAT = 1;

/** In this order in the archive, a tar file; a table's data is one gzip stream cut into numbered parts. */
export const HEADER_FILE = 'backup.json';
export const KEYS_FILE = 'keys/jwt-private-keys.json';
export const MANIFEST_FILE = 'manifest.json';
export const dataFolder = (table: string) => `data/${table}/`;

const table = z.object({ name: z.string(), columns: z.array(z.string()).min(1) });
export type ArchivedTable = z.infer<typeof table>;

/** What is known before the first row is read: what a restore must decide on. */
export const header = z.object({
  format: z.literal(ARCHIVE_FORMAT),
  createdAt: z.iso.datetime(),
  postgres: z.string(),
  /** Every migration that had run: the level of the schema. */
  migrations: z.array(z.string()).min(1),
  tables: z.array(table),
  keys: z.boolean(),
});
export type ArchiveHeader = z.infer<typeof header>;

const sequence = z.object({ name: z.string(), next: z.string() });
const contents = z.object({ rows: z.int(), bytes: z.int(), sha256: z.string() });
/** A table's data: its rows as text, as COPY writes them, in the order of the primary key. */
export type TableContents = z.infer<typeof contents>;

/** What is known when the last row was read. */
export const manifest = z.object({
  tables: z.record(z.string(), contents),
  sequences: z.array(sequence),
});
export type ArchiveManifest = z.infer<typeof manifest>;

/** The archive is not what it should be; the message continues a sentence that begins with its name. */
export class ArchiveError extends CommandError {
  override name = 'ArchiveError';
}

export const damaged = (where: string, cause?: unknown) => new ArchiveError(`is damaged (${where}).`, { cause });
