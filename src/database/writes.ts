import { type EntityMetadata, ReferenceKind } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { isOperationNodeSource, type RawBuilder, sql } from 'kysely';
import { type Row } from './rows.js';

type EntityClass<Entity> = abstract new () => Entity;

/** What is written: as a row is read, or SQL that gives it. What is left out keeps its value, or gets its default. */
export type Values<Entity> = { readonly [Key in keyof Row<Entity>]?: Row<Entity>[Key] | RawBuilder<unknown> };

interface Column {
  /** Quoted. */
  readonly name: string;
  readonly type: string;
}

interface Table {
  /** Quoted. */
  readonly name: string;
  readonly columns: ReadonlyMap<string, Column>;
  readonly version: string | undefined;
}

/** Names come from the entities alone: no value ever becomes part of such text. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function tableOf(metadata: EntityMetadata): Table {
  const properties = metadata.props.filter(
    ({ kind, persist }) => persist !== false && (kind === ReferenceKind.SCALAR || kind === ReferenceKind.MANY_TO_ONE),
  );
  const version = properties.find(({ name }) => name === metadata.versionProperty)?.fieldNames[0];
  return {
    name: quoted(metadata.tableName),
    columns: new Map(
      properties.map(({ name, kind, fieldNames, columnTypes }) => [
        kind === ReferenceKind.SCALAR ? name : `${name}Id`,
        { name: quoted(fieldNames[0] ?? name), type: columnTypes[0] ?? 'text' },
      ]),
    ),
    version: version && quoted(version),
  };
}

/** One piece of SQL with its parameters between the texts: a template that is made instead of written. */
function template<Result>(texts: readonly string[], parameters: readonly unknown[]): RawBuilder<Result> {
  return sql<Result>(Object.assign([...texts], { raw: texts }), ...parameters);
}

/**
 * The columns and parameters of statements that write entities, for those that are written so often that the ORM's unit
 * of work would be most of their cost (docs/decisions/0080-direct-writes.md). Made of the entities, as `Rows` is: a new
 * property is at once one that can be written.
 */
export class Writes {
  readonly #orm: MikroORM;
  readonly #tables = new Map<unknown, Table>();

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  /** `insert into "ticket" ("id", …) select $1::uuid, …`: what stands behind it may say from where, and on what condition. */
  insert<Entity extends object>(entity: EntityClass<Entity>, values: Values<Entity>): RawBuilder<unknown> {
    const given = this.#given(entity, values);
    const names = given.map(({ name }) => name).join(', ');
    const head = `insert into ${this.#table(entity).name} (${names}) select `;
    const last = given.length - 1;
    const texts = given.map(({ type }, index) => `::${type}${index < last ? ', ' : ''}`);
    return template(
      [head, ...texts],
      given.map(({ value }) => value),
    );
  }

  /** `"title" = $1::text, …` for an UPDATE, and a version one higher where the entity has one. */
  set<Entity extends object>(entity: EntityClass<Entity>, values: Values<Entity>): RawBuilder<unknown> {
    const given = this.#given(entity, values);
    const { version } = this.#table(entity);
    const texts = given.map(({ name }, index) => {
      const before = given[index - 1];
      return `${before ? `::${before.type}, ` : ''}${name} = `;
    });
    const tail = version === undefined ? '' : `, ${version} = ${version} + 1`;
    return template(
      [...texts, `::${given.at(-1)?.type}${tail}`],
      given.map(({ value }) => value),
    );
  }

  /**
   * What a statement says of many rows that it gets as one JSON array, an element as `Values` is: their source, to stand
   * behind FROM, and what names the columns and the values to insert. The text stays the same however many there are.
   * @param parameter the array's, like `$1`
   * @param alias what the statement calls an element
   * @param others what else an element says, and its types
   */
  records<Entity extends object>(
    entity: EntityClass<Entity>,
    properties: readonly (keyof Values<Entity> & string)[],
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

  /**
   * A statement that is written once, and run with other values each time: `$1`, `$2` and so on stand in it for them, each
   * once and in this order.
   */
  written<Result>(statement: RawBuilder<Result>): (...values: readonly unknown[]) => RawBuilder<Result> {
    const texts = statement.compile(this.#orm.em.getKysely()).sql.split(/\$\d+/);
    return (...values) => template(texts, values);
  }

  #column(entity: EntityClass<object>, property: string): Column {
    const column = this.#table(entity).columns.get(property);
    if (column === undefined) throw new Error(`${entity.name} has no column for ${property}`);
    return column;
  }

  #given<Entity extends object>(entity: EntityClass<Entity>, values: Values<Entity>) {
    return Object.entries<unknown>(values).flatMap(([property, value]) => {
      const column = this.#column(entity, property);
      if (value === undefined) return [];
      const isJson = column.type === 'jsonb' && value !== null && !isRaw(value);
      return [{ ...column, value: isJson ? JSON.stringify(value) : value }];
    });
  }

  #table(entity: EntityClass<object>): Table {
    const known = this.#tables.get(entity);
    if (known) return known;
    const table = tableOf(this.#orm.getMetadata().get(entity));
    this.#tables.set(entity, table);
    return table;
  }
}

function isRaw(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isOperationNodeSource(value);
}
