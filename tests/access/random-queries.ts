import * as fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** What arguments are made of: whatever might lead to something hidden. */
export interface Vocabulary {
  readonly ids: readonly string[];
  readonly numbers: readonly number[];
  readonly words: readonly string[];
  readonly usernames: readonly string[];
  readonly emails: readonly string[];
  readonly instants: readonly string[];
  /** Of the log of changes; words without them. */
  readonly cursors?: readonly string[];
}

/** What a query is made by: so many numbers up to so much. */
const DRAWS = 500;
const MOST = 1_000_000;
const MAX_DEPTH = 5;
const DEEPEST_INPUT = 2;
/** Pages stay small, or most queries would be refused as too costly. */
const MAX_PAGE_SIZE = 3;

/**
 * Random queries over all that a schema has: fields and arguments that it gains later are asked for too.
 * @param of of these root fields; of any by default
 */
export function randomQuery(
  schema: GraphQLSchema,
  vocabulary: Vocabulary,
  of?: readonly string[],
): fc.Arbitrary<string> {
  return fc.array(fc.nat(MOST), { minLength: DRAWS, maxLength: DRAWS }).map((draws) => {
    let drawn = 0;
    const below = (limit: number): number => {
      drawn += 1;
      return (draws[drawn % DRAWS] ?? 0) % limit;
    };
    const oneOf = <Value>(values: readonly Value[]): Value => {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('There is nothing to choose from');
      return value;
    };
    const chance = (percent: number): boolean => below(100) < percent;

    const scalar = (typeName: string, name: string): unknown => {
      if (typeName === 'ID') return oneOf(vocabulary.ids);
      if (typeName === 'Boolean') return oneOf([true, false]);
      if (typeName === 'Int') return oneOf(vocabulary.numbers);
      if (typeName === 'Float') return 0.5;
      if (typeName === 'DateTime') return oneOf(vocabulary.instants);
      if (typeName === 'EmailAddress') return oneOf(vocabulary.emails);
      if (name === 'since' && vocabulary.cursors) return oneOf(vocabulary.cursors);
      return oneOf(name === 'username' ? vocabulary.usernames : vocabulary.words);
    };

    const literal = (type: GraphQLInputType, name: string, depth: number): string => {
      const nullable = getNullableType(type);
      if (isListType(nullable)) {
        const items = Array.from({ length: oneOf([1, 2]) }, () => literal(nullable.ofType, name, depth));
        return `[${items.join(', ')}]`;
      }
      if (isInputObjectType(nullable)) {
        const fields = Object.values(nullable.getFields());
        return `{ ${given(fields, depth + 1).join(', ')} }`;
      }
      if (isEnumType(nullable)) return oneOf(nullable.getValues()).name;
      return JSON.stringify(scalar(getNamedType(nullable).name, name));
    };

    const given = (inputs: readonly (GraphQLArgument | GraphQLInputField)[], depth: number): string[] =>
      inputs
        .filter(({ type }) => isNonNullType(type) || (depth <= DEEPEST_INPUT && chance(25)))
        .map(({ name, type }) => `${name}: ${literal(type, name, depth)}`);

    const argumentsOf = ({ args }: GraphQLField<unknown, unknown>): string => {
      const names = new Set(args.map(({ name }) => name));
      const paging = names.has('first') && names.has('last');
      const own = args.filter(({ name }) => !['first', 'last', 'after', 'before'].includes(name));
      const list = given(own, 0);
      if (paging) list.push(`${oneOf(['first', 'last'])}: ${oneOf([1, 2, MAX_PAGE_SIZE])}`);
      return list.length > 0 ? `(${list.join(', ')})` : '';
    };

    const fieldOf = (field: GraphQLField<unknown, unknown>, depth: number): string => {
      const type = getNamedType(field.type);
      return `${field.name}${argumentsOf(field)}${isLeafType(type) ? '' : ` ${selection(type.name, depth + 1)}`}`;
    };

    const selection = (typeName: string, depth: number): string => {
      const type = schema.getType(typeName);
      if (isAbstractType(type)) {
        const possible = oneOf(schema.getPossibleTypes(type));
        return `{ __typename ... on ${possible.name} ${selection(possible.name, depth)} }`;
      }
      if (!isObjectType(type)) throw new Error(`${typeName} has no fields`);
      const fields = Object.values((type satisfies GraphQLObjectType).getFields());
      const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)) && chance(60));
      // What lists hold lies behind these: without them a query would say little.
      const branches = fields.filter((field) => !isLeafType(getNamedType(field.type)) && depth < MAX_DEPTH);
      const chosen = branches.filter((field) => chance(field.name === 'nodes' ? 80 : 30));
      const asked = [...leaves, ...chosen].map((field) => fieldOf(field, depth));
      return `{ ${['__typename', ...asked].join(' ')} }`;
    };

    const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(
      ({ name }) => of?.includes(name) ?? true,
    );
    const asked = new Set([oneOf(roots), oneOf(roots)]);
    return `{ ${[...asked].map((field) => fieldOf(field, 0)).join(' ')} }`;
  });
}
