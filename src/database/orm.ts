import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM } from '@mikro-orm/postgresql';
import { fileURLToPath } from 'node:url';
import { type PoolConfig } from 'pg';
import { JOBS_SCHEMA } from '../jobs/jobs-schema.js';
import { BoundConnection, BoundDriver } from './bound-driver.js';
import { poolConfig } from './connection/database-config.js';
import { migrations } from './migrations/index.js';
import { type EntityClass } from './row.js';

/** statement_timeout of requests (docs/hardening.md, "Running"); commands have limits of their own. */
const STATEMENT_TIMEOUT_MS = 5000;
/** How long a request waits for a free connection before it fails with SERVICE_UNAVAILABLE. */
const ACQUIRE_TIMEOUT_MS = 5000;
export const POOL_SIZE = 16;
/** The same for a replica: short, as a read goes to the primary when the replica's pool is full. */
const REPLICA_ACQUIRE_TIMEOUT_MS = 1000;

/**
 * Number of uses after which a connection is replaced, and with it its prepared statements, which may not be the common
 * ones any more.
 */
const CONNECTION_USES = 100_000;

/** The pool's options, apart from the address. */
const POOL_OPTIONS = { pipeline: true, maxUses: CONNECTION_USES };

function requestPool(databaseUrl: string, timeoutMs: number, statementTimeoutMs = STATEMENT_TIMEOUT_MS) {
  const session = { statement_timeout: String(statementTimeoutMs) };
  return { ...poolConfig(databaseUrl, '', { timeoutMs, session }), ...POOL_OPTIONS };
}

/**
 * The ORM's options for one database; also what `mikro-orm.config.ts` gives to the ORM's own command line.
 * @param log gets the ORM's own messages, such as which migration ran
 * @param pool options of the pool, in place of the request pool's
 * @throws StartError when the URL, or a file that it names, cannot be used
 */
export function ormOptions(
  entities: readonly EntityClass<object>[],
  databaseUrl: string | undefined,
  log: (message: string) => void = () => {},
  pool: PoolConfig | undefined = databaseUrl === undefined ? undefined : requestPool(databaseUrl, ACQUIRE_TIMEOUT_MS),
) {
  return defineConfig({
    driver: BoundDriver,
    // The ORM reads a part of a URL only: it gets none, and the pool's configuration has all of it.
    dbName: pool?.database,
    entities: [...entities],
    extensions: [Migrator],
    // Explicit types everywhere: nothing is inferred from sources, so the same code runs from src and from dist.
    metadataCache: { enabled: false },
    logger: log,
    colors: false,
    forceUtcTimezone: true,
    pool: { max: POOL_SIZE },
    ...(pool !== undefined && { driverOptions: pool }),
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
      // Tables kept by triggers: tables, triggers and functions are in migrations only, without entities
      // (docs/decisions/0030-search.md, 0040-similar-tickets.md, 0150-change-log.md).
      skipTables: ['ticket_search', 'ticket_stem', 'search_word', 'search_waiting', 'ticket_change'],
      ignoreTriggers: true,
      ignoreRoutines: true,
    },
  });
}

/** @param statementTimeoutMs 0 for no limit */
export async function connect(
  entities: readonly EntityClass<object>[],
  databaseUrl: string,
  log?: (message: string) => void,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
): Promise<MikroORM> {
  return MikroORM.init(
    ormOptions(entities, databaseUrl, log, requestPool(databaseUrl, ACQUIRE_TIMEOUT_MS, statementTimeoutMs)),
  );
}

/**
 * A connection pool to a replica of the ORM's database, with the ORM's parsers.
 * @param verify checks each new connection before it is used
 */
export function connectToReplica(
  orm: MikroORM,
  replicaUrl: string,
  verify: NonNullable<PoolConfig['verify']>,
): BoundConnection {
  return new BoundConnection(orm.config, {
    driverOptions: { ...requestPool(replicaUrl, REPLICA_ACQUIRE_TIMEOUT_MS), verify },
  });
}
