import {
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql';

/** Whether the values of variables change the cost of a field: by the size of its list, or the price of its input. */
export function dependsOnVariables(definition: GraphQLField<unknown, unknown>, field: FieldNode): boolean {
  return definition.args.some(({ name, type }) => {
    const value = field.arguments?.find((argument) => argument.name.value === name)?.value;
    return value !== undefined && (isSize(name, definition) ? holdsVariable(value) : isPricedByVariable(type, value));
  });
}

function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable);
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => holdsVariable(field.value));
  return value.kind === Kind.VARIABLE;
}

/** Whether the argument says how many objects the field gives. */
function isSize(name: string, definition: GraphQLField<unknown, unknown>): boolean {
  return name === 'first' || name === 'last' || name === definition.extensions['listSize'];
}

/** Whether `costOfInput` of the value depends on a variable: one for an input object or a priced field does, an id or a text does not. */
function isPricedByVariable(inputType: GraphQLInputType, value: ValueNode, price?: unknown): boolean {
  const type = getNullableType(inputType);
  if (value.kind === Kind.VARIABLE) return typeof price === 'number' || isInputObjectType(getNamedType(type));
  if (isListType(type)) {
    const items = value.kind === Kind.LIST ? value.values : [value];
    return items.some((item) => isPricedByVariable(type.ofType, item));
  }
  if (!isInputObjectType(type) || value.kind !== Kind.OBJECT) return false;
  const fields = type.getFields();
  return value.fields.some(({ name, value: inside }) => {
    const field = fields[name.value];
    return field !== undefined && isPricedByVariable(field.type, inside, field.extensions['complexity']);
  });
}
