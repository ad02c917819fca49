// Runs the browser tests: all, or the files that it is given. One PostgreSQL for all of them, with a database of the demo data that
// each file copies. Run: npm run test:desk [-- desk/tests/ticket.test.ts]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDemoData } from '../../src/app/demo-data.js';
import { connect } from '../../src/app/orm.js';
import { systemClock } from '../../src/common/clock.js';
import { databaseUrl, startTestDatabase, TEMPLATE } from '../../tests/support/test-database.js';

/** Files that run at once: they wait for mails and pages most of the time. */
const FILES_AT_ONCE = 2;

const dataDir = await mkdtemp(join(tmpdir(), 'docket-desk-tests-'));
const database = await startTestDatabase(process.env['TEST_DATABASE_URL'], dataDir);
try {
  const template = databaseUrl(database.url, TEMPLATE);
  const orm = await connect(template);
  await ensureDemoData(orm, systemClock);
  await orm.close(true);
  const given = process.argv.slice(2);
  const files = given.length > 0 ? given : globSync(`${import.meta.dirname}/*.test.ts`);
  const tests = spawn(
    process.execPath,
    ['--import', 'tsx', '--test', `--test-concurrency=${FILES_AT_ONCE}`, ...files],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        DESK_TEMPLATE_URL: template,
        TEST_COMPILE_CACHE: join(dataDir, 'compile-cache'),
      },
    },
  );
  // Otherwise Ctrl-C would leave PostgreSQL running.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => tests.kill(signal));
  const [code] = await once(tests, 'exit');
  process.exitCode = code ?? 1;
} finally {
  await database.stop();
}
