import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { StartError } from '../../src/common/start-error.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { REPLACED_MIGRATIONS } from '../../src/database/migrations/replaced.js';
import { connect } from '../../src/app/orm.js';
import { asBeforeTheInitialMigration } from '../support/replaced-migrations.js';
import { databaseUrl, onServer, TEMPLATE } from '../support/test-database.js';

const NEWER = 'Migration29991231235959_newer';

const postgres = process.env['TEST_DATABASE_URL'] ?? '';
const databases: string[] = [];
afterAll(async () => {
  for (const name of databases) await onServer(postgres, `drop database ${name} with (force)`);
});

/** A database with one product, on which the replaced migrations have run. */
async function databaseOf(executed?: readonly string[], ...statements: string[]): Promise<string> {
  const name = `docket_replaced_${randomUUID().replaceAll('-', '')}`;
  databases.push(name);
  await onServer(postgres, `create database ${name} template ${TEMPLATE}`);
  const url = databaseUrl(postgres, name);
  const product = `insert into product (id, name, type, owner_email, created_at)
    values (gen_random_uuid(), 'Kept', 'OTHERS', 'owner@example.com', now())`;
  await onServer(url, product, ...asBeforeTheInitialMigration(executed), ...statements);
  return url;
}

async function migrateAt(url: string): Promise<void> {
  const orm = await connect(url);
  try {
    await migrate(orm);
  } finally {
    await orm.close(true);
  }
}

const STATE = `select array(select name::text from migration order by id) as migrations,
  to_regprocedure('must_hold(boolean)') is not null as has_must_hold, array(select name::text from product) as products`;

async function stateOf(url: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(STATE)).rows[0];
  } finally {
    await client.end();
  }
}

const TAKEN_OVER = { migrations: migrations.map(({ name }) => name), has_must_hold: false, products: ['Kept'] };

test('a database on which all of the replaced migrations have run is taken over, and stays as it is afterwards', async () => {
  const url = await databaseOf();
  await migrateAt(url);
  expect(await stateOf(url)).toEqual(TAKEN_OVER);
  await migrateAt(url);
  expect(await stateOf(url)).toEqual(TAKEN_OVER);
});

test('migrations after the replaced ones stay', async () => {
  const url = await databaseOf(undefined, `insert into migration (name) values ('${NEWER}')`);
  await migrateAt(url);
  expect(await stateOf(url)).toEqual({ ...TAKEN_OVER, migrations: [...TAKEN_OVER.migrations, NEWER] });
});

test('a database on which they ran before their search was complete is refused, and nothing is changed', async () => {
  const url = await databaseOf(undefined, 'drop table search_waiting');
  const before = await stateOf(url);
  await expect(migrateAt(url)).rejects.toThrow(/^The database was made by a development version/);
  expect(await stateOf(url)).toEqual(before);
});

test.each([
  ['the first', REPLACED_MIGRATIONS.slice(0, 1), REPLACED_MIGRATIONS[1]],
  ['all but the last', REPLACED_MIGRATIONS.slice(0, -1), REPLACED_MIGRATIONS.at(-1)],
  ['all but one in between', REPLACED_MIGRATIONS.toSpliced(8, 1), REPLACED_MIGRATIONS[8]],
])(
  'a database on which only %s of the replaced migrations ran is refused, and nothing is changed',
  async (_some, executed, missing) => {
    const url = await databaseOf(executed);
    const before = await stateOf(url);
    const error = await migrateAt(url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toHaveProperty(
      'message',
      `The database is of a version whose migrations were replaced, and ${missing} has not run on it. Start the last version of Docket before "One initial migration" (CHANGELOG.md, 27 November 2026) on it first, then this one.`,
    );
    expect(await stateOf(url)).toEqual(before);
  },
);
