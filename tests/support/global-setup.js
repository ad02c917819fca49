import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';
import { emitExplorerAssets } from '../../scripts/emit-explorer-assets.mjs';
import { emitSql } from '../../scripts/emit-sql.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Tests that start processes start those of dist/, which takes a third of the time that src/ takes with tsx. Faults of types do
 * not keep the tests from running: `npm run check` tells them.
 */
function buildForProcesses() {
  const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
}

/** The types of what client/ asks for, which its sources import. */
function generateTypes() {
  const generator = fileURLToPath(new URL('../../node_modules/.bin/graphql-codegen', import.meta.url));
  spawnSync(generator, ['--config', 'codegen.config.ts', '--silent'], { cwd: ROOT, stdio: 'inherit' });
}

/**
 * One PostgreSQL for the whole run: TEST_DATABASE_URL if it is set (a superuser's, to its maintenance database),
 * otherwise the embedded one in a temporary folder. In it a template with the schema, that each test file copies.
 */
export default async function setUp() {
  buildForProcesses();
  generateTypes();
  await emitExplorerAssets();
  await emitSql();
  // Jest transforms no modules that its set-up imports.
  const unregister = register();
  const { startTestDatabase } = await import('./test-database.ts');
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-test-'));
  globalThis.testDatabase = await startTestDatabase(process.env.TEST_DATABASE_URL, dataDir);
  process.env.TEST_DATABASE_URL = globalThis.testDatabase.url;
  // For the processes that tests start. It goes with the folder.
  process.env.TEST_COMPILE_CACHE = join(dataDir, 'compile-cache');
  await unregister();
}
