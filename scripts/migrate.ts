// Brings the database of DATABASE_URL up to date; the server does the same at start. With --check it fails if the
// entities have changes that no migration makes, after running every migration up, down and up again: give it an
// empty database. Without DATABASE_URL it works on an embedded one in a temporary folder.
// Run: npm run migrate [-- --check]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedDatabase } from '../src/database/embedded/embedded-database.js';
import { exclusively, migrate } from '../src/database/migrate.js';
import { connect } from '../src/database/orm.js';

const checking = process.argv.includes('--check');

async function run(databaseUrl: string): Promise<void> {
  const orm = await connect(databaseUrl, console.log);
  try {
    await exclusively(databaseUrl, async () => {
      await migrate(orm);
      if (!checking) return;
      await orm.migrator.down({ to: 0 });
      await migrate(orm);
      if (await orm.migrator.checkSchema()) {
        throw new Error('The entities have changes that no migration makes. Run npx mikro-orm migration:create.');
      }
      console.log('Every migration runs up, down and up again, and the entities ask for nothing more');
    });
  } finally {
    await orm.close(true);
  }
}

const given = process.env['DATABASE_URL'];
if (given !== undefined && given !== '') {
  await run(given);
} else if (checking) {
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
