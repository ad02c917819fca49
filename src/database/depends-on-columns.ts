import { getMetadataStorage } from 'type-graphql';
import { type EntityClass, type Row } from './row.js';

const declared = new Map<unknown, Map<string, readonly string[]>>();

/**
 * Beside a field's resolver method: the columns of its row that it reads, the id not named. A method without it costs
 * its list all columns, so that a new one is right at once and can be made cheap later.
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

/** The fields of an entity's class, and of what it extends, that no resolver method answers: they show their column. */
function plainFieldsOf(entity: object): ReadonlySet<string> {
  const known = plainFields.get(entity);
  if (known) return known;
  const { fields, fieldResolvers, resolverClasses } = getMetadataStorage();
  // A resolver class with such methods always names its type; the others throw when they are asked.
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
 * @param relations names of fields that the statement answers by joins, or by their foreign keys
 * @returns null for all of them, when one of the fields does not say
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
