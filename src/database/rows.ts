import { type EntityMetadata, type EntityProperty, type Ref, ReferenceKind } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely';
import { rowsOf } from './answer-rows.js';
import { columnsRead } from './reads.js';
import { type RunStatement, statementsOn } from './statements.js';
import { type Columns, readerOfText, readValues } from './text-values.js';

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
  readonly source: EntityProperty;
}

/** A column in a select list. */
interface SelectedColumn {
  readonly expression: string;
  /** In the answer; see answer-rows.ts. */
  readonly name: string;
  readonly source: EntityProperty;
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
      source: property,
    }));
}

/** Names come from the entities alone: no value ever becomes part of such text. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** @param inside the relation whose row this is, inside another; see answer-rows.ts */
function selected(columns: readonly Column[], alias: string, inside?: string): SelectedColumn[] {
  return columns.map(({ property, name, source }) => ({
    expression: `${quoted(alias)}.${quoted(name)}`,
    name: inside === undefined ? property : `${inside}.${property}`,
    source,
  }));
}

function list(columns: readonly SelectedColumn[]): string {
  return columns.map(({ expression, name }) => `${expression} as ${quoted(name)}`).join(', ');
}

/** An instant as JavaScript's own number, for what is computed with: milliseconds since 1970; null for null. */
export function epochMs(expression: RawBuilder<unknown>): RawBuilder<number> {
  return sql`(extract(epoch from ${expression}) * 1000)::float8`;
}

type EntityClass<Entity> = abstract new () => Entity;

interface SelectOptions<Entity> {
  readonly always?: readonly (keyof Row<Entity> & string)[];
  readonly except?: readonly (Relation<Entity> & string)[];
}

interface Select<Entity> {
  readonly columns: RawBuilder<RowWith<Entity>>;
  readonly joins: RawBuilder<unknown>;
}

/** The same for rows inside another row's column: an array of each one's values, all of them as text. */
interface SelectAsText<Entity> {
  readonly values: RawBuilder<unknown>;
  readonly joins: RawBuilder<unknown>;
  /** Makes rows of the arrays. */
  readonly rows: (texts: readonly (string | null)[][]) => RowWith<Entity>[];
}

class Selected {
  readonly columns: string;
  readonly joins: string;
  readonly #columns: readonly SelectedColumn[];
  #asText: { values: string; names: readonly string[]; readers: Columns['readers'] } | undefined;

  constructor(columns: readonly SelectedColumn[], joins: readonly string[]) {
    this.#columns = columns;
    this.columns = list(columns);
    this.joins = joins.join(' ');
  }

  get asText() {
    this.#asText ??= {
      values: `array[${this.#columns.map(({ expression }) => `${expression}::text`).join(', ')}]`,
      names: this.#columns.map(({ name }) => name),
      readers: this.#columns.flatMap(({ source }, at) => {
        const read = readerOfText(source);
        return read ? [[at, read] as const] : [];
      }),
    };
    return this.#asText;
  }
}

/** Writes PostgreSQL's SQL; runs nothing. */
const COMPILER = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/**
 * The door of all reading: statements on MikroORM's connection, and the columns of each entity's row. Readers write
 * their SQL with Kysely's `sql` tag, so that every value is a parameter.
 */
export class Rows {
  readonly #orm: MikroORM;
  /** Where its statements go. */
  readonly run: RunStatement;
  readonly #columns = new Map<EntityMetadata, readonly Column[]>();
  readonly #selects = new WeakMap<Selection, Map<string, Selected>>();

  /** @param run where statements go instead of the ORM's own database, such as a replica of it */
  constructor(orm: MikroORM, run: RunStatement = statementsOn(orm.em.getConnection())) {
    this.#orm = orm;
    this.run = run;
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

  /**
   * The columns that the fields of a selection read, the id among them; all columns when a field does not say.
   * @param joined whether the statement brings the relations along; if not, their keys are for the loaders
   */
  #columnsRead(metadata: EntityMetadata, selection: Selection, joined: (name: string) => boolean): readonly Column[] {
    const columns = this.#columnsOf(metadata);
    const relations = new Set(metadata.relations.map(({ name }) => name));
    const read = columnsRead(metadata.class, selection.keys(), relations);
    if (!read) return columns;
    const keys = [...relations].filter((name) => selection.has(name) && !joined(name)).map((name) => `${name}Id`);
    const wanted = new Set(['id', ...keys, ...read]);
    return columns.filter(({ property }) => wanted.has(property));
  }

