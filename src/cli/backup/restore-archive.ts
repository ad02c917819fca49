import { MikroORM } from '@mikro-orm/postgresql';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isNativeError } from 'node:util/types';
import { type ClientBase, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { poolConfig } from '../../database/connection/database-config.js';
import { type Report } from '../../database/connection/open-session.js';
import { exclusively } from '../../database/migrate.js';
import { takeOver } from '../../database/migrations/take-over.js';
import { ormOptions } from '../../app/orm.js';
import { type ArchivedTable, type ArchiveManifest, damaged, type TableContents } from './archive-format.js';
import { detach } from './detached.js';
import { checkEmpty, levelOf } from './level.js';
import { type ArchiveReader } from './read-archive.js';
import { Fingerprint, readTable, SESSION, type Table, tablesOf, target } from './tables.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** What building an index may use; the server's own setting is for many at once. */
const INDEX_MEMORY = `set local maintenance_work_mem = '256MB'; set local work_mem = '64MB'`;

interface Restoring {
  /** Called after each table is restored. */
  readonly done: (table: string, rows: number) => void;
  /** Called for a table in the archive that no migration creates: its rows are not restored. */
  readonly leftOut: (table: string) => void;
  /** Called with a message while waiting. */
  readonly tell?: Report;
}

/**
 * Puts the archive into an empty database and brings that up to date, in one transaction.
 * @throws ArchiveError when the archive cannot be restored, CommandError when the database is not empty; nothing is
 * changed then
 */
export async function restoreArchive(url: string, archive: ArchiveReader, restoring: Restoring): Promise<void> {
  const level = levelOf(archive.header.migrations);
  await exclusively(
    url,
    async () => {
      const clients = new Map<number, ClientBase>();
      const config = poolConfig(url, '-restore', { timeoutMs: CONNECT_TIMEOUT_MS });
      const pool = {
        ...config,
        onConnect: async (client: ClientBase) => {
          await config.onConnect(client);
          clients.set(await backendOf(client), client);
        },
      };
      const orm = await MikroORM.init(ormOptions(url, undefined, pool));
      try {
        await orm.em.fork().transactional(async (em) => {
          const transaction: unknown = em.getTransactionContext();
          const [backend] = await em.execute<{ pid: number }[]>('select pg_backend_pid() as pid');
          const client = backend && clients.get(backend.pid);
          if (client === undefined) throw new Error('The connection of the transaction is unknown');
          await client.query(SESSION);
          await client.query(INDEX_MEMORY);
          await takeOver(em);
          await checkEmpty(client, url);
          await orm.migrator.up({ transaction, to: level });
          await orm.migrator.down({ transaction, to: level });
          await fill(client, archive, restoring);
          await orm.migrator.up({ transaction });
        });
        // The first queries would be planned without knowing how much there is.
        await orm.em.getConnection().execute('analyze');
      } finally {
        await orm.close(true);
      }
    },
    restoring.tell,
  );
}

async function fill(client: ClientBase, archive: ArchiveReader, { done, leftOut }: Restoring): Promise<void> {
  const tables = await tablesOf(client);
  checkTables(tables, archive.header.tables);
  const attach = await detach(client);
  // Rows that are frozen, as a table's in the transaction that emptied it may be, need no vacuum later.
  await client.query(`truncate ${tables.map(({ name }) => escapeIdentifier(name)).join(', ')}`);
  const copied = new Map<string, TableContents>();
  for (const archived of archive.header.tables) {
    const isKnown = tables.some(({ name }) => name === archived.name);
    if (!isKnown) leftOut(archived.name);
    const contents = isKnown ? await copyIn(client, archive, archived) : await skipTable(archive, archived);
    copied.set(archived.name, { rows: 0, ...contents });
    done(archived.name, copied.get(archived.name)?.rows ?? 0);
  }
  const manifest = await archive.finish();
  const known = archive.header.tables.filter(({ name }) => tables.some((table) => table.name === name));
  await attach().catch((error: unknown) => {
    throw asDamage('the tables do not fit together', error);
  });
  await setSequences(client, manifest);
  for (const archived of known) {
    const { order = '' } = tables.find(({ name }) => name === archived.name) ?? {};
    await verify(client, { ...archived, order }, manifest);
  }
}

/** @throws ArchiveError when a table is missing, or has other columns than its level says */
function checkTables(tables: readonly Table[], archived: readonly ArchivedTable[]): void {
  for (const { name, columns } of tables) {
    const found = archived.find((candidate) => candidate.name === name);
    const fits = found?.columns.toSorted().join() === columns.toSorted().join();
    if (!fits) throw damaged(`its table "${name}" is not the one that its migrations make`);
  }
}

async function copyIn(client: ClientBase, archive: ArchiveReader, table: ArchivedTable): Promise<TableContents> {
  const seen = new Fingerprint();
  const copy = client.query(copyFrom(`copy ${target(table)} from stdin with (freeze)`));
  try {
    await pipeline(seen.watch(archive.rowsOf(table)), copy);
  } catch (error) {
    throw asDamage(`table "${table.name}"`, error);
  }
  return { rows: copy.rowCount, ...seen.result() };
}

/** Reads a table's rows and puts them nowhere. */
export async function skipTable(
  archive: ArchiveReader,
  table: ArchivedTable,
): Promise<Pick<TableContents, 'bytes' | 'sha256'>> {
  const seen = new Fingerprint();
  try {
    await readToEnd(seen.watch(archive.rowsOf(table)));
  } catch (error) {
    throw asDamage(`table "${table.name}"`, error);
  }
  return seen.result();
}

async function setSequences(client: ClientBase, { sequences }: ArchiveManifest): Promise<void> {
  for (const { name, next } of sequences) {
    const { rows } = await client.query<{ found: boolean }>(
      'select to_regclass(quote_ident($1)) is not null as found',
      [name],
    );
    // Unlike setval it is undone with the transaction.
    if (rows[0]?.found === true)
      await client.query(`alter sequence ${escapeIdentifier(name)} restart with ${BigInt(next)}`);
  }
}

/** Reads the table back and compares it with what was there when the backup was made. */
async function verify(client: ClientBase, table: Table, manifest: ArchiveManifest): Promise<void> {
  const { rows, contents } = readTable(client, table);
  await readToEnd(rows);
  const found = await contents();
  const expected = manifest.tables[table.name];
  if (found.rows !== expected?.rows || found.sha256 !== expected.sha256) {
    throw damaged(`table "${table.name}" has ${found.rows} rows that are not the ${expected?.rows ?? 0} of the backup`);
  }
}

async function readToEnd(stream: AsyncIterable<unknown>): Promise<void> {
  await Readable.from(stream).forEach(() => {});
}

/** Data that PostgreSQL or zlib cannot read tells of a damaged archive; other faults are themselves. */
function asDamage(where: string, error: unknown): unknown {
  const code = isNativeError(error) && 'code' in error ? String(error.code) : '';
  return /^(22|23|Z_)/.test(code) ? damaged(where, error) : error;
}

async function backendOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}
