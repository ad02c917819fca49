import { type MikroORM } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { rowsOf } from './answer-rows.js';
import { type RunLimited } from '../common/bounded-limiter.js';
import { type PipelinedConnection } from './pipelined-connection.js';
import { type EntityClass, type Row, type RowWith } from './row.js';
import { type Selection, Projections, type SelectOptions } from './projections.js';
import { compiled, type SqlQuery } from './sql-text.js';
import { type RunStatement, type Statement, statementsOn } from './statements.js';

/** An instant as JavaScript's own number, for what is computed with: milliseconds since 1970; null for null. */
export function epochMs(expression: RawBuilder<unknown>): RawBuilder<number> {
  return sql`(extract(epoch from ${expression}) * 1000)::float8`;
}

interface RunOptions {
  /** For traces, see `Statement`. */
  readonly summary?: string | undefined;
  /** On which the statement is sent behind those before. */
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
  /** Where its statements go. */
  readonly run: RunStatement;

  /** @param run where statements go instead of the ORM's own database, such as a replica of it */
  constructor(orm: MikroORM, run: RunStatement = statementsOn(orm.em.getConnection())) {
    this.#lists = new Projections(orm);
    this.run = run;
  }

  /** `t."id" as "id", t."created_at" as "createdAt", …`: what makes a `Row<Entity>` in a select list. */
  columns<Entity extends object>(entity: EntityClass<Entity>, alias: string): RawBuilder<Row<Entity>> {
    return sql.raw(this.#lists.columns(entity, alias));
  }

  /**
   * The columns of an entity, and the columns of those relations that `wanted` names and that are `Joinable`, with their
   * joins. Other relations are left to their loaders, which ask for the viewer's rights.
   * @param wanted names alone bring whole rows; a selection brings the columns that its fields read (see `Reads`), and
   * leaves the others out of the rows
   * @param options `always`: columns that the reader itself needs, such as those that a list is ordered by
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

  /** Runs one statement and gives its rows. */
  async all<Result>(query: SqlQuery<Result>, options: RunOptions = {}): Promise<Result[]> {
    return this.#rowsOf(query, options);
  }

  /**
   * The same on a connection that other reads use at the same time. For a statement that finds a few rows by a key and locks
   * nothing: those that are sent behind it wait for it.
   */
  async pipelined<Result>(query: SqlQuery<Result>): Promise<Result[]> {
    return this.#rowsOf(query, { pipeline: 'shared' });
  }

  /** The same for a change that a client asked for, as a transaction of its own. */
  async write<Result>(query: SqlQuery<Result>, options: RunOptions = {}): Promise<Result[]> {
    return this.#rowsOf(query, { ...options, isChange: true });
  }

  /** Runs one statement and gives its first row, or null. */
  async first<Result>(query: SqlQuery<Result>): Promise<Result | null> {
    const [row] = await this.all(query);
    return row ?? null;
  }

  /** How many rows there are in `from`: what would stand behind the word FROM, conditions and all. */
  async count(from: RawBuilder<unknown>): Promise<number> {
    const counted = await this.first(sql<{ count: number }>`select count(*)::int as count from ${from}`);
    return counted?.count ?? 0;
  }

  /**
   * How many rows of `from` each parent has, by the column that names it. One statement for all of the parents, when
   * the first is asked for.
   * @param ids read only then: who does not know them yet may add them until then
   * @param limited when the statement may run
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

  /** Whether there is a row in `from`: what would stand behind the word FROM, conditions and all. */
  async exists(from: RawBuilder<unknown>): Promise<boolean> {
    const found = await this.first(sql<{ found: boolean }>`select exists (select from ${from}) as found`);
    return found?.found ?? false;
  }
}
