import { getMetadataStorage } from 'type-graphql';
import { type EntityClass, type Row } from './row.js';

const declared = new Map<unknown, Map<string, readonly string[]>>();

/**
 * Declares the columns that a field's resolver method reads, without the id. For a method without it a list fetches all
 * columns, so that a new method is correct at once and can be made cheaper later.
 */
export function DependsOnColumns<Entity extends object>(
  entity: EntityClass<Entity>,
  ...columns: readonly (keyof Row<Entity> & string)[]
): MethodDecorator {
  return (_target, method) => {
    const methods = declared.get(entity) ?? new Map<string, readonly string[]>();
    declared.set(entity, methods.set(String(method), columns));
  };
}

const plainFields = new Map<unknown, ReadonlySet<string>>();

/** The fields of an entity's class, and of its base classes, without a resolver method: they show their column. */
function plainFieldsOf(entity: object): ReadonlySet<string> {
  const known = plainFields.get(entity);
  if (known) return known;
  const { fields, fieldResolvers, resolverClasses } = getMetadataStorage();
  // A resolver class with field resolvers always names its type; the others throw when asked for it.
  const answered = new Set(
    fieldResolvers
      .filter(
        ({ target }) => resolverClasses.find((resolver) => resolver.target === target)?.getObjectType() === entity,
      )
      .map(({ methodName }) => methodName),
  );
  const names = fields
    .filter(({ target }) => target === entity || Object.prototype.isPrototypeOf.call(target, entity))
    .map(({ name }) => name);
  const plain = new Set(names.filter((name) => !answered.has(name)));
  plainFields.set(entity, plain);
  return plain;
}

/**
 * The columns that an object's selected fields read.
 * @param relations names of fields that are answered by joins or by foreign keys
 * @returns null for all columns, if one of the fields does not declare them
 */
export function dependentColumns(
  entity: object,
  fields: Iterable<string>,
  relations: ReadonlySet<string>,
): Set<string> | null {
  const columns = new Set<string>();
  for (const field of fields) {
    if (field === '__typename' || relations.has(field)) continue;
    const read = declared.get(entity)?.get(field) ?? (plainFieldsOf(entity).has(field) ? [field] : undefined);
    if (!read) return null;
    for (const column of read) columns.add(column);
  }
  return columns;
}
