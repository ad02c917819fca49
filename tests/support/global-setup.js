import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';
import { emitExplorerAssets } from '../../scripts/emit-explorer-assets.mjs';
import { emitSql } from '../../scripts/emit-sql.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command of node_modules. A fault of it does not keep the tests from running: `npm run check` tells it. */
async function run(script, ...args) {
  const path = fileURLToPath(new URL(`../../node_modules/${script}`, import.meta.url));
  await once(spawn(process.execPath, [path, ...args], { cwd: ROOT, stdio: 'inherit' }), 'exit');
}

/** Tests that start processes start those of dist/, which takes a third of the time that src/ takes with tsx. */
async function buildForProcesses() {
  await Promise.all([run('typescript/bin/tsc', '-p', 'tsconfig.build.json'), emitExplorerAssets(), emitSql()]);
}

/** The types of what client/ asks for, which its sources import. */
async function generateTypes() {
  await run('.bin/graphql-codegen', '--config', 'codegen.config.ts', '--silent');
}

/**
 * One PostgreSQL for the whole run: TEST_DATABASE_URL if it is set (a superuser's, to its maintenance database),
 * otherwise the embedded one in a temporary folder. In it a template with the schema, that each test file copies.
 */
async function startDatabase(dataDir) {
  // Jest transforms no modules that its set-up imports.
  const unregister = register();
  const { startTestDatabase } = await import('./test-database.ts');
  const database = await startTestDatabase(process.env.TEST_DATABASE_URL, dataDir);
  await unregister();
  return database;
}

export default async function setUp() {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-test-'));
  const [database] = await Promise.all([startDatabase(dataDir), buildForProcesses(), generateTypes()]);
  globalThis.testDatabase = database;
  process.env.TEST_DATABASE_URL = database.url;
  // For the processes that tests start. It goes with the folder.
  process.env.TEST_COMPILE_CACHE = join(dataDir, 'compile-cache');
}
