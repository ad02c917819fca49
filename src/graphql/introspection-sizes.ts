import {
  getNamedType,
  getNullableType,
  type GraphQLSchema,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';

/** By type and field, such as `__Type.fields`: how many objects there are on average. */
export type IntrospectionSizes = ReadonlyMap<string, number>;

/** The list and non-null types around a named one. */
function wrappersOf(type: GraphQLType): number {
  if (isNonNullType(type)) return 1 + wrappersOf(getNullableType(type));
  return isListType(type) ? 1 + wrappersOf(type.ofType) : 0;
}

function fieldsOf(type: GraphQLType): number {
  return isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()).length : 0;
}

function measure(schema: GraphQLSchema): IntrospectionSizes {
  const types = Object.values(schema.getTypeMap());
  const fields = types.flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const args = fields.flatMap((field) => field.args);
  const inputs = types.flatMap((type) => (isInputObjectType(type) ? Object.values(type.getFields()) : []));
  const used = [...fields, ...args, ...inputs].map(({ type }) => type);
  const wrappers = used.reduce((sum, type) => sum + wrappersOf(type), 0);
  const sum = (count: (type: (typeof types)[number]) => number) => types.reduce((all, type) => all + count(type), 0);
  const implementations = sum((type) =>
    isInterfaceType(type) || isUnionType(type) ? schema.getPossibleTypes(type).length : 0,
  );
  // The types of fields have more fields than types in general; both ways of asking count as the larger.
  const behindFields = fields.reduce((all, { type }) => all + fieldsOf(getNamedType(type)), 0) / fields.length;
  return new Map([
    ['__Schema.types', types.length],
    ['__Schema.directives', schema.getDirectives().length],
    ['__Type.fields', Math.max(fields.length / types.length, behindFields)],
    ['__Type.inputFields', inputs.length / types.length],
    ['__Type.enumValues', sum((type) => (isEnumType(type) ? type.getValues().length : 0)) / types.length],
    ['__Type.interfaces', sum((type) => ('getInterfaces' in type ? type.getInterfaces().length : 0)) / types.length],
    ['__Type.possibleTypes', implementations / types.length],
    ['__Type.ofType', wrappers / (wrappers + used.length)],
    ['__Field.args', args.length / fields.length],
    ['__Directive.args', schema.getDirectives().reduce((all, directive) => all + directive.args.length, 0)],
  ]);
}

const known = new WeakMap<GraphQLSchema, IntrospectionSizes>();

/** How long the lists of the schema's description of itself are, for the cost of asking for them. */
export function introspectionSizes(schema: GraphQLSchema): IntrospectionSizes {
  const sizes = known.get(schema) ?? measure(schema);
  known.set(schema, sizes);
  return sizes;
}
