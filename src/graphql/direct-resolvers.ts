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
/** A resolver class's method, whatever its parameters. */
type Method = (...parameters: unknown[]) => unknown;

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}

/** How a parameter's value is found without conversion. */
const PICKS: Partial<Record<Parameter['kind'], Pick>> = {
  root: (root) => root,
  context: (_root, _args, context) => context,
  info: (_root, _args, _context, info) => info,
  args: (_root, args) => args,
};

function pick(parameter: Parameter): Pick | undefined {
  return 'propertyName' in parameter && parameter.propertyName !== undefined ? undefined : PICKS[parameter.kind];
}

const directMethods = new Map<unknown, Set<string>>();

/**
 * Opt-in for a method with `@FieldResolver`: it is called without TypeGraphQL's wrapper, which allocates an object and a
 * promise chain for each call. For fields of which a page has hundreds. The method itself is always called. Its arguments
 * arrive as GraphQL.js coerced them, so input objects are not instances of their classes.
 * `createSchema` throws for a method that is guarded, or whose parameters need conversion.
 */
export function Direct(): MethodDecorator {
  return (target, method) => {
    const methods = directMethods.get(target.constructor) ?? new Set<string>();
    directMethods.set(target.constructor, methods.add(String(method)));
  };
}

function isDirect({ target, methodName }: MethodMetadata): boolean {
  return directMethods.get(target)?.has(methodName) ?? false;
}

/** @throws Error for a method whose call needs more than picking its parameters */
function directCall(method: MethodMetadata, field: GraphQLField<unknown, Context>): Resolver {
  const refuse = (reason: string): never => {
    throw new Error(`${method.target.name}.${method.methodName} cannot be @Direct: ${reason}`);
  };
  if (method.kind !== 'external') return refuse('it is not a method of a resolver class');
  if (isGuarded(method)) return refuse('it has a guard');
  if (field.args.some(({ type }) => isInputObjectType(getNamedType(type)))) return refuse('it takes an input object');
  const parameters = (method.params ?? []).toSorted((one, other) => one.index - other.index).map(pick);
  const picks = parameters.filter((one) => one !== undefined);
  if (picks.length < parameters.length) return refuse('a parameter needs conversion');
  const resolverClass = Reflect.construct(method.target, []);
  const call: unknown = Reflect.get(resolverClass, method.methodName);
  if (!isMethod(call)) return refuse('it is not a method');
  const [first, second, ...others] = picks;
  // Most have two parameters, which need no array of arguments.
  if (first && second && others.length === 0) {
    return (root, args, context, info) =>
      call.call(resolverClass, first(root, args, context, info), second(root, args, context, info));
  }
  return (...all) =>
    call.apply(
      resolverClass,
      picks.map((one) => one(...all)),
    );
}

/**
 * Takes TypeGraphQL's wrapper off where it does nothing, as a page has thousands of fields (bench/results.md):
 * - a field without a resolver method and without a guard is resolved by GraphQL.js, which reads the property;
 * - a method with `@Direct` is called as it is.
 * Guarded fields (`Authorized`, `VisibleIf`, any middleware) keep their guard. No resolver method is ever skipped.
 * @throws Error for a method that cannot be `@Direct`
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
      if (!declared || !field.resolve) continue;
      const method = fieldResolvers.find(
        (one) =>
          one.methodName === declared.name && classes.includes(one.kind === 'internal' ? one.target : typeOf(one)),
      );
      if (method && isDirect(method)) {
        if (isGuarded(declared)) throw new Error(`${type.name}.${field.name} cannot be @Direct: it has a guard`);
        field.resolve = directCall(method, field);
      } else if (!method && !isGuarded(declared) && declared.name === field.name) {
        field.resolve = undefined;
      }
    }
  }
}
