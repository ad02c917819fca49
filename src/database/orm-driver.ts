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
import { noteFailedChange } from './unknown-outcome.js';

/** Commands for which Kysely gives the number of rows. */
const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** A connection as Kysely, on which the ORM stands, uses it. */
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

  // oxlint-disable-next-line require-yield -- refuses
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
 * Kysely's driver, except that no broken connection is lost to the pool: a controlled transaction gives its connection
 * back after a COMMIT or ROLLBACK that succeeds, and only then. Only the failure of a COMMIT leaves open whether the
 * changes were made: before it nothing is committed.
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
      noteFailedChange(error);
      throw error;
    }
  }

  /** On a broken connection it counts as done: PostgreSQL rolls back what a connection leaves. */
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
