import * as fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { type Vocabulary } from '../access/random-queries.js';

/** A query with what executors get wrong: directives, colliding aliases, shared fragments, defaults, nulls and errors. */
export interface RandomDocument {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const DRAWS = 600;
const MAX_DRAW = 1_000_000;
const MAX_DEPTH = 5;
const MAX_INPUT_DEPTH = 2;
/** Half of the documents have none of what keeps an operation from being compiled: otherwise hardly one would be. */
const PLAIN_ALIASES = ['a', 'b', 't', 'u', 'ab', 'x'];
const PLAIN_VARIABLES = ['v', 'w', 'first', 'filter'];
const PLAIN_PAGE_SIZES = [1, 2, 3];
/** 101 and 0 are refused by every connection. */
const PAGE_SIZES = [1, 2, 3, 3, 5, 101, 0];

/** Joined by "_" the keys of different paths become equal; others are found on Object.prototype, or look like type names. */
const ALIASES = [
  'a',
  'b',
  't',
  'u',
  'a_b',
  't_u',
  'b_a',
  'nodes_a',
  'x',
  'idx0',
  'Ticket',
  '_',
  '__proto__',
  'toString',
];
const VARIABLES = ['v', 'w', 'first', 'filter', 'toString', '__proto__', 'constructor', 'a_b'];

class DocumentWriter {
  readonly #schema: GraphQLSchema;
  readonly #vocabulary: Vocabulary;
  readonly #draws: readonly number[];
  readonly #definitions: string[] = [];
  readonly #values = new Map<string, unknown>();
  readonly #fragments: { name: string; type: string; text: string; keys: ReadonlySet<string> }[] = [];
  readonly #isPlain: boolean;
  #drawn = 0;

  constructor(schema: GraphQLSchema, vocabulary: Vocabulary, draws: readonly number[]) {
    this.#schema = schema;
    this.#vocabulary = vocabulary;
    this.#draws = draws;
    this.#isPlain = this.#chance(50);
  }

