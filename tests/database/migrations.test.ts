import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { Client } from 'pg';
import { poolConfig } from '../../src/database/connection/database-config.js';
import { migrate, migrating } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { ormOptions } from '../../src/app/orm.js';
import { waitFor } from '../jobs/wait-for.js';
import { rehearseMigrations } from '../../scripts/rehearse-migrations.js';
import { databaseUrl, onServer } from '../support/test-database.js';

/** Long enough for what looks only into the catalogue. */
const SHORT_MS = 500;

const postgres = process.env['TEST_DATABASE_URL'] ?? '';
const name = `docket_rehearsal_${randomUUID().replaceAll('-', '')}`;
beforeAll(async () => onServer(postgres, `create database ${name} template template0`));
afterAll(async () => onServer(postgres, `drop database ${name} with (force)`));

describe('on data', () => {
  test('every migration goes down and up again, loses nothing that must be kept, and ends at the same schema', async () => {
    const sizes = { tickets: 300, comments: 900, users: 50 };
    const steps = await rehearseMigrations(databaseUrl(postgres, name), sizes);
    const all = migrations.map((migration) => migration.name).slice(1);
    expect(steps).toEqual([...all.toReversed().map((each) => `down ${each}`), ...all.map((each) => `up ${each}`)]);
  }, 60_000);
});

test('a migration may take longer than a request', async () => {
  const url = databaseUrl(postgres, name);
  const session = { statement_timeout: String(SHORT_MS) };
  const orm = await MikroORM.init(ormOptions(url, undefined, poolConfig(url, '', { timeoutMs: 5_000, session })));
  const other = new Client({ connectionString: url });
  await other.connect();
  const last = migrations.at(-1)?.name ?? '';
  try {
    await migrating(orm, async (transaction) => orm.migrator.down({ transaction }));
    await other.query('begin');
    // It can be read, and what has run cannot be written down.
    await other.query('lock table migration in exclusive mode');
    let settled = false;
    const migrated = migrate(orm).finally(() => (settled = true));
    migrated.catch(() => {});
    await waitFor(async () => {
      const { rowCount } = await other.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
           and clock_timestamp() - query_start > '${2 * SHORT_MS} ms'`,
      );
      // A statement that gave up waits no longer.
      return rowCount === 1 || settled;
    });
    await other.query('rollback');
    await migrated;
    expect((await orm.migrator.getExecuted()).at(-1)?.name).toBe(last);
  } finally {
    await other.end();
    await orm.close(true);
  }
});
