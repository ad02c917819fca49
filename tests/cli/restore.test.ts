import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrations } from '../../src/database/migrations/index.js';
import { REPLACED_MIGRATIONS } from '../../src/database/migrations/replaced.js';
import { connect } from '../../src/app/orm.js';
import { buildComment, buildPerson, buildTicket } from '../support/factories.js';
import { asBeforeTheInitialMigration } from '../support/replaced-migrations.js';
import { newSigningKey, startTestServer, type TestServer } from '../support/server.js';
import { onServer } from '../support/test-database.js';
import { backUp, newDatabase, query, restoreInto, withChanged } from './backups.js';
import { cli, file, folder } from './support.js';

const KEY_FILE = 'jwt-private-keys.json';
const NOTHING = 'Nothing was changed.\n';
/** One sentence on what is wrong, and perhaps one on what to do. */
const REFUSAL = /^\S+ (is|has|was) .*\. Nothing was changed\.$/m;
const ROWS = `select (select count(*)::int from "user") as users, (select count(*)::int from ticket) as tickets,
  (select count(*)::int from role) as roles, (select count(*)::int from migration) as migrations`;

let server: TestServer;
let archive: string;
let whole: Buffer;
beforeAll(async () => {
  server = await startTestServer();
  const author = await buildPerson(server);
  for (let count = 0; count < 20; count += 1) {
    const ticket = await buildTicket(server, { createdBy: author, title: `Wombat ${count}` });
    await buildComment(server, { ticket, author });
  }
  const dataDir = await folder();
  await writeFile(join(dataDir, KEY_FILE), JSON.stringify([newSigningKey()]));
  archive = await backUp(server, dataDir);
  whole = await readFile(archive);
});
afterAll(async () => server.stop());

describe('a restore that is refused says why, and changes neither the database nor the keys', () => {
  let url: string;
  beforeAll(async () => {
    url = await newDatabase({ migrated: true });
  });

  async function refusalOf(path: string, database = url): Promise<string> {
    const before = await query(database, ROWS);
    const { code, stdout, stderr, dataDir } = await restoreInto(database, path, server);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(await query(database, ROWS)).toEqual(before);
    expect(await readdir(dataDir)).toEqual([]);
    return stderr.replace(path, 'FILE');
  }

  test('a database in which something is', async () => {
    const other = await startTestServer();
    await buildTicket(other);
    const { databaseUrl } = other;
    expect(await refusalOf(archive, databaseUrl)).toBe('A Docket server runs on this database. Stop it first.\n');
    const kept = await newDatabase();
    expect(await restoreInto(kept, archive, server)).toMatchObject({ code: 0 });
    expect(await refusalOf(archive, kept)).toBe(
      'The database is not empty (there are rows in "comment"), and a restore never overwrites. Give it a new database by DATABASE_URL, or a new folder by DATA_DIR.\n',
    );
    await other.stop();
  });

  test.each([0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])('a file cut off after %d of it', async (share) => {
    const cut = await file('cut.tar', whole.subarray(0, Math.floor(whole.length * share)));
    expect(await refusalOf(cut)).toBe(`FILE is cut off: its end is missing. ${NOTHING}`);
  });

  test('a file in which a bit is wrong, wherever it is', async () => {
    const places = Array.from({ length: 40 }, (_, place) => Math.floor((whole.length * (place + 0.5)) / 40));
    for (const place of places) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(place) ^ 4, place);
      const changed = await file('changed.tar', bytes);
      const check = await cli(server, ['restore', '--check', changed]);
      expect(check).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(REFUSAL) });
      if (place % 4 === 0) expect(await refusalOf(changed)).toMatch(REFUSAL);
    }
  });

  test('rows that are not those that were backed up', async () => {
    const other = await withChanged(archive, 'manifest.json', ({ tables, ...rest }) => ({
      ...rest,
      tables: { ...(tables as object), ticket: { rows: 20, bytes: 1, sha256: 'another' } },
    }));
    expect(await refusalOf(other)).toBe(`FILE is damaged (table "ticket"). ${NOTHING}`);
    const fewer = await withChanged(archive, 'manifest.json', ({ tables, ...rest }) => ({
      ...rest,
      tables: Object.fromEntries(
        Object.entries(tables as Record<string, object>).map(([name, contents]) => [name, { ...contents, rows: 19 }]),
      ),
    }));
    expect(await refusalOf(fewer)).toMatch(/^FILE is damaged \(table "\w+" has \d+ rows that are not the 19 of the/);
  });

  test('a newer format, and migrations that are not known here', async () => {
    const newer = await withChanged(archive, 'backup.json', (header) => ({ ...header, format: 2 }));
    expect(await refusalOf(newer)).toBe(
      `FILE has the format 2, of a newer Docket; this one reads up to 1. Restore it with the version that made it. ${NOTHING}`,
    );
    const names = [...migrations.map(({ name }) => name), 'Migration20991231235959_dreams'];
    const later = await withChanged(archive, 'backup.json', (header) => ({ ...header, migrations: names }));
    expect(await refusalOf(later)).toBe(
      `FILE was made by another version of Docket (Migration20991231235959_dreams is not known here). Restore it with the version that made it, or a later one. ${NOTHING}`,
    );
  });

  test('a backup from between the replaced migrations is refused, with what to do', async () => {
    expect(await refusalOf(await backupFromBefore(REPLACED_MIGRATIONS.slice(0, -1)))).toBe(
      `FILE is of a version whose migrations were replaced. Restore it with the last version of Docket before "One initial migration" (CHANGELOG.md, 27 November 2026), and make a backup of that. ${NOTHING}`,
    );
  });

  test('what is no backup, and what is not there', async () => {
    expect(await refusalOf(await file('text', 'x'.repeat(2000)))).toBe(`FILE is not a backup of Docket. ${NOTHING}`);
    expect(await refusalOf(await file('nothing', ''))).toBe(`FILE is cut off: its end is missing. ${NOTHING}`);
    expect(await refusalOf('/nowhere/docket.tar')).toBe('FILE cannot be read: ENOENT.\n');
  });
});

