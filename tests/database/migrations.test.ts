import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { type MigrationObject } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import { Client } from 'pg';
import { poolConfig } from '../../src/database/connection/database-config.js';
import { migrate, migrating } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { connectWith, rehearseMigrations } from '../../scripts/rehearse-migrations.js';
import { waitFor } from '../jobs/wait-for.js';
import { databaseUrl, onServer } from '../support/test-database.js';

/** Long enough for what looks only into the catalogue. */
const SHORT_MS = 500;
const SIZES = { tickets: 300, comments: 900, users: 50 };

const postgres = process.env['TEST_DATABASE_URL'] ?? '';
const databases: string[] = [];
afterAll(async () => {
  for (const name of databases) await onServer(postgres, `drop database ${name} with (force)`);
});

async function emptyDatabase(): Promise<string> {
  const name = `docket_migrations_${randomUUID().replaceAll('-', '')}`;
  databases.push(name);
  await onServer(postgres, `create database ${name} template template0`);
  return databaseUrl(postgres, name);
}

/** Docket's migrations and one after them. */
function withLater(up: string, down: string): MigrationObject[] {
  class Later extends Migration {
    override up(): void {
      this.addSql(up);
    }

    override down(): void {
      this.addSql(down);
    }
  }
  return [...migrations, { name: 'Migration29991231235959_later', class: Later }];
}

const namesOf = (of: readonly MigrationObject[]) => of.map(({ name }) => name);
const ADD_COLUMN = 'alter table product add column shelf text';
const DROP_COLUMN = 'alter table product drop column shelf';

test.each([
  ['the migrations so far', migrations],
  ['one more', withLater(ADD_COLUMN, DROP_COLUMN)],
])(
  'every migration but the initial one goes down and up again, loses nothing that must be kept, and ends at the same schema: %s',
  async (_which, of) => {
    const steps = await rehearseMigrations(await emptyDatabase(), SIZES, { of });
    const later = namesOf(of).slice(1);
    expect(steps).toEqual([...later.toReversed().map((each) => `down ${each}`), ...later.map((each) => `up ${each}`)]);
  },
  60_000,
);

test.each([
  ['loses rows', ADD_COLUMN, `${DROP_COLUMN}; delete from token`, /^The lowest level lost rows of token/],
  [
    'changes rows',
    ADD_COLUMN,
    `${DROP_COLUMN}; update session set user_agent = ''`,
    /^The lowest level lost rows of session/,
  ],
  [
    'leaves something behind',
    'drop index if exists product_by_name',
    'select 1',
    /^Down to the lowest level left another/,
  ],
])(
  'a migration that %s on its way down is told by the rehearsal',
  async (_fault, up, down, told) => {
    await expect(rehearseMigrations(await emptyDatabase(), SIZES, { of: withLater(up, down) })).rejects.toThrow(told);
  },
  60_000,
);

test('the initial migration has no way down, and says so', async () => {
  const orm = await connectWith(await emptyDatabase(), migrations);
  try {
    await migrate(orm);
    await expect(orm.migrator.down({ to: 0 })).rejects.toThrow('Drop the database instead.');
    expect((await orm.migrator.getExecuted()).map(({ name }) => name)).toEqual(namesOf(migrations));
  } finally {
    await orm.close(true);
  }
});

test.each([0, 1])('the kinds of mails grow where there are %d notifications, which are kept', async (count) => {
  const url = await emptyDatabase();
  const orm = await connectWith(url, migrations);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await migrating(orm, async (transaction) => orm.migrator.up({ to: migrations[0]?.name, transaction }));
    // Its people and ticket do not matter.
    await client.query('set session_replication_role = replica');
    const insert = (kind: string) =>
      client.query(
        `insert into notification (id, kind, status, cancel_reason, recipient_id, ticket_id, changes, created_at, send_at)
         values (gen_random_uuid(), $1, 'CANCELLED', 'BY_STAFF', gen_random_uuid(), gen_random_uuid(), '[]', now(), now())`,
        [kind],
      );
    for (let i = 0; i < count; i += 1) await insert('DIGEST');
    await migrate(orm);
    const { rows: enums } = await client.query(
      `select enum_range(null::notification_kind)::text as kinds, enum_range(null::notification_cancel_reason)::text as reasons`,
    );
    expect(enums).toEqual([
      {
        kinds: '{ASSIGNED,UPDATED,DIGEST,REPLIED,NEW_UNASSIGNED,MENTIONED}',
        reasons:
          '{REASSIGNED,UNASSIGNED,TICKET_DELETED,USER_DELETED,UNSUBSCRIBED,BY_STAFF,EMAIL_UNCONFIRMED,NOT_VISIBLE,ASSIGNED,MERGED,RETRACTED}',
      },
    ]);
    await insert('MENTIONED');
    const { rows } = await client.query('select kind, cancel_reason as reason from notification order by kind');
    const kept = [{ kind: 'DIGEST', reason: 'BY_STAFF' }].slice(0, count);
    expect(rows).toEqual([...kept, { kind: 'MENTIONED', reason: 'BY_STAFF' }]);
  } finally {
    await client.end();
    await orm.close(true);
  }
});

test('a migration may take longer than a request', async () => {
  const url = await emptyDatabase();
  const session = { statement_timeout: String(SHORT_MS) };
  const of = withLater(ADD_COLUMN, DROP_COLUMN);
  const orm = await connectWith(url, of, poolConfig(url, '', { timeoutMs: 5_000, session }));
  const other = new Client({ connectionString: url });
  await other.connect();
  try {
    await migrating(orm, async (transaction) => orm.migrator.up({ to: migrations.at(-1)?.name, transaction }));
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
    expect((await orm.migrator.getExecuted()).map(({ name }) => name)).toEqual(namesOf(of));
  } finally {
    await other.end();
    await orm.close(true);
  }
});

test('migrations that come to a deadlock with a write begin again, and the write is not ended', async () => {
  const url = await emptyDatabase();
  const of = withLater(
    'alter table notification add column shelf text; alter table ticket add column shelf text',
    'alter table notification drop column shelf; alter table ticket drop column shelf',
  );
  const orm = await connectWith(url, of);
  const writer = new Client({ connectionString: url });
  await writer.connect();
  try {
    await migrating(orm, async (transaction) => orm.migrator.up({ to: migrations.at(-1)?.name, transaction }));
    await writer.query('begin');
    await writer.query('lock table ticket in row exclusive mode');
    const migrated = migrate(orm);
    migrated.catch(() => {});
    await waitFor(async () => {
      const { rowCount } = await writer.query(
        'select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
      );
      return rowCount === 1;
    });
    await writer.query('lock table notification in row exclusive mode');
    await writer.query('commit');
    await migrated;
    expect((await orm.migrator.getExecuted()).map(({ name }) => name)).toEqual(namesOf(of));
  } finally {
    await writer.end();
    await orm.close(true);
  }
});
