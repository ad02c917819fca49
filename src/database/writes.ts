import { type EntityMetadata, ReferenceKind } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type EntityClass, type Row } from './row.js';
import { compiled, quoted } from './sql-text.js';

/** SQL of the new values by column. Other columns do not change. */
export type Values<Entity> = { readonly [Key in keyof Row<Entity>]?: RawBuilder<unknown> };

interface Column {
  /** Quoted. */
  readonly name: string;
  readonly type: string;
}

interface Table {
  readonly columns: ReadonlyMap<string, Column>;
  /** Quoted. */
  readonly version: string | undefined;
}

function tableOf(metadata: EntityMetadata): Table {
  const properties = metadata.props.filter(
    ({ kind, persist }) => persist !== false && (kind === ReferenceKind.SCALAR || kind === ReferenceKind.MANY_TO_ONE),
  );
  const version = properties.find(({ name }) => name === metadata.versionProperty)?.fieldNames[0];
  return {
    columns: new Map(
      properties.map(({ name, kind, fieldNames, columnTypes }) => [
        kind === ReferenceKind.SCALAR ? name : `${name}Id`,
        { name: quoted(fieldNames[0] ?? name), type: columnTypes[0] ?? 'text' },
      ]),
    ),
    version: version && quoted(version),
  };
}

/**
 * A statement whose text is compiled once, at its first use, and run with new values each time.
 * @param write its text, with `$1`, `$2` and so on for the values
 */
export function memoizedSql<Result>(
  write: () => RawBuilder<Result>,
): (...values: readonly unknown[]) => CompiledQuery<Result> {
  let text: string | undefined;
  return (...values) => {
    text ??= compiled(write()).sql;
    return CompiledQuery.raw(text, [...values]);
  };
}

/**
 * Column lists and parameters for statements that write entities on hot paths, where the ORM's unit of work would be
 * most of the cost (docs/decisions/0080-direct-writes.md). Generated from the entities' metadata: a new property can be
 * written at once.
 */
export class Writes {
  readonly #orm: MikroORM;
  readonly #tables = new Map<unknown, Table>();

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  /** The SET clause of an UPDATE, `"title" = …::text, …`, which also increments the version if the entity has one. */
  set<Entity extends object>(entity: EntityClass<Entity>, values: Values<Entity>): RawBuilder<unknown> {
    const changes = Object.entries<RawBuilder<unknown> | undefined>(values).flatMap(([property, value]) => {
      const { name, type } = this.#column(entity, property);
      return value === undefined ? [] : sql`${sql.raw(name)} = (${value})::${sql.raw(type)}`;
    });
    const { version } = this.#table(entity);
    if (version !== undefined) changes.push(sql.raw(`${version} = ${version} + 1`));
    return sql.join(changes);
  }

  /**
   * The SQL for many rows that are passed as one JSON array, with properties as in a row: the source for the FROM
   * clause (`jsonb_to_recordset`), and the lists of columns and of values to insert. The text does not depend on the
   * number of rows.
   * @param parameter the placeholder of the array, such as `$1`
   * @param alias the alias of an element
   * @param others further properties of an element, and their types
   */
  recordset<Entity extends object>(
    entity: EntityClass<Entity>,
    properties: readonly (keyof Row<Entity> & string)[],
    parameter: string,
    alias: string,
    others: Readonly<Record<string, string>> = {},
  ): {
    readonly source: RawBuilder<unknown>;
    readonly names: RawBuilder<unknown>;
    readonly values: RawBuilder<unknown>;
  } {
    const columns = properties.map((property) => ({ property: quoted(property), ...this.#column(entity, property) }));
    const all = [...columns, ...Object.entries(others).map(([name, type]) => ({ property: quoted(name), type }))];
    return {
      source: sql.raw(
        `rows from (json_to_recordset(${parameter}::json) as (${all.map(({ property, type }) => `${property} ${type}`).join(', ')}))
         with ordinality as ${alias}(${all.map(({ property }) => property).join(', ')}, place)`,
      ),
      names: sql.raw(columns.map(({ name }) => name).join(', ')),
      values: sql.raw(columns.map(({ property }) => `${alias}.${property}`).join(', ')),
    };
  }

  #column(entity: EntityClass<object>, property: string): Column {
    const column = this.#table(entity).columns.get(property);
    if (column === undefined) throw new Error(`${entity.name} has no column for ${property}`);
    return column;
  }

  #table(entity: EntityClass<object>): Table {
    const known = this.#tables.get(entity);
    if (known) return known;
    const table = tableOf(this.#orm.getMetadata().get(entity));
    this.#tables.set(entity, table);
    return table;
  }
}
