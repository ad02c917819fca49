import { type EntityMetadata, type Ref, ReferenceKind } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { columnsRead } from './reads.js';

type Nullish<T> = Extract<T, null | undefined>;
type ColumnValue<T> = T extends Date ? string : T;

/**
 * What a reader returns for an entity: a plain object with the entity's own columns, instants as ISO 8601 text, and
 * a relation as `<name>Id`. Derived from the entity, so that a new property is at once part of every row.
 */
export type Row<Entity> = {
  readonly [
    Key in keyof Entity as NonNullable<Entity[Key]> extends Ref<infer _Target extends object> ? never : Key & string
  ]: ColumnValue<Entity[Key]>;
} & {
  readonly [
    Key in keyof Entity as NonNullable<Entity[Key]> extends Ref<infer _Target extends object>
      ? `${Key & string}Id`
      : never
  ]: string | Nullish<Entity[Key]>;
};

/** The names of an entity's to-one relations. */
export type Relation<Entity> = {
  [Key in keyof Entity]: NonNullable<Entity[Key]> extends Ref<infer _Target extends object> ? Key & string : never;
}[keyof Entity];

/** A row with those of its to-one relations that the statement brought along, each a row itself. */
export type RowWith<Entity> = Row<Entity> & {
  readonly [Key in Relation<Entity>]?: NonNullable<Entity[Key]> extends Ref<infer Target extends object>
    ? Row<Target> | Nullish<Entity[Key]>
    : never;
};

interface Column {
  readonly property: string;
  readonly name: string;
  readonly isInstant: boolean;
  /** Part of every row, whatever is selected: the id and the foreign keys, by which loaders find what belongs to it. */
  readonly isKey: boolean;
}

/** What a query asks of an object; see graphql/selection.ts. */
type Selection = ReadonlyMap<string, Selection>;

function isSelection(wanted: Iterable<string> | Selection): wanted is Selection {
  return wanted instanceof Map;
}

/** Columns that are never part of a row: secrets, and what the database keeps for itself. */
function columnsOf(metadata: EntityMetadata): Column[] {
  return metadata.props
    .filter((property) => property.persist !== false && property.hidden !== true)
    .filter((property) => property.kind === ReferenceKind.SCALAR || property.kind === ReferenceKind.MANY_TO_ONE)
    .map((property) => ({
      property: property.kind === ReferenceKind.SCALAR ? property.name : `${property.name}Id`,
      name: property.fieldNames[0] ?? property.name,
      isInstant: property.runtimeType === 'Date',
      isKey: property.primary === true || property.kind === ReferenceKind.MANY_TO_ONE,
    }));
}

/** Names come from the entities alone: no value ever becomes part of such text. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** ISO 8601 in UTC with milliseconds, made by PostgreSQL: the server need not parse and format each instant. */
function expressionOf({ name, isInstant }: Column, alias: string): string {
  const column = `${quoted(alias)}.${quoted(name)}`;
  return isInstant ? `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` : column;
}

function list(columns: readonly Column[], alias: string): string {
  return columns.map((column) => `${expressionOf(column, alias)} as ${quoted(column.property)}`).join(', ');
}

/** A row inside a row, as one JSON value; null when the alias, outer joined, has no row. */
function json(columns: readonly Column[], alias: string): string {
  const pairs = columns.map((column) => `'${column.property}', ${expressionOf(column, alias)}`);
  return `case when ${quoted(alias)}."id" is null then null else json_build_object(${pairs.join(', ')}) end`;
}

/** An instant as JavaScript's own number, for what is computed with: milliseconds since 1970; null for null. */
export function epochMs(expression: RawBuilder<unknown>): RawBuilder<number> {
  return sql`(extract(epoch from ${expression}) * 1000)::float8`;
}

type EntityClass<Entity> = abstract new () => Entity;

/** Runs one statement and gives its rows. */
export type Run = <Result>(query: RawBuilder<Result>) => Promise<Result[]>;

/**
 * The door of all reading: Kysely on MikroORM's connection, and the columns of each entity's row. Readers write their
 * SQL with Kysely's `sql` tag, so that every value is a parameter.
 */
