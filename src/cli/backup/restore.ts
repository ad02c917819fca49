import { type Readable } from 'node:stream';
import { type CommandContext, CommandError, defineCommand } from '../command.js';
import { reportOnStderr, withDatabaseUrl } from '../database.js';
import { Progress } from '../progress.js';
import { ArchiveFile, openArchive } from './archive-file.js';
import { ArchiveError, damaged } from './archive-format.js';
import { type PreparedKeys, prepareKeys } from './keys.js';
import { ArchiveReader } from './read-archive.js';
import { skipTable, restoreArchive } from './restore-archive.js';

export const restore = defineCommand({
  name: 'restore',
  summary: 'Brings a backup into an empty database, and its signing keys into DATA_DIR.',
  arguments: ['FILE'],
  options: {
    check: { type: 'boolean', help: 'Only read the backup through and compare its checksums; needs no database.' },
  },
  details:
    'With no server running on it. All or nothing: when anything is wrong, the database stays as it was. A backup of an older Docket is brought up to date. - is standard input. See docs/backup.md.',
  async run(context, { check = false }, [name = '']) {
    try {
      await (check ? checkThrough(name, context) : bringIn(name, context));
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      throw new CommandError(`${name} ${error.message} Nothing was changed.`, { cause: error });
    }
  },
});

async function checkThrough(name: string, context: CommandContext): Promise<void> {
  const source = await openArchive(name, context);
  try {
    const { rows, keys, header } = await readThrough(source);
    const said = keys === null ? 'no signing keys' : 'the signing keys';
    context.stdout.write(`It is whole: ${rows.toLocaleString('en')} rows and ${said}, as of ${header.createdAt}.\n`);
  } finally {
    source.destroy();
  }
}

/** @throws ArchiveError when any bit of the archive is not what was written */
async function readThrough(source: Readable) {
  const archive = await ArchiveReader.open(source);
  const read = new Map<string, string>();
  for (const table of archive.header.tables) read.set(table.name, (await skipTable(archive, table)).sha256);
  const { tables } = await archive.finish();
  for (const [table, sha256] of read) {
    if (tables[table]?.sha256 !== sha256) throw damaged(`table "${table}"`);
  }
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  return { rows, keys: archive.keys, header: archive.header };
}

async function bringIn(name: string, context: CommandContext): Promise<void> {
  const file = await ArchiveFile.open(name, context);
  try {
    // PostgreSQL logs each row that it cannot take, with what is in it: a damaged archive does not get that far.
    await readThrough(file.read());
    await putIn(await ArchiveReader.open(file.read()), context);
  } finally {
    await file.close();
  }
}

async function putIn(archive: ArchiveReader, { env, stdout, stderr }: CommandContext): Promise<void> {
  const keys = archive.keys === null ? null : await prepareKeys(env, archive.keys);
  const progress = new Progress(stderr, 'rows');
  let rows = 0;
  try {
    await withDatabaseUrl(env, async (url) =>
      restoreArchive(url, archive, {
        done: (_table, count) => progress.show((rows += count)),
        tell: reportOnStderr,
        leftOut: (table) => stderr.write(`Left out: "${table}", which is none of Docket's tables.\n`),
      }),
    );
  } catch (error) {
    await keys?.discard();
    throw error;
  } finally {
    progress.end();
  }
  await keys?.keep();
  stdout.write(
    `Restored ${rows.toLocaleString('en')} rows, as of ${archive.header.createdAt}; counts and checksums agree.\n`,
  );
  tellOfKeys(keys, stderr);
}

function tellOfKeys(keys: PreparedKeys | null, stderr: CommandContext['stderr']): void {
  if (keys === null) stderr.write('The backup holds no signing keys: everybody has to sign in again.\n');
  else if (!keys.willHold) {
    stderr.write(
      'JWT_PRIVATE_KEYS does not have the keys of the backup: everybody has to sign in again, and links in mails stop working.\n',
    );
  }
}