  write(): RandomDocument {
    const roots = Object.values(this.#schema.getQueryType()?.getFields() ?? {});
    const keys = new Set<string>();
    const fields = Array.from({ length: this.#oneOf([1, 2, 3]) }, () => this.#field(this.#oneOf(roots), keys, 0));
    const definitions = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    const fragments = this.#fragments.map(({ name, type, text }) => `fragment ${name} on ${type} ${text}`);
    return {
      query: [`query Q${definitions} { ${fields.join(' ')} }`, ...fragments].join('\n'),
      variables: Object.fromEntries(this.#values),
    };
  }

  #below(limit: number): number {
    this.#drawn += 1;
    return (this.#draws[this.#drawn % DRAWS] ?? 0) % limit;
  }

  #oneOf<Value>(values: readonly Value[]): Value {
    const value = values[this.#below(values.length)];
    if (value === undefined) throw new Error('There is nothing to choose from');
    return value;
  }

  #chance(percent: number): boolean {
    return this.#below(100) < percent;
  }

  /** A JSON value of an input type; null where null may be, now and then. */
  #value(type: GraphQLInputType, name: string, depth: number): unknown {
    if (!isNonNullType(type) && this.#chance(this.#isPlain ? 3 : 10)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      return Array.from({ length: this.#oneOf([0, 1, 2]) }, () => this.#value(nullable.ofType, name, depth));
    }
    if (isInputObjectType(nullable)) {
      const fields = this.#given(Object.values(nullable.getFields()), depth + 1);
      return Object.fromEntries(fields.map((field) => [field.name, this.#value(field.type, field.name, depth + 1)]));
    }
    if (isEnumType(nullable)) return this.#oneOf(nullable.getValues()).name;
    return this.#scalar(getNamedType(nullable).name, name);
  }

  #scalar(typeName: string, name: string): unknown {
    if (['first', 'last'].includes(name)) return this.#oneOf(this.#isPlain ? PLAIN_PAGE_SIZES : PAGE_SIZES);
    const { ids, numbers, words, usernames, emails, instants } = this.#vocabulary;
    if (typeName === 'ID') return this.#oneOf(ids);
    if (typeName === 'Boolean') return this.#oneOf([true, false]);
    if (typeName === 'Int') return this.#oneOf(numbers);
    if (typeName === 'Float') return 0.5;
    if (typeName === 'DateTime') return this.#oneOf(instants);
    if (typeName === 'EmailAddress') return this.#oneOf(emails);
    return this.#oneOf(name === 'username' ? usernames : words);
  }

  #given<Input extends GraphQLArgument | GraphQLInputField>(inputs: readonly Input[], depth: number): Input[] {
    return inputs.filter(({ type }) => isNonNullType(type) || (depth <= MAX_INPUT_DEPTH && this.#chance(25)));
  }

  /** A variable for a place of this type: its definition and, mostly, its value. */
  #variable(type: GraphQLInputType, name: string, depth: number): string {
    const base = this.#oneOf(this.#isPlain ? PLAIN_VARIABLES : VARIABLES);
    const variable =
      this.#values.has(base) || this.#definitions.some((one) => one.startsWith(`$${base}:`))
        ? `${base}${this.#definitions.length}`
        : base;
    // A nullable variable with a default may stand where null may not: it is an error when null is sent.
    const hasDefault = this.#chance(30);
    const declared = isNonNullType(type) && hasDefault ? getNullableType(type) : type;
    const fallback = hasDefault ? ` = ${literalOf(this.#value(getNullableType(type), name, depth), type)}` : '';
    this.#definitions.push(`$${variable}: ${String(declared)}${fallback}`);
    if (isNonNullType(declared) || this.#chance(70)) this.#values.set(variable, this.#value(declared, name, depth));
    return `$${variable}`;
  }

  #literal(type: GraphQLInputType, name: string, depth: number): string {
    if (this.#chance(depth === 0 ? 40 : 12)) return this.#variable(type, name, depth);
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const items = Array.from({ length: this.#oneOf([1, 2]) }, () => this.#literal(nullable.ofType, name, depth + 1));
      return `[${items.join(', ')}]`;
    }
    if (isInputObjectType(nullable)) {
      const fields = this.#given(Object.values(nullable.getFields()), depth + 1);
      return `{ ${fields.map((field) => `${field.name}: ${this.#literal(field.type, field.name, depth + 1)}`).join(', ')} }`;
    }
    return literalOf(this.#value(type, name, depth), type);
  }

  #arguments({ args }: GraphQLField<unknown, unknown>): string {
    const isPage = args.some(({ name }) => name === 'last');
    const own = this.#given(
      args.filter(({ name }) => !['first', 'last', 'after', 'before'].includes(name)),
      0,
    );
    const page = isPage ? args.filter(({ name }) => name === this.#oneOf(['first', 'first', 'last'])).slice(0, 1) : [];
    const list = [...own, ...page].map(({ name, type }) => `${name}: ${this.#literal(type, name, 0)}`);
    return list.length > 0 ? `(${list.join(', ')})` : '';
  }

  #directive(): string {
    if (this.#isPlain || !this.#chance(6)) return '';
    const name = this.#oneOf(['skip', 'include']);
    if (this.#chance(60)) return ` @${name}(if: ${this.#oneOf(['true', 'false'])})`;
    const variable = `d${this.#definitions.length}`;
    this.#definitions.push(`$${variable}: Boolean!`);
    this.#values.set(variable, this.#chance(50));
    return ` @${name}(if: $${variable})`;
  }

  /** @param keys of the selection set; a key is used once, as two fields with one key would mostly conflict */
  #field(field: GraphQLField<unknown, unknown>, keys: Set<string>, depth: number): string {
    const type = getNamedType(field.type);
    const aliases = this.#isPlain ? PLAIN_ALIASES : ALIASES;
    const wanted = this.#chance(15) ? this.#oneOf(aliases) : field.name;
    const key = keys.has(wanted) ? `k${keys.size}` : wanted;
    keys.add(key);
    const head = `${key === field.name ? '' : `${key}: `}${field.name}${this.#arguments(field)}${this.#directive()}`;
    if (isLeafType(type)) return head;
    const text = `${head} ${this.#selection(type.name, depth + 1)}`;
    // The same field twice, merged: an argument's variables stand for the same values.
    return key === field.name && field.args.length === 0 && this.#chance(10)
      ? `${text} ${field.name} ${this.#selection(type.name, depth + 1)}`
      : text;
  }

  #selection(typeName: string, depth: number): string {
    const type = this.#schema.getType(typeName);
    if (isAbstractType(type)) {
      const possible = this.#schema.getPossibleTypes(type);
      // The fields of two types may conflict: then the document is refused.
      const chosen = isUnionType(type) && this.#chance(70) ? possible : [this.#oneOf(possible)];
      const parts = chosen.map(({ name }) => `... on ${name}${this.#directive()} ${this.#selection(name, depth)}`);
      return `{ __typename ${parts.join(' ')} }`;
    }
    if (!isObjectType(type)) throw new Error(`${typeName} has no fields`);
    const keys = new Set<string>();
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)) && this.#chance(45));
    const branches = fields.filter((field) => !isLeafType(getNamedType(field.type)) && depth < MAX_DEPTH);
    const chosen = branches.filter((field) => this.#chance(field.name === 'nodes' ? 80 : 22));
    const shared = this.#sharedFragment(typeName, keys);
    const parts = [...leaves, ...chosen].map((field) => this.#field(field, keys, depth));
    const spread = shared === undefined ? [] : [`...${shared}${this.#directive()}`];
    if (this.#chance(12) && parts.length > 1) {
      const name = `F${this.#fragments.length}`;
      this.#fragments.push({ name, type: typeName, text: `{ ${parts.join(' ')} }`, keys: new Set(keys) });
      return `{ __typename ...${name}${this.#directive()} ${spread.join(' ')} }`;
    }
    return `{ ${['__typename', ...spread, ...parts].join(' ')} }`;
  }

  /** A fragment of this type that stands elsewhere in the document already; its keys are taken then. */
  #sharedFragment(typeName: string, keys: Set<string>): string | undefined {
    const known = this.#fragments.find(({ type }) => type === typeName);
    if (!known || !this.#chance(40)) return undefined;
    for (const key of known.keys) keys.add(key);
    return known.name;
  }
}

/** A JSON value in GraphQL's own notation. */
function literalOf(value: unknown, type: GraphQLInputType): string {
  if (value === null) return 'null';
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    if (!Array.isArray(value)) return literalOf(value, nullable.ofType);
    return `[${value.map((item) => literalOf(item, nullable.ofType)).join(', ')}]`;
  }
  if (isInputObjectType(nullable)) {
    const fields = Object.entries(Object(value)).map(([name, item]) => {
      const field = nullable.getFields()[name];
      return field === undefined ? '' : `${name}: ${literalOf(item, field.type)}`;
    });
    return `{ ${fields.join(', ')} }`;
  }
  return isEnumType(nullable) && typeof value === 'string' ? value : JSON.stringify(value);
}

/** Random documents over all that a schema has. Some are invalid, or refused while they are executed. */
export function randomDocument(schema: GraphQLSchema, vocabulary: Vocabulary): fc.Arbitrary<RandomDocument> {
  return fc
    .array(fc.nat(MAX_DRAW), { minLength: DRAWS, maxLength: DRAWS })
    .map((draws) => new DocumentWriter(schema, vocabulary, draws).write());
}
