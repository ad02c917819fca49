import { type Ref } from '@mikro-orm/core';

type Nullish<T> = Extract<T, null | undefined>;
type ColumnValue<T> = T extends Date ? string : T;

/**
 * What a reader returns for an entity: a plain object with the entity's columns, instants as ISO 8601 text, and the
 * foreign key of a relation as `<name>Id`. Derived from the entity's type, so that a new property is part of every row.
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

/** A row with the to-one relations that the statement joined, each a row itself. */
export type RowWith<Entity> = Row<Entity> & {
  readonly [Key in Relation<Entity>]?: NonNullable<Entity[Key]> extends Ref<infer Target extends object>
    ? Row<Target> | Nullish<Entity[Key]>
    : never;
};

export type EntityClass<Entity> = abstract new () => Entity;
