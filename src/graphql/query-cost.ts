import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './connection.js';
import { costOfInput } from './input-cost.js';
import { SIZE_OF_CONNECTION } from './list-size.js';
import { dependsOnVariables } from './variable-cost.js';
import { type IntrospectionSizes, introspectionSizes } from './introspection-sizes.js';
import { INTROSPECTION_PRICE, NAME_LENGTH } from './prices.js';

/** The cost of a document, with fragments expanded. */
export interface QueryCost {
  /** Fields to resolve, each as often as the sizes of pages and lists above it allow. */
  readonly cost: number;
  /** Cost per item of a connection: multiplied by the page's size and added to the cost. */
  readonly perItem: number;
  readonly depth: number;
  readonly aliases: number;
  /** The largest number of directives in one selection set. */
  readonly directives: number;
  /**
   * Largest number of occurrences of one field, or alias, in one selection set; spread fragments are sets of their own.
   */
  readonly repeats: number;
}

const NOTHING: QueryCost = { cost: 0, perItem: 0, depth: 0, aliases: 0, directives: 0, repeats: 0 };

/** What a short list counts for that does not say how long it can be: userErrors, the values of an enum. */
const SHORT_LIST = 10;

function sum(a: QueryCost, b: QueryCost): QueryCost {
  return {
    cost: a.cost + b.cost,
    perItem: a.perItem + b.perItem,
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    directives: Math.max(a.directives, b.directives),
    repeats: Math.max(a.repeats, b.repeats),
  };
}

/** Measures valid documents: unknown fields and circles of fragments were refused before. */
class Meter {
  readonly #schema: GraphQLSchema;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #introspection: IntrospectionSizes;
  /** A fragment is measured once, however often it is spread: otherwise twenty lines could cost a million steps. */
  readonly #measured = new Map<string, QueryCost>();
  /** Whether the cost depends on what the variables hold. */
  readsVariables = false;

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>) {
    this.#schema = schema;
    this.#variables = variables;
    this.#introspection = introspectionSizes(schema);
    const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(fragments.map((node) => [node.name.value, node]));
  }

  selectionSet(set: SelectionSetNode, parent: GraphQLCompositeType): QueryCost {
    let total = NOTHING;
    let directives = 0;
    const names = new Map<string, number>();
    for (const selection of set.selections) {
      directives += selection.directives?.length ?? 0;
      switch (selection.kind) {
        case Kind.FIELD: {
          const name = selection.alias?.value ?? selection.name.value;
          names.set(name, (names.get(name) ?? 0) + 1);
          total = sum(total, this.#field(selection, parent));
          break;
        }
        case Kind.INLINE_FRAGMENT: {
          const name = selection.typeCondition?.name.value;
          total = sum(total, this.selectionSet(selection.selectionSet, this.#type(name) ?? parent));
          break;
        }
        case Kind.FRAGMENT_SPREAD:
          total = sum(total, this.#fragment(selection.name.value));
          break;
      }
    }
    return {
      ...total,
      directives: Math.max(total.directives, directives),
      repeats: Math.max(total.repeats, ...names.values()),
    };
  }

  #type(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  #fragment(name: string): QueryCost {
    const known = this.#measured.get(name);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    const type = this.#type(fragment?.typeCondition.name.value);
    const measured = fragment && type ? this.selectionSet(fragment.selectionSet, type) : NOTHING;
    this.#measured.set(name, measured);
    return measured;
  }

  #field(field: FieldNode, parent: GraphQLCompositeType): QueryCost {
    const aliases = field.alias === undefined ? 0 : 1;
    const definition = this.#definition(field.name.value, parent);
    const args = this.#arguments(field, definition);
    const own =
      ownCost(definition, parent) + inputCost(definition, args) + nameCost(field.alias?.value ?? field.name.value);
    const type = definition && getNamedType(definition.type);
    if (!definition || !field.selectionSet || !isCompositeType(type)) {
      return { ...NOTHING, cost: own, depth: 1, aliases, directives: field.directives?.length ?? 0 };
    }
    const below = this.selectionSet(field.selectionSet, type);
    const items = this.#items(args, definition, parent);
    const isConnection = isPaged(definition) && !isListType(getNullableType(definition.type));
    const cost = own + (isConnection ? below.cost + below.perItem * items : below.cost * items);
    const isOfPage = definition.extensions['listSize'] === SIZE_OF_CONNECTION;
    return {
      ...below,
      cost: isOfPage ? 0 : cost,
      perItem: isOfPage ? cost : 0,
      // Taking a wrapper off a type leads no deeper: GraphiQL asks for nine of them.
      depth: below.depth + (parent.name === '__Type' && definition.name === 'ofType' ? 0 : 1),
      aliases: aliases + below.aliases,
    };
  }

  #definition(name: string, parent: GraphQLCompositeType): GraphQLField<unknown, unknown> | undefined {
    if (parent === this.#schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return 'getFields' in parent ? parent.getFields()[name] : undefined;
  }

  /** Of how many objects at most the fields below are asked; on average in the schema's description of itself. */
  #items(
    args: Readonly<Record<string, unknown>>,
    definition: GraphQLField<unknown, unknown>,
    parent: GraphQLCompositeType,
  ): number {
    if (isIntrospection(parent)) return this.#introspection.get(`${parent.name}.${definition.name}`) ?? 1;
    if (isPaged(definition)) return pageSize(args);
    if (!isListType(getNullableType(definition.type))) return 1;
    const declared = definition.extensions['listSize'];
    if (declared === SIZE_OF_CONNECTION) return 1;
    if (typeof declared !== 'string') return typeof declared === 'number' ? declared : SHORT_LIST;
    const list = args[declared];
    // What is too long is refused by the field itself, and what is no list counts as a list of one.
    return Array.isArray(list) ? Math.min(list.length, MAX_PAGE_SIZE) : 1;
  }

  /** As the field will get them, default values among them. */
  #arguments(
    field: FieldNode,
    definition: GraphQLField<unknown, unknown> | undefined,
  ): Readonly<Record<string, unknown>> {
    if (!definition || definition.args.length === 0) return {};
    this.readsVariables ||= dependsOnVariables(definition, field);
    try {
      return getArgumentValues(definition, field, this.#variables);
    } catch {
      // Null where there must be a value: the field itself is refused.
      return {};
    }
  }
}

