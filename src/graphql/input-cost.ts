import { getNullableType, type GraphQLInputType, isInputObjectType, isListType } from 'graphql';

/** Each object of an input is made an instance of its class, for each parent of the field anew. */
const OBJECT_PRICE = 2;

/** What the value of an argument adds to a query's cost: the objects in it, and the searches that it starts. */
export function costOfInput(inputType: GraphQLInputType, value: unknown): number {
  const type = getNullableType(inputType);
  if (value == null) return 0;
  if (isListType(type)) {
    if (!Array.isArray(value)) return costOfInput(type.ofType, value);
    return value.reduce<number>((sum, item) => sum + costOfInput(type.ofType, item), 0);
  }
  if (!isInputObjectType(type) || typeof value !== 'object') return 0;
  let cost = OBJECT_PRICE;
  for (const field of Object.values(type.getFields())) {
    const inside: unknown = Reflect.get(value, field.name);
    if (inside == null) continue;
    const price = field.extensions['complexity'];
    cost += (typeof price === 'number' ? price : 0) + costOfInput(field.type, inside);
  }
  return cost;
}
