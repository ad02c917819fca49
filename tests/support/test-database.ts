import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { startEmbeddedDatabase } from '../../src/database/embedded/embedded-database.js';
import { migrate } from '../../src/database/migrate.js';
import { connect } from '../../src/app/orm.js';

/** The migrated, empty database that every test file's own is a copy of. */
export const TEMPLATE = 'docket_test_template';

/** Nothing in a test's database must survive a power cut. */
export const FAST_AND_LOOSE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
};

export function databaseUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs statements on the server's maintenance database. */
export async function onServer(server: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Starts PostgreSQL for a run of the tests, unless `given` names one, and makes the template. */
export async function startTestDatabase(
  given: string | undefined,
  dataDir: string,
  settings: Readonly<Record<string, string>> = FAST_AND_LOOSE,
) {
  const embedded = given ? null : await startEmbeddedDatabase({ dataDir, databaseName: 'postgres', settings });
  const url = given ?? embedded?.url ?? '';
  await onServer(url, `drop database if exists ${TEMPLATE}`, `create database ${TEMPLATE} template template0`);
  const orm = await connect(databaseUrl(url, TEMPLATE));
  await migrate(orm);
  await orm.close(true);
  return {
    url,
    async stop() {
      await embedded?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
