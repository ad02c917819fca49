import {
  type AnyEntity,
  type Configuration,
  type Dictionary,
  type EntityData,
  type LoggingOptions,
  type QueryResult,
  type RawQueryFragment,
  type Transaction,
} from '@mikro-orm/core';
import { NativeQueryBuilder, PostgreSqlConnection, PostgreSqlDriver, raw } from '@mikro-orm/postgresql';
import { CompiledQuery, type PostgresDialect } from 'kysely';
import { type Pool, type PoolConfig } from 'pg';
import { BoundParameters } from './bound-parameters.js';
import { OrmDialect } from './orm-driver.js';

/** MikroORM's `driverOptions`. */
interface PoolOptions extends PoolConfig {
  readonly onPoolCreated?: (pool: Pool) => void;
}

/** The ORM's connection, but values are sent as parameters and never as part of a statement's text. */
export class BoundConnection extends PostgreSqlConnection {
  override createKyselyDialect(overrides: PoolOptions): PostgresDialect {
    let opened: Pool | undefined;
    const options: PoolOptions = {
      ...overrides,
      onPoolCreated: (pool) => {
        opened = pool;
        overrides.onPoolCreated?.(pool);
      },
    };
    const dialect = super.createKyselyDialect(options);
    return opened ? new OrmDialect(opened) : dialect;
  }

  override async execute<
    Result extends QueryResult | EntityData<AnyEntity> | EntityData<AnyEntity>[] = EntityData<AnyEntity>[],
  >(
    query: string | NativeQueryBuilder | RawQueryFragment,
    parameters: readonly unknown[] | Dictionary<unknown> = [],
    method: 'all' | 'get' | 'run' = 'all',
    transaction?: Transaction,
    loggerContext?: LoggingOptions,
  ): Promise<Result> {
    await this.ensureConnection();
    const { sql, params } = asFragment(query, parameters);
    const bound = new BoundParameters();
    const text = bound.formatQuery(sql, params);
    return this.executeQuery(
      sql,
      async () => {
        const client = transaction ?? this.getClient();
        return this.transformRawResult<Result>(
          await client.executeQuery(CompiledQuery.raw(text, bound.values)),
          method,
        );
      },
      loggerContext,
    );
  }

  /** Not supported: the ORM's own would write values into the text, and Docket does not stream by the ORM. */
  override stream(): never {
    throw new Error('Rows are streamed by cursors (src/import-export/exported-ticket.ts)');
  }
}

function asFragment(
  query: string | NativeQueryBuilder | RawQueryFragment,
  parameters: readonly unknown[] | Dictionary<unknown>,
) {
  if (query instanceof NativeQueryBuilder) return query.toRaw();
  return typeof query === 'string' ? raw(query, Array.isArray(parameters) ? [...parameters] : parameters) : query;
}

/** The ORM's driver on such a connection. */
export class BoundDriver extends PostgreSqlDriver {
  protected override readonly connection: BoundConnection;

  constructor(config: Configuration) {
    super(config);
    this.connection = new BoundConnection(config);
  }
}
