import {
  getNullableType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { tooComplex } from './too-complex.js';

/** Maximum nesting of lists and input objects. */
const MAX_DEPTH = 100;
/** Maximum nesting of a JSON value: recursive functions bear it. Below it, `details` over their own 100 levels get a userError. */
const MAX_LEAF_DEPTH = 2000;
/** Maximum number of values, twice what a document's 1,000 tokens can hold. */
const MAX_VALUES = 2000;
/** Maximum number of input objects, four times the parts of a filter: each is instantiated for each parent of the field. */
const MAX_OBJECTS = 200;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inside) => isDeeper(inside, levels - 1));
}

function refuse(what: string, limit: number): never {
  throw tooComplex(`${what} Ask for less, or in several requests.`, { variables: limit + 1, limit });
}

/** Counts what GraphQL would have to coerce. A JSON scalar is one value, whatever is in it. */
class Counter {
  #values = 0;
  #objects = 0;

  /** @throws QUERY_TOO_COMPLEX as soon as there are too many */
  add(inputType: GraphQLInputType, value: unknown, depth = 0): void {
    this.#count();
    if (depth > MAX_DEPTH) refuse(`Variables nest at most ${MAX_DEPTH} deep.`, MAX_DEPTH);
    const type = getNullableType(inputType);
    if (isListType(type)) {
      for (const item of Array.isArray(value) ? value : [value]) this.add(type.ofType, item, depth + 1);
    } else if (isInputObjectType(type) && typeof value === 'object' && value !== null) {
      this.#objects += 1;
      if (this.#objects > MAX_OBJECTS) refuse(`Variables hold at most ${MAX_OBJECTS} objects.`, MAX_OBJECTS);
      const fields = type.getFields();
      for (const [name, inside] of Object.entries(value)) {
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (field) this.add(field.type, inside, depth + 1);
        else this.#count();
      }
    } else if (isDeeper(value, MAX_LEAF_DEPTH)) {
      refuse(`Variables nest at most ${MAX_LEAF_DEPTH} deep.`, MAX_LEAF_DEPTH);
    }
  }

  #count(): void {
    this.#values += 1;
    if (this.#values > MAX_VALUES) refuse(`Variables hold at most ${MAX_VALUES} values.`, MAX_VALUES);
  }
}

/**
 * Refuses variables that would take long to coerce, before anything else is done with them.
 * @throws QUERY_TOO_COMPLEX for those that nest too deep, or hold too many values or objects
 */
export function checkVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  if (variableDefinitions.length === 0) return;
  const counter = new Counter();
  for (const { variable, type: declared } of variableDefinitions) {
    const name = variable.name.value;
    if (!Object.hasOwn(variables, name)) continue;
    const type = typeFromAST(schema, declared);
    if (isInputType(type)) counter.add(type, variables[name]);
  }
}
