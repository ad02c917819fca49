import { readdir } from 'node:fs/promises';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries, type PostgresBinaries } from '../../src/database/embedded/binaries.js';

/** Where Debian's packages put each version of PostgreSQL. */
const DEBIAN = '/usr/lib/postgresql';
const PGBOUNCER = '/usr/sbin/pgbouncer';

async function canRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Debian's newest PostgreSQL, which is another version and build than ours; else the embedded one. */
export async function findPostgres(): Promise<PostgresBinaries> {
  const versions = (await readdir(DEBIAN).catch(() => [])).toSorted((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const [initdb = '', pg_ctl = '', postgres = ''] = ['initdb', 'pg_ctl', 'postgres'].map((name) =>
      join(DEBIAN, version, 'bin', name),
    );
    if (await canRun(postgres)) return { initdb, pg_ctl, postgres };
  }
  return findBinaries();
}

/** Undefined where it is not installed; the run's last lines say so (pgbouncer-reporter.cjs). */
export async function findPgbouncer(): Promise<string | undefined> {
  return (await canRun(PGBOUNCER)) ? PGBOUNCER : undefined;
}
