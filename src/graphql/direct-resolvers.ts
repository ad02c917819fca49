import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { type Context } from './context.js';
import { type TypedRow } from './node.js';

type Resolver = GraphQLFieldResolver<unknown, Context>;
type MethodMetadata = ReturnType<typeof getMetadataStorage>['fieldResolvers'][number];
type Parameter = NonNullable<MethodMetadata['params']>[number];
/** A resolver class's method, whatever its parameters. */
type Method = (...parameters: unknown[]) => unknown;
type Pick = (...all: Parameters<Resolver>) => unknown;

const directMethods: { readonly target: unknown; readonly name: string }[] = [];

/**
 * For a method with `@FieldResolver`: GraphQL calls it without TypeGraphQL's wrapper, which allocates an object and a promise
 * chain for each call. For fields of which a page has hundreds. Its arguments arrive as GraphQL.js coerced them.
 * `useDirectMethods` throws for a method that has a guard, or whose parameters need conversion.
 */
export function Direct(): MethodDecorator {
  return ({ constructor }, name) => {
    directMethods.push({ target: constructor, name: String(name) });
  };
}

function isGuarded({ middlewares, roles }: { middlewares?: readonly unknown[]; roles?: readonly unknown[] }): boolean {
  return (middlewares?.length ?? 0) > 0 || roles !== undefined;
}

/** By the kind of a parameter's decorator, such as `@Root()`: its value without conversion. */
const PICKS: Partial<Record<Parameter['kind'], Pick>> = {
  root: (root) => root,
  context: (_root, _args, context) => context,
  info: (_root, _args, _context, info) => info,
  args: (_root, args) => args,
};

function pick(parameter: Parameter): Pick | undefined {
  return 'propertyName' in parameter && parameter.propertyName !== undefined ? undefined : PICKS[parameter.kind];
}

const none: Pick = () => undefined;

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}

/** @throws Error for a method whose call needs more than picking its parameters */
function directCall(method: MethodMetadata, field: GraphQLField<unknown, Context>): Resolver {
  const refuse = (reason: string): never => {
    throw new Error(`${method.target.name}.${method.methodName} cannot be @Direct: ${reason}`);
  };
  if (isGuarded(method)) return refuse('it has a guard');
  if (field.args.some(({ type }) => isInputObjectType(getNamedType(type)))) return refuse('it takes an input object');
  const parameters = (method.params ?? []).toSorted((one, other) => one.index - other.index).map(pick);
  const picks = parameters.filter((one) => one !== undefined);
  if (picks.length < parameters.length) return refuse('a parameter needs conversion');
  const resolvers: object = Reflect.construct(method.target, []);
  const call: unknown = Reflect.get(resolvers, method.methodName);
  if (!isMethod(call)) return refuse('it is not a method');
  // Not as an array, which each call would allocate.
  const [first = none, second = none, third = none, fourth = none] = picks;
  return (root, args, context, info) =>
    call.call(
      resolvers,
      first(root, args, context, info),
      second(root, args, context, info),
      third(root, args, context, info),
      fourth(root, args, context, info),
    );
}

/**
 * Calls the methods with `@Direct` of the schema's resolvers without TypeGraphQL's wrapper.
 * @throws Error for one that cannot be called so
 */
export function useDirectMethods(schema: GraphQLSchema, resolvers: readonly unknown[]): void {
  const { fieldResolvers, objectTypes } = getMetadataStorage();
  for (const { target, name } of directMethods.filter((one) => resolvers.includes(one.target))) {
    const method = fieldResolvers.find((one) => one.target === target && one.methodName === name);
    const owner = objectTypes.find((one) => one.target === method?.getObjectType?.());
    const type = owner && schema.getType(owner.name);
    const field = isObjectType(type) && method ? type.getFields()[method.schemaName] : undefined;
    if (!method || !field) throw new Error(`The @Direct method ${name} resolves no field of the schema`);
    field.resolve = directCall(method, field);
  }
}

/**
 * Checks the types with `simpleResolvers`, TypeGraphQL's option by which GraphQL.js reads the properties of a row itself. It
 * leaves out guards, and reads the property of the schema's name.
 * @throws Error for a field for which that would be wrong
 */
export function checkSimpleFields(schema: GraphQLSchema): void {
  const { objectTypes, interfaceTypes } = getMetadataStorage();
  for (const { name: typeName, fields = [] } of objectTypes) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) continue;
    const inherited = interfaceTypes.flatMap((one) => one.fields ?? []);
    for (const field of [...fields, ...inherited]) {
      const built = type.getFields()[field.schemaName];
      if (!built || built.resolve) continue;
      if (isGuarded(field) || field.name !== field.schemaName) {
        throw new Error(`${typeName}.${field.name} needs a resolver method: simpleResolvers would not call its guard`);
      }
    }
  }
}

/** Rows of interfaces and unions know their type. TypeGraphQL would answer with a promise for each. */
export function useTypeNames(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = ({ __typename }: TypedRow) => __typename;
  }
}
