import { type Ref } from '@mikro-orm/core';

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

export type EntityClass<Entity> = abstract new () => Entity;