export class Rows {
  readonly #orm: MikroORM;
  readonly #columns = new Map<EntityMetadata, readonly Column[]>();

  /** Runs one statement and gives its rows. */
  readonly all: Run;

  /** @param run where statements go instead of the ORM's own database, such as a replica of it */
  constructor(orm: MikroORM, run?: Run) {
    this.#orm = orm;
    this.all = run ?? (async (query) => (await query.execute(orm.em.getKysely<unknown>())).rows);
  }

  #metadataOf(entity: EntityClass<object>): EntityMetadata {
    return this.#orm.getMetadata().get(entity);
  }

  #columnsOf(metadata: EntityMetadata): readonly Column[] {
    const known = this.#columns.get(metadata);
    if (known) return known;
    const columns = columnsOf(metadata);
    this.#columns.set(metadata, columns);
    return columns;
  }

  /** The columns that the fields of a selection read, and the keys; all columns when a field does not say. */
  #columnsRead(metadata: EntityMetadata, selection: Selection, always: readonly string[] = []): readonly Column[] {
    const columns = this.#columnsOf(metadata);
    const relations = new Set(metadata.relations.map(({ name }) => name));
    const read = columnsRead(metadata.class, selection.keys(), relations);
    if (!read) return columns;
    return columns.filter(({ property, isKey }) => isKey || read.has(property) || always.includes(property));
  }

  /** `t."id" as "id", to_char(t."created_at" …) as "createdAt", …`: what makes a `Row<Entity>` in a select list. */
  columns<Entity extends object>(entity: EntityClass<Entity>, alias: string): RawBuilder<Row<Entity>> {
    return sql.raw(list(this.#columnsOf(this.#metadataOf(entity)), alias));
  }

  /**
   * The columns of an entity, and beside them those to-one relations that `wanted` names, each as JSON, with the joins
   * that bring them: what a list's own statement can bring needs no statement of its own.
   * @param wanted names alone bring whole rows; a selection brings the columns that its fields read (see `Reads`), and
   * leaves the others out of the rows
   * @param always columns that the reader itself needs, such as those that a list is ordered by
   */
  select<Entity extends object>(
    entity: EntityClass<Entity>,
    alias: string,
    wanted: Iterable<string> | Selection,
    always: readonly (keyof Row<Entity> & string)[] = [],
  ): { columns: RawBuilder<RowWith<Entity>>; joins: RawBuilder<unknown> } {
    const metadata = this.#metadataOf(entity);
    const selection = isSelection(wanted) ? wanted : null;
    const own = selection ? this.#columnsRead(metadata, selection, always) : this.#columnsOf(metadata);
    const names: Iterable<string> = isSelection(wanted) ? wanted.keys() : wanted;
    const columns = [list(own, alias)];
    const joins: string[] = [];
    for (const name of new Set(names)) {
      const relation = metadata.relations.find((property) => property.name === name);
      const target = relation?.targetMeta;
      const [column] = relation?.fieldNames ?? [];
      if (relation?.kind !== ReferenceKind.MANY_TO_ONE || !target || !column) continue;
      const joined = `${alias}_${name}`;
      const below = selection?.get(name);
      const shown = below ? this.#columnsRead(target, below) : this.#columnsOf(target);
      columns.push(`${json(shown, joined)} as ${quoted(name)}`);
      joins.push(
        `left join ${quoted(target.tableName)} as ${quoted(joined)} on ${quoted(joined)}."id" = ${quoted(alias)}.${quoted(column)}`,
      );
    }
    return { columns: sql.raw(columns.join(', ')), joins: sql.raw(joins.join(' ')) };
  }

  /** Runs one statement and gives its first row, or null. */
  async first<Result>(query: RawBuilder<Result>): Promise<Result | null> {
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
   */
  counts(
    column: RawBuilder<unknown>,
    ids: readonly string[],
    from: RawBuilder<unknown>,
  ): (id: string) => Promise<number> {
    let counted: Promise<{ id: string; count: number }[]> | undefined;
    return async (id) => {
      counted ??= this.all(
        sql<{ id: string; count: number }>`select ${column} as id, count(*)::int as count from ${from}
          and ${column} = any(${[...ids]}::uuid[]) group by ${column}`,
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
