// Copies the .sql files that migrations read from src to the same places in dist.
// Run: npm run build
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));
const TARGET = fileURLToPath(new URL('../dist', import.meta.url));

async function sqlFilesOf(folder) {
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  return paths.filter((path) => path.endsWith('.sql'));
}

export async function emitSql() {
  const paths = await sqlFilesOf(SOURCE);
  const stale = (await sqlFilesOf(TARGET)).filter((path) => !paths.includes(path));
  for (const path of stale) await rm(join(TARGET, path));
  for (const path of paths) {
    await mkdir(dirname(join(TARGET, path)), { recursive: true });
    await cp(join(SOURCE, path), join(TARGET, path));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await emitSql();
