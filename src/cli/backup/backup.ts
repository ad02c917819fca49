import { readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openSession } from '../../database/connection/open-session.js';
import { type CommandContext, CommandError, defineCommand, UsageError } from '../command.js';
import { reportOnStderr, withDatabaseUrl } from '../database.js';
import { Progress } from '../progress.js';
import { writeWholeFile } from '../write-file.js';
import { keysInUse } from './keys.js';
import { writeArchive } from './write-archive.js';

const ONLY_OWNER = 0o600;
/** As `nameAt` makes them. */
const OURS = /^docket-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.tar$/;
const STANDARD_OUTPUT = '-';

export const backup = defineCommand({
  name: 'backup',
  summary: 'Writes everything in the database, and the signing keys, to one file.',
  arguments: ['FILE|DIR'],
  options: {
    keep: { type: 'string', value: 'N', help: 'In DIR, remove the oldest backups so that N are left.' },
  },
  details:
    'As it is at one moment, while the server goes on. In a folder the file is named by that moment; - is standard output. The file appears when it is complete, and only its owner can read it: it holds password hashes and the keys that sign tokens. Mails captured in DATA_DIR, and the settings, are not in it. See docs/backup.md.',
  async run(context, { keep }, [target = '']) {
    const kept = keep === undefined ? undefined : Number(keep);
    if (kept !== undefined && !(Number.isInteger(kept) && kept >= 1)) throw new UsageError('--keep is a whole number.');
    const path = target === STANDARD_OUTPUT ? undefined : resolve(context.workingDir, target);
    const folder = path !== undefined && (await isFolder(path)) ? path : undefined;
    if (kept !== undefined && folder === undefined) throw new UsageError('--keep needs a folder.');
    const now = context.clock.now();
    const file = folder === undefined ? path : join(folder, nameAt(now));

    const keys = await keysInUse(context.env);
    if (keys === null) {
      context.stderr.write(
        'There are no signing keys in DATA_DIR or JWT_PRIVATE_KEYS: after a restore everybody has to sign in again.\n',
      );
    }
    const progress = new Progress(context.stderr, 'rows');
    let rows = 0;
    await withDatabaseUrl(context.env, async (url) => {
      const client = await openSession(url, { use: '-backup', report: reportOnStderr });
      try {
        const done = (_table: string, count: number) => progress.show((rows += count));
        await write(writeArchive({ client, now, keys, done }), file, context);
      } finally {
        progress.end();
        await client.end();
      }
    });
    if (file === undefined) return;
    const { size } = await stat(file);
    context.stdout.write(`Wrote ${rows.toLocaleString('en')} rows, ${sizeOf(size)}, to ${file}. Keep it secret.\n`);
    if (folder !== undefined && kept !== undefined) await removeOldest(folder, kept, context);
  },
});

async function write(archive: AsyncIterable<Buffer>, file: string | undefined, { stdout }: CommandContext) {
  if (file === undefined) return pipeline(Readable.from(archive), stdout, { end: false });
  if (await stat(file).catch(() => null)) throw new CommandError(`${file} is there already. Name another file.`);
  await writeWholeFile(file, Readable.from(archive), { mode: ONLY_OWNER, flush: true });
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() === true;
}

/** Sorts by time, and holds no character that a file system refuses. */
function nameAt(now: Date): string {
  return `docket-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z.tar`;
}

async function removeOldest(folder: string, kept: number, { stdout }: CommandContext): Promise<void> {
  const files = (await readdir(folder)).filter((name) => OURS.test(name)).toSorted();
  const surplus = files.slice(0, Math.max(0, files.length - kept));
  for (const name of surplus) {
    await rm(join(folder, name));
    stdout.write(`Removed ${name}.\n`);
  }
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