/** By the reserved prefix: graphql's `isIntrospectionType` compares with each type, on every field. */
function isIntrospection({ name }: GraphQLCompositeType): boolean {
  return name.startsWith('__');
}

function isPaged({ args }: GraphQLField<unknown, unknown>): boolean {
  return args.some(({ name }) => name === 'first');
}

/** As the field will take it; what is out of range will be refused by itself. */
function pageSize(args: Readonly<Record<string, unknown>>): number {
  for (const name of ['first', 'last']) {
    const size = args[name];
    if (typeof size === 'number') return Math.min(Math.max(size, 1), MAX_PAGE_SIZE);
  }
  return DEFAULT_PAGE_SIZE;
}

/** One, or what the field says by TypeGraphQL's `complexity` (prices.ts). */
function ownCost(definition: GraphQLField<unknown, unknown> | undefined, parent: GraphQLCompositeType): number {
  if (isIntrospection(parent)) return INTROSPECTION_PRICE;
  const declared = definition?.extensions['complexity'];
  return typeof declared === 'number' ? declared : 1;
}

function inputCost(
  definition: GraphQLField<unknown, unknown> | undefined,
  args: Readonly<Record<string, unknown>>,
): number {
  return definition?.args.reduce((cost, { name, type }) => cost + costOfInput(type, args[name]), 0) ?? 0;
}

function nameCost(name: string): number {
  return Math.floor(name.length / NAME_LENGTH);
}

/** Cache of costs that no variable changes. Apollo's document cache gives a repeated document the same node. */
const measured = new WeakMap<OperationDefinitionNode, QueryCost>();

/**
 * What an operation of a valid document would cost. Takes time in proportion to the document's length, and to that of
 * the variables. Fields skipped by a directive count.
 * @param variables as the fields will get them, defaults included; called if the cost is not cached
 */
export function measureQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: () => Readonly<Record<string, unknown>>,
): QueryCost {
  const known = measured.get(operation);
  if (known) return known;
  const root = schema.getRootType(operation.operation);
  if (!root) return NOTHING;
  const meter = new Meter(schema, document, variables());
  const measuredNow = meter.selectionSet(operation.selectionSet, root);
  const cost = { ...measuredNow, cost: Math.ceil(measuredNow.cost) };
  if (!meter.readsVariables) measured.set(operation, cost);
  return cost;
}
