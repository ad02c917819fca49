import { type EntityMetadata, ReferenceKind } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { isJoinable } from './joinable.js';
import { dependentColumns } from './depends-on-columns.js';
import { type EntityClass, type Row } from './row.js';
import { quoted } from './sql-text.js';

interface Column {
  readonly property: string;
  readonly name: string;
}

/** A column in a select list. */
interface SelectedColumn {
  readonly expression: string;
  /** Its name in the result; see answer-rows.ts. */
  readonly name: string;
}

/** The selected fields of an object; see graphql/selection.ts. */
export type Selection = ReadonlyMap<string, Selection>;

function isSelection(wanted: Iterable<string> | Selection): wanted is Selection {
  return wanted instanceof Map;
}

/** Columns that are never part of a row: secrets, and columns for the database's own use. */
function columnsOf(metadata: EntityMetadata): Column[] {
  return metadata.props
    .filter((property) => property.persist !== false && property.hidden !== true)
    .filter((property) => property.kind === ReferenceKind.SCALAR || property.kind === ReferenceKind.MANY_TO_ONE)
    .map((property) => ({
      property: property.kind === ReferenceKind.SCALAR ? property.name : `${property.name}Id`,
      name: property.fieldNames[0] ?? property.name,
    }));
}

/** @param inside the relation, if this is a nested row; see answer-rows.ts */
function selected(columns: readonly Column[], alias: string, inside?: string): SelectedColumn[] {
  return columns.map(({ property, name }) => ({
    expression: `${quoted(alias)}.${quoted(name)}`,
    name: inside === undefined ? property : `${inside}.${property}`,
  }));
}

function list(columns: readonly SelectedColumn[]): string {
  return columns.map(({ expression, name }) => `${expression} as ${quoted(name)}`).join(', ');
}

export interface SelectOptions<Entity> {
  readonly always?: readonly (keyof Row<Entity> & string)[];
  /** Gives the row as a nested one of this name; see answer-rows.ts. */
  readonly inside?: string;
}

/** A select list with the joins that it needs. */
interface Selected {
  readonly columns: string;
  readonly joins: string;
}

/** The select lists of the entities, generated from their metadata. */
export class Projections {
  readonly #orm: MikroORM;
  readonly #columns = new Map<EntityMetadata, readonly Column[]>();
  readonly #selects = new WeakMap<Selection, Map<string, Selected>>();

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  /** All columns of an entity: `t."id" as "id", t."created_at" as "createdAt", …`. */
  columns(entity: EntityClass<object>, alias: string): string {
    return list(selected(this.#columnsOf(this.#metadataOf(entity)), alias));
  }

  /** See `Db.select`. The result is cached for as long as the selection lives. */
  select<Entity extends object>(
    entity: EntityClass<Entity>,
    alias: string,
    wanted: Iterable<string> | Selection,
    options: SelectOptions<Entity>,
  ): Selected {
    if (!isSelection(wanted)) return this.#select(entity, alias, wanted, options);
    const key = `${alias} ${entity.name} ${options.always?.join()} ${options.inside}`;
    const known = this.#selects.get(wanted) ?? new Map<string, Selected>();
    const found = known.get(key) ?? this.#select(entity, alias, wanted, options);
    this.#selects.set(wanted, known.set(key, found));
    return found;
  }

  #select<Entity extends object>(
    entity: EntityClass<Entity>,
    alias: string,
    wanted: Iterable<string> | Selection,
    { always = [], inside }: SelectOptions<Entity>,
  ): Selected {
    const metadata = this.#metadataOf(entity);
    const selection = isSelection(wanted) ? wanted : null;
    const names = new Set(isSelection(wanted) ? wanted.keys() : wanted);
    const relations = metadata.relations.filter(
      ({ name, kind }) => kind === ReferenceKind.MANY_TO_ONE && names.has(name) && isJoinable(metadata.class, name),
    );
    const own = selection
      ? this.#dependentColumns(metadata, selection, (name) => relations.some((relation) => relation.name === name))
      : this.#columnsOf(metadata);
    const needed = this.#columnsOf(metadata).filter(
      (column) => own.includes(column) || always.some((property) => property === column.property),
    );
    const columns = selected(needed, alias, inside);
    const joins: string[] = [];
    for (const { name, targetMeta: target, fieldNames } of relations) {
      const [column] = fieldNames;
      if (!target || !column) continue;
      const joined = `${alias}_${name}`;
      const below = selection?.get(name);
      const shown = below ? this.#dependentColumns(target, below, () => false) : this.#columnsOf(target);
      columns.push(...selected(shown, joined, inside === undefined ? name : `${inside}.${name}`));
      joins.push(
        `left join ${quoted(target.tableName)} as ${quoted(joined)} on ${quoted(joined)}."id" = ${quoted(alias)}.${quoted(column)}`,
      );
    }
    return { columns: list(columns), joins: joins.join(' ') };
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
   * @param joined whether the statement joins the relations; if not, their foreign keys are selected for the loaders
   */
  #dependentColumns(
    metadata: EntityMetadata,
    selection: Selection,
    joined: (name: string) => boolean,
  ): readonly Column[] {
    const columns = this.#columnsOf(metadata);
    const relations = new Set(metadata.relations.map(({ name }) => name));
    const read = dependentColumns(metadata.class, selection.keys(), relations);
    if (!read) return columns;
    const keys = [...relations].filter((name) => selection.has(name) && !joined(name)).map((name) => `${name}Id`);
    const wanted = new Set(['id', ...keys, ...read]);
    return columns.filter(({ property }) => wanted.has(property));
  }
}