  /** `t."id" as "id", t."created_at" as "createdAt", …`: what makes a `Row<Entity>` in a select list. */
  columns<Entity extends object>(entity: EntityClass<Entity>, alias: string): RawBuilder<Row<Entity>> {
    return sql.raw(list(selected(this.#columnsOf(this.#metadataOf(entity)), alias)));
  }

  /**
   * The columns of an entity, and beside them the columns of those to-one relations that `wanted` names, with the joins
   * that bring them: what a list's own statement can bring needs no statement of its own.
   * @param wanted names alone bring whole rows; a selection brings the columns that its fields read (see `Reads`), and
   * leaves the others out of the rows
   * @param options `always`: columns that the reader itself needs, such as those that a list is ordered by; `except`:
   * relations that are not for everybody who sees the row, and are left to their loaders
   */
  select<Entity extends object>(
    entity: EntityClass<Entity>,
    alias: string,
    wanted: Iterable<string> | Selection,
    options: SelectOptions<Entity> = {},
  ): Select<Entity> {
    const { columns, joins } = isSelection(wanted)
      ? this.#remembered(entity, alias, wanted, options)
      : this.#select(entity, alias, wanted, options);
    return { columns: sql.raw(columns), joins: sql.raw(joins) };
  }

  /** The same for rows that a column of another row holds; PostgreSQL makes text of them faster than JSON. */
  selectAsText<Entity extends object>(
    entity: EntityClass<Entity>,
    alias: string,
    wanted: Selection,
    options: SelectOptions<Entity> = {},
  ): SelectAsText<Entity> {
    const { joins, asText } = this.#remembered(entity, alias, wanted, options);
    return {
      values: sql.raw(asText.values),
      joins: sql.raw(joins),
      rows: (texts) => {
        for (const row of texts) readValues(row, asText.readers);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of the entity's columns
        return rowsOf({ names: asText.names, rows: texts }) as RowWith<Entity>[];
      },
    };
  }

  #remembered<Entity extends object>(
    entity: EntityClass<Entity>,
    alias: string,
    wanted: Selection,
    options: SelectOptions<Entity>,
  ): Selected {
    const key = `${alias} ${entity.name} ${options.always?.join()} ${options.except?.join()}`;
    const known = this.#selects.get(wanted) ?? new Map<string, Selected>();
    const found = known.get(key) ?? this.#select(entity, alias, wanted, options);
    this.#selects.set(wanted, known.set(key, found));
    return found;
  }

  #select<Entity extends object>(
    entity: EntityClass<Entity>,
    alias: string,
    wanted: Iterable<string> | Selection,
    { always = [], except = [] }: SelectOptions<Entity>,
  ): Selected {
    const metadata = this.#metadataOf(entity);
    const selection = isSelection(wanted) ? wanted : null;
    const names = new Set(isSelection(wanted) ? wanted.keys() : wanted);
    const relations = metadata.relations.filter(
      ({ name, kind }) =>
        kind === ReferenceKind.MANY_TO_ONE && names.has(name) && !except.some((left) => left === name),
    );
    const own = selection
      ? this.#columnsRead(metadata, selection, (name) => relations.some((relation) => relation.name === name))
      : this.#columnsOf(metadata);
    const needed = this.#columnsOf(metadata).filter(
      (column) => own.includes(column) || always.some((property) => property === column.property),
    );
    const columns = selected(needed, alias);
    const joins: string[] = [];
    for (const { name, targetMeta: target, fieldNames } of relations) {
      const [column] = fieldNames;
      if (!target || !column) continue;
      const joined = `${alias}_${name}`;
      const below = selection?.get(name);
      const shown = below ? this.#columnsRead(target, below, () => false) : this.#columnsOf(target);
      columns.push(...selected(shown, joined, name));
      joins.push(
        `left join ${quoted(target.tableName)} as ${quoted(joined)} on ${quoted(joined)}."id" = ${quoted(alias)}.${quoted(column)}`,
      );
    }
    return new Selected(columns, joins);
  }

  async #rowsOf<Result>(query: RawBuilder<Result>, isQuick: boolean): Promise<Result[]> {
    const { sql: text, parameters: values } = query.compile(COMPILER);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a statement's author says what it gives
    return rowsOf(await this.run({ text, values, isQuick })) as Result[];
  }

  /** Runs one statement and gives its rows. */
  async all<Result>(query: RawBuilder<Result>): Promise<Result[]> {
    return this.#rowsOf(query, false);
  }

  /** The same for one that finds its rows by a key, without a lock: it may share its connection (`SharedConnection`). */
  async byKey<Result>(query: RawBuilder<Result>): Promise<Result[]> {
    return this.#rowsOf(query, true);
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