test('a backup can be checked without a database', async () => {
  const result = await cli({ ...server, databaseUrl: 'postgres://127.0.0.1:1/none' }, ['restore', archive, '--check']);
  expect(result).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^It is whole: [\d,]+ rows and the signing keys, as of 2026-/),
  });
});

const copies = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('docket-restore-'));

test('a backup may come through a pipe, and nothing of it is left in the folder for temporary files', async () => {
  const url = await newDatabase();
  const settings = { DATA_DIR: await folder() };
  const before = await copies();
  const cut = await cli({ ...server, databaseUrl: url }, ['restore', '-'], whole.subarray(0, 20_000), settings);
  expect(cut).toMatchObject({ code: 1, stderr: `- is cut off: its end is missing. ${NOTHING}` });
  expect(await cli({ ...server, databaseUrl: url }, ['restore', '-'], whole, settings)).toMatchObject({ code: 0 });
  expect(await query(url, ROWS)).toEqual(await query(server.databaseUrl, ROWS));
  expect(await copies()).toEqual(before);
});

test('a restore needs no superuser', async () => {
  const name = `docket_owner_${process.pid}`;
  await onServer(process.env['TEST_DATABASE_URL'] ?? '', `create role ${name} login password 'secret'`);
  const url = new URL(await newDatabase({ owner: name }));
  Object.assign(url, { username: name, password: 'secret' });
  try {
    expect(await restoreInto(url.href, archive, server)).toMatchObject({ code: 0 });
    expect(await query(url.href, ROWS)).toEqual(await query(server.databaseUrl, ROWS));
    const again = await restoreInto(await newDatabase(), await backUp({ ...server, databaseUrl: url.href }), server);
    expect(again).toMatchObject({ code: 0 });
  } finally {
    const databases = await query<{ datname: string }>(
      server.databaseUrl,
      `select datname from pg_database d join pg_roles r on r.oid = datdba where rolname = '${name}'`,
    );
    for (const { datname } of databases) {
      await onServer(process.env['TEST_DATABASE_URL'] ?? '', `drop database ${datname} with (force)`);
    }
    await onServer(process.env['TEST_DATABASE_URL'] ?? '', `drop role ${name}`);
  }
});

/** A backup as the replaced migrations would have made it, at the level of the initial one. */
async function backupFromBefore(executed?: readonly string[]): Promise<string> {
  const old = await newDatabase();
  expect(await restoreInto(old, archive, server)).toMatchObject({ code: 0 });
  const orm = await connect(old);
  await orm.migrator.down({ to: migrations[0]?.name });
  await orm.close(true);
  await onServer(old, ...asBeforeTheInitialMigration(executed));
  return backUp({ ...server, databaseUrl: old });
}

test.each([
  { into: 'an empty database', migrated: false, replaced: false },
  { into: 'one that this version has migrated', migrated: true, replaced: false },
  { into: 'one on which the replaced migrations ran', migrated: true, replaced: true },
])('a backup of an older version is brought up to date, in $into', async ({ migrated, replaced }) => {
  const older = await backupFromBefore();

  const url = await newDatabase({ migrated });
  if (replaced) await onServer(url, ...asBeforeTheInitialMigration());
  expect(await restoreInto(url, older, server)).toMatchObject({ code: 0 });
  expect(await query(url, ROWS)).toEqual(await query(server.databaseUrl, ROWS));
  const copy = await startTestServer({ on: { databaseUrl: url, clock: server.clock } });
  const person = await buildPerson(copy, { username: 'reader' });
  const { tickets } = await person.client.query('{ tickets(filter: { search: "wombat" }) { totalCount } }');
  expect(tickets.totalCount).toBe(20);
  await copy.stop();
});

test('keys that DATA_DIR has already stay behind those of the backup', async () => {
  const dataDir = await folder();
  const own = newSigningKey();
  await writeFile(join(dataDir, KEY_FILE), JSON.stringify([own]));
  const databaseUrl = await newDatabase();
  expect(await cli({ ...server, databaseUrl }, ['restore', archive], '', { DATA_DIR: dataDir })).toMatchObject({
    code: 0,
    stderr: '',
  });
  const keys = JSON.parse(await readFile(join(dataDir, KEY_FILE), 'utf8'));
  expect(keys).toHaveLength(2);
  expect(keys[1].x).toBe(own.x);
});

test('keys in JWT_PRIVATE_KEYS that are others are told of', async () => {
  const settings = { DATA_DIR: await folder(), JWT_PRIVATE_KEYS: JSON.stringify([newSigningKey()]) };
  const { code, stderr } = await cli(
    { ...server, databaseUrl: await newDatabase() },
    ['restore', archive],
    '',
    settings,
  );
  expect(code).toBe(0);
  expect(stderr).toContain('JWT_PRIVATE_KEYS does not have the keys of the backup');
});
