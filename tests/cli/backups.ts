import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect } from '@jest/globals';
import { Client } from 'pg';
import { withTrailer, tarEntries, tarEntry } from '../../src/cli/backup/tar.js';
import { type TestServer } from '../support/server.js';
import { databaseUrl, onServer, TEMPLATE } from '../support/test-database.js';
import { cli, folder } from './support.js';

const postgres = process.env['TEST_DATABASE_URL'] ?? '';
const databases: string[] = [];
afterAll(async () => {
  for (const name of databases) await onServer(postgres, `drop database if exists ${name} with (force)`);
});

/** A database in which nothing is, or what migrations make; goes away after the tests. */
export async function newDatabase({ migrated = false, owner = '' } = {}): Promise<string> {
  const name = `docket_backup_${randomUUID().replaceAll('-', '')}`;
  databases.push(name);
  await onServer(postgres, `create database ${name} template ${migrated ? TEMPLATE : 'template0'}`);
  if (owner !== '') await onServer(postgres, `alter database ${name} owner to ${owner}`);
  return databaseUrl(postgres, name);
}

type Served = Pick<TestServer, 'databaseUrl' | 'clock'>;

/** Makes a backup, with the keys of a DATA_DIR. Gives its path. */
export async function backUp(server: Served, dataDir?: string): Promise<string> {
  const path = join(await folder(), 'docket.tar');
  const result = await cli(server, ['backup', path], '', { DATA_DIR: dataDir ?? (await folder()) });
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('Keep it secret') });
  return path;
}

/** Restores into the database. Gives the DATA_DIR that got the keys, and what was said. */
export async function restoreInto(url: string, path: string, { clock }: Pick<Served, 'clock'>) {
  const dataDir = await folder();
  const result = await cli({ databaseUrl: url, clock }, ['restore', path], '', { DATA_DIR: dataDir });
  return { ...result, dataDir };
}

/** Rows of one statement, on a connection of its own. */
export async function query<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** A copy of the archive in which one of its JSON files is another, with a checksum that fits. */
export async function withChanged(
  path: string,
  name: string,
  change: (content: Record<string, unknown>) => Record<string, unknown>,
): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const entry of tarEntries(Readable.from([await readFile(path)]))) {
    const changed =
      entry.name === name ? Buffer.from(JSON.stringify(change(JSON.parse(entry.content.toString())))) : entry.content;
    blocks.push(...tarEntry(entry.name, changed, new Date(0)));
  }
  const copy = join(await folder(), 'changed.tar');
  await writeFile(copy, withTrailer(Readable.from(blocks), new Date(0)));
  return copy;
}
