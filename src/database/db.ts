import { type MikroORM } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { rowsOf } from './answer-rows.js';
import { type RunLimited } from '../common/bounded-limiter.js';
import { type PipelinedConnection } from './pipelined-connection.js';
import { type EntityClass, type Row, type RowWith } from './row.js';
import { type Selection, Projections, type SelectOptions } from './projections.js';
import { compiled, type SqlQuery } from './sql-text.js';
import { type RunStatement, type Statement, statementsOn } from './statements.js';

/** SQL that converts an instant to milliseconds since 1970; null for null. */
export function epochMs(expression: RawBuilder<unknown>): RawBuilder<number> {
  return sql`(extract(epoch from ${expression}) * 1000)::float8`;
}

interface RunOptions {
  /** For traces, see `Statement`. */
  readonly summary?: string | undefined;
  /** The pipelined connection to send the statement on. */
  readonly pipeline?: PipelinedConnection | undefined;
}

interface Select<Entity> {
  readonly columns: RawBuilder<RowWith<Entity>>;
  readonly joins: RawBuilder<unknown>;
}

/**
 * Statements on MikroORM's connection pool, and the columns of each entity's row. Readers write their SQL with Kysely's
 * `sql` tag, so that every value is a parameter.
 */
export class Db {
  readonly #lists: Projections;
  /** Runs its statements. */
  readonly run: RunStatement;

  /** @param run runs the statements elsewhere than on the ORM's own database, such as on a replica */
  constructor(orm: MikroORM, run: RunStatement = statementsOn(orm.em.getConnection())) {
    this.#lists = new Projections(orm);
    this.run = run;
  }

  /** The select list of a `Row<Entity>`: `t."id" as "id", t."created_at" as "createdAt", …`. */
  columns<Entity extends object>(entity: EntityClass<Entity>, alias: string): RawBuilder<Row<Entity>> {
    return sql.raw(this.#lists.columns(entity, alias));
  }

  /**
   * The columns of an entity, and the columns and joins of the `Joinable` relations that `wanted` names. Other
   * relations are read by their loaders, which check the viewer's rights.
   * @param wanted names of relations give whole rows; a selection gives only the columns that its fields read (see
   * `DependsOnColumns`)
   * @param options `always`: columns that the reader itself needs, such as those that a list is ordered by; `inside`:
   * the name of the nested row to give, for a statement that gives rows of several entities
   */
  select<Entity extends object>(
    entity: EntityClass<Entity>,
    alias: string,
    wanted: Iterable<string> | Selection,
    options: SelectOptions<Entity> = {},
  ): Select<Entity> {
    const { columns, joins } = this.#lists.select(entity, alias, wanted, options);
    return { columns: sql.raw(columns), joins: sql.raw(joins) };
  }

  async #rowsOf<Result>(query: SqlQuery<Result>, options: Omit<Statement, 'text' | 'values'>): Promise<Result[]> {
    const { sql: text, parameters: values } = 'sql' in query ? query : compiled(query);
    return rowsOf<Result>(await this.run({ text, values, ...options }));
  }

  /** Runs one statement on a connection of the pool and gives its rows. */
  async all<Result>(query: SqlQuery<Result>, options: RunOptions = {}): Promise<Result[]> {
    return this.#rowsOf(query, options);
  }

  /**
   * The same on a pipelined connection that reads share. Only for statements that find a few rows by a key and lock
   * nothing, as the statements behind it wait for it.
   */
  async pipelined<Result>(query: SqlQuery<Result>): Promise<Result[]> {
    return this.#rowsOf(query, { pipeline: 'shared' });
  }

  /** The same for a client's change, as a transaction of its own. */
  async write<Result>(query: SqlQuery<Result>, options: RunOptions = {}): Promise<Result[]> {
    return this.#rowsOf(query, { ...options, isChange: true });
  }

  /** Runs one statement and gives its first row, or null. */
  async first<Result>(query: SqlQuery<Result>): Promise<Result | null> {
    const [row] = await this.all(query);
    return row ?? null;
  }

  /** The number of rows of `from`, the text of a FROM clause with its conditions. */
  async count(from: RawBuilder<unknown>): Promise<number> {
    const counted = await this.first(sql<{ count: number }>`select count(*)::int as count from ${from}`);
    return counted?.count ?? 0;
  }

  /**
   * The number of rows of `from` by parent, given the parent's column. One statement for all parents, run when the
   * first count is requested.
   * @param ids read only when the statement runs: ids may be added until then
   * @param limited limits the concurrency of the statement
   */
  counts(
    column: RawBuilder<unknown>,
    ids: readonly string[],
    from: RawBuilder<unknown>,
    limited: RunLimited = async (task) => task(),
  ): (id: string) => Promise<number> {
    let counted: Promise<{ id: string; count: number }[]> | undefined;
    return async (id) => {
      counted ??= limited(async () =>
        this.all(
          sql<{ id: string; count: number }>`select ${column} as id, count(*)::int as count from ${from}
            and ${column} = any(${[...ids]}::uuid[]) group by ${column}`,
        ),
      );
      return (await counted).find((parent) => parent.id === id)?.count ?? 0;
    };
  }

  /**
   * The same for a list that refers to its parent.
   * @param parents the text of a FROM clause, with the parent's id as `parent.id`
   * @param from the list of the parent's rows, the text of a FROM clause
   */
  countsUnder(parents: RawBuilder<unknown>, from: RawBuilder<unknown>): (id: string) => Promise<number> {
    let counted: Promise<{ id: string; count: number }[]> | undefined;
    return async (id) => {
      counted ??= this.all(
        sql<{
          id: string;
          count: number;
        }>`select parent.id, (select count(*)::int from ${from}) as count from ${parents}`,
      );
      return (await counted).find((parent) => parent.id === id)?.count ?? 0;
    };
  }

  /**
   * Whether a parent has a row for which a condition holds. One statement for all parents, run when the first is asked
   * for.
   * @param parents as for `countsUnder`
   * @param from the list of the parent's rows, the text of a FROM clause with its conditions
   */
  existsUnder(
    parents: RawBuilder<unknown>,
    from: RawBuilder<unknown>,
  ): (id: string, condition: RawBuilder<boolean>) => Promise<boolean> {
    const found = new Map<RawBuilder<boolean>, Promise<{ id: string }[]>>();
    return async (id, condition) => {
      const asked =
        found.get(condition) ??
        this.all(
          sql<{ id: string }>`select parent.id from ${parents} where exists (select from ${from} and ${condition})`,
        );
      found.set(condition, asked);
      return (await asked).some((parent) => parent.id === id);
    };
  }

  /** Whether `from`, the text of a FROM clause with its conditions, has a row. */
  async exists(from: RawBuilder<unknown>): Promise<boolean> {
    const found = await this.first(sql<{ found: boolean }>`select exists (select from ${from}) as found`);
    return found?.found ?? false;
  }
}
