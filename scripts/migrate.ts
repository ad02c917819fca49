// Brings the database of DATABASE_URL up to date; the server does the same at start. With --check it fails if the
// entities have changes that no migration makes, after running every migration up, and all but the initial one down and up again; with --rehearse it
// does so on data, tells how long each migration takes, and fails if something is lost. Give both an empty database.
// Without DATABASE_URL they work on an embedded one in a temporary folder.
// Run: npm run migrate [-- --check | --rehearse [--tickets 100000 --comments 300000 --users 1000]]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedDatabase } from '../src/database/embedded/embedded-database.js';
import { exclusively, migrate } from '../src/database/migrate.js';
import { migrations } from '../src/database/migrations/index.js';
import { connect } from '../src/app/orm.js';
import { rehearseMigrations } from './rehearse-migrations.js';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    rehearse: { type: 'boolean', default: false },
    tickets: { type: 'string', default: '1000' },
    comments: { type: 'string', default: '3000' },
    users: { type: 'string', default: '100' },
  },
});
const trying = values.check || values.rehearse;

async function run(databaseUrl: string): Promise<void> {
  if (values.rehearse) {
    const sizes = { tickets: Number(values.tickets), comments: Number(values.comments), users: Number(values.users) };
    await rehearseMigrations(databaseUrl, sizes, { log: console.log });
    console.log(
      `Every migration after the initial one runs down and up again on ${sizes.tickets} tickets, and nothing is lost`,
    );
    return;
  }
  const orm = await connect(databaseUrl, console.log);
  try {
    await exclusively(
      databaseUrl,
      async () => {
        await migrate(orm);
        if (!values.check) return;
        await orm.migrator.down({ to: migrations[0]?.name });
        await migrate(orm);
        if (await orm.migrator.checkSchema()) {
          throw new Error('The entities have changes that no migration makes. Run npx mikro-orm migration:create.');
        }
        console.log(
          'Every migration runs up, all but the initial one down and up again, and the entities ask for nothing more',
        );
      },
      console.log,
    );
  } finally {
    await orm.close(true);
  }
}

const given = process.env['DATABASE_URL'];
if (given !== undefined && given !== '') {
  await run(given);
} else if (trying) {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-migrate-'));
  const database = await startEmbeddedDatabase({ dataDir, settings: { fsync: 'off' } });
  try {
    await run(database.url);
  } finally {
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
} else {
  console.error('Set DATABASE_URL to the database to migrate. An embedded one is migrated by npm start.');
  process.exitCode = 1;
}
