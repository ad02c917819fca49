import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM, PostgreSqlConnection } from '@mikro-orm/postgresql';
import { fileURLToPath } from 'node:url';
import { type PoolConfig } from 'pg';
import { JOBS_SCHEMA } from '../jobs/jobs-schema.js';
import { entities } from './entities.js';
import { migrations } from './migrations/index.js';
import { CONNECTION_USES, prepareStatements } from './prepared-statements.js';

/** Nothing that a request asks may take longer (hardening, "Running"). */
const STATEMENT_TIMEOUT_MS = 5000;
/** How long a request waits for a free connection before it is told SERVICE_UNAVAILABLE. */
const ACQUIRE_TIMEOUT_MS = 5000;
export const POOL_SIZE = 16;
/** The primary is there for whoever finds all connections to a replica taken. */
const REPLICA_ACQUIRE_TIMEOUT_MS = 1000;

const DRIVER_OPTIONS = {
  statement_timeout: STATEMENT_TIMEOUT_MS,
  connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
  application_name: 'docket',
  // For SharedConnection and Line.
  pipeline: true,
  // Otherwise nobody would learn of a server that fell silent.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  maxUses: CONNECTION_USES,
  onPoolCreated: prepareStatements,
};

/**
 * The ORM's options for one database; also what `mikro-orm.config.ts` gives to the ORM's own command line.
 * @param log gets the ORM's own messages, such as which migration ran
 */
export function ormOptions(databaseUrl: string | undefined, log: (message: string) => void = () => {}) {
  return defineConfig({
    clientUrl: databaseUrl,
    entities,
    extensions: [Migrator],
    // Explicit types everywhere: nothing is inferred from sources, so the same code runs from src and from dist.
    metadataCache: { enabled: false },
    logger: log,
    colors: false,
    forceUtcTimezone: true,
    pool: { max: POOL_SIZE },
    driverOptions: DRIVER_OPTIONS,
    migrations: {
      tableName: 'migration',
      path: fileURLToPath(new URL('./migrations', import.meta.url)),
      pathTs: 'src/database/migrations',
      migrationsList: migrations,
      snapshot: false,
      transactional: true,
      allOrNothing: true,
    },
    schemaGenerator: {
      // Agenda keeps its tables in a schema of its own.
      ignoreSchema: [JOBS_SCHEMA],
      // Kept by triggers; they, the tables and their functions stand in migrations only (docs/decisions/0030-search.md,
      // 0040-similar-tickets.md).
      skipTables: ['ticket_search', 'ticket_stem', 'search_word'],
      ignoreTriggers: true,
      ignoreRoutines: true,
    },
  });
}

export async function connect(databaseUrl: string, log?: (message: string) => void): Promise<MikroORM> {
  return MikroORM.init(ormOptions(databaseUrl, log));
}

/**
 * Connections to a replica of the ORM's database, that give values as the ORM's own do.
 * @param verify looks at each new connection before it is used
 */
export function connectToReplica(
  orm: MikroORM,
  replicaUrl: string,
  verify: NonNullable<PoolConfig['verify']>,
): PostgreSqlConnection {
  return new PostgreSqlConnection(orm.config, {
    clientUrl: replicaUrl,
    driverOptions: { ...DRIVER_OPTIONS, connectionTimeoutMillis: REPLICA_ACQUIRE_TIMEOUT_MS, verify },
  });
}
