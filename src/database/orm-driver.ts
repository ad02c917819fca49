import {
  type CompiledQuery,
  type DatabaseConnection,
  PostgresDialect,
  PostgresDriver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { DatabaseError, type Pool } from 'pg';
import { tracedStatement } from '../observability/tracing/traced-statement.js';
import { PooledConnection } from './pooled-connection.js';
import { recordFailedWrite } from './unknown-outcome.js';

/** Commands whose number of affected rows Kysely reports. */
const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** A connection in the form that Kysely, the ORM's query builder, uses. */
class OrmConnection implements DatabaseConnection {
  readonly #connection: PooledConnection;

  constructor(connection: PooledConnection) {
    this.#connection = connection;
  }

  async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { command, rowCount, rows } = await tracedStatement({ text }, async () =>
      this.#connection.execute(text, parameters),
    );
    return { rows, ...(CHANGES.has(command) && { numAffectedRows: BigInt(rowCount ?? 0) }) };
  }

  // oxlint-disable-next-line require-yield -- Kysely requires the method; it always throws
  async *streamQuery(): AsyncGenerator<never> {
    throw new Error('Rows are streamed by cursors (src/import-export/exported-ticket.ts)');
  }

  release(): void {
    this.#connection.release();
  }
}

function release(connection: DatabaseConnection): void {
  if (connection instanceof OrmConnection) connection.release();
}

/**
 * Kysely's driver, except that broken connections do not leak from the pool: a controlled transaction releases its
 * connection only after a COMMIT or ROLLBACK that succeeds. Only after a failed COMMIT is the outcome unknown: before
 * it nothing is committed.
 */
class OrmDriver extends PostgresDriver {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super({ pool });
    this.#pool = pool;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new OrmConnection(await PooledConnection.acquire(this.#pool));
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    try {
      await super.beginTransaction(connection, settings);
    } catch (error) {
      release(connection);
      throw error;
    }
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.commitTransaction(connection);
    } catch (error) {
      recordFailedWrite(error);
      throw error;
    }
  }

  /** On a broken connection ROLLBACK counts as done: PostgreSQL rolls back open transactions of closed connections. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (error instanceof DatabaseError && error.severity === 'ERROR') throw error;
    }
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    release(connection);
  }
}

/** Kysely's dialect for PostgreSQL with Docket's driver. */
export class OrmDialect extends PostgresDialect {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super({ pool });
    this.#pool = pool;
  }

  override createDriver(): OrmDriver {
    return new OrmDriver(this.#pool);
  }
}
