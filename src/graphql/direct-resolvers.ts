import {
  getNamedType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { type Context } from './context.js';
import { type TypedRow } from './node.js';

type Resolver = GraphQLFieldResolver<unknown, Context>;
type Metadata = ReturnType<typeof getMetadataStorage>;
type MethodMetadata = Metadata['fieldResolvers'][number];
type Parameter = NonNullable<MethodMetadata['params']>[number];

function isGuarded({ middlewares, roles }: { middlewares?: readonly unknown[]; roles?: readonly unknown[] }): boolean {
  return (middlewares?.length ?? 0) > 0 || roles !== undefined;
}

/** The class of an object type, what it extends, and what it implements. */
function classesOf(typeName: string): readonly unknown[] {
  const { objectTypes, interfaceTypes } = getMetadataStorage();
  const type = objectTypes.find(({ name }) => name === typeName);
  if (!type) return [];
  const above: unknown[] = [];
  for (
    let one: unknown = type.target;
    typeof one === 'function' && one !== Function.prototype;
    one = Object.getPrototypeOf(one)
  ) {
    above.push(one);
  }
  return [
    ...above,
    ...interfaceTypes.map(({ target }) => target).filter((target) => type.interfaceClasses?.includes(target)),
  ];
}

/** A resolver class that answers for one type says for which; asking another throws. */
function typeOf({ getObjectType }: MethodMetadata): unknown {
  try {
    return getObjectType?.();
  } catch {
    return undefined;
  }
}

type Pick = (...all: Parameters<Resolver>) => unknown;

/** How parameters are found that take no more than picking. */
const PICKS: Partial<Record<Parameter['kind'], Pick>> = {
  root: (root) => root,
  context: (_root, _args, context) => context,
  info: (_root, _args, _context, info) => info,
  args: (_root, args) => args,
};

function pick(parameter: Parameter): Pick | undefined {
  return 'propertyName' in parameter && parameter.propertyName !== undefined ? undefined : PICKS[parameter.kind];
}

/** Calls a resolver class's method; undefined when its arguments need more than that. */
function directCall(method: MethodMetadata, field: GraphQLField<unknown, Context>): Resolver | undefined {
  if (method.kind !== 'external' || isGuarded(method)) return undefined;
  if (field.args.some(({ type }) => isInputObjectType(getNamedType(type)))) return undefined;
  const picks = (method.params ?? []).toSorted((one, other) => one.index - other.index).map(pick);
  const known = picks.filter((one) => one !== undefined);
  if (known.length < picks.length) return undefined;
  const resolverClass = Reflect.construct(method.target, []);
  const call: unknown = Reflect.get(resolverClass, method.methodName);
  if (typeof call !== 'function') return undefined;
  return (...all) =>
    Reflect.apply(
      call,
      resolverClass,
      known.map((one) => one(...all)),
    );
}

/** Shows what a row holds under the field's name, and asks the resolver only when there is nothing. */
function heldOr(name: string, resolve: Resolver): Resolver {
  return (row, args, context, info) => {
    const held: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
    return held === undefined || typeof held === 'function' ? resolve(row, args, context, info) : held;
  };
}

/**
 * Takes TypeGraphQL's wrapping off where it has nothing to do: a page has thousands of fields (bench/results.md).
 * - a plain field shows its property;
 * - a to-one relation that the list's own statement brought along (database/rows.ts) is shown as it is, without a call;
 * - a resolver method whose arguments are scalars is called as it is.
 * What is guarded, by `Authorized`, `VisibleIf` or any middleware, keeps its guard.
 */
export function resolveDirectly(schema: GraphQLSchema): void {
  const { objectTypes, interfaceTypes, fieldResolvers } = getMetadataStorage();
  for (const type of Object.values(schema.getTypeMap())) {
    // TypeGraphQL would answer with a promise for each row.
    if (isInterfaceType(type)) type.resolveType = ({ __typename }: TypedRow) => __typename;
    if (!isObjectType(type)) continue;
    const classes = classesOf(type.name);
    const declaredFields = [...objectTypes, ...interfaceTypes].flatMap(({ target, fields }) =>
      classes.includes(target) ? (fields ?? []) : [],
    );
    for (const field of Object.values(type.getFields())) {
      const declared = declaredFields.find(({ schemaName }) => schemaName === field.name);
      if (!declared || !field.resolve || isGuarded(declared)) continue;
      const method = fieldResolvers.find(
        (one) =>
          one.methodName === declared.name && classes.includes(one.kind === 'internal' ? one.target : typeOf(one)),
      );
      if (!method) {
        field.resolve = undefined;
      } else if (!isGuarded(method)) {
        const resolve = directCall(method, field) ?? field.resolve;
        field.resolve = field.args.length === 0 ? heldOr(field.name, resolve) : resolve;
      }
    }
  }
}
