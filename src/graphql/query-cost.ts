import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { DEFAULT_PAGE, LARGEST_PAGE } from './connection.js';

/** What a document asks for, fragments dissolved. */
export interface QueryCost {
  /** Fields to resolve, each as often as the sizes of pages and lists above it allow. */
  readonly cost: number;
  readonly depth: number;
  readonly aliases: number;
  /** The most that stand in one selection set. */
  readonly directives: number;
  /** How often one field, or one alias, stands in one selection set; spread fragments are sets of their own. */
  readonly repeats: number;
}

const NOTHING: QueryCost = { cost: 0, depth: 0, aliases: 0, directives: 0, repeats: 0 };

/** What a short list counts for that does not say how long it can be: userErrors, the values of an enum. */
const SHORT_LIST = 10;

function sum(a: QueryCost, b: QueryCost): QueryCost {
  return {
    cost: a.cost + b.cost,
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
  /** A fragment is measured once, however often it is spread: otherwise twenty lines could cost a million steps. */
  readonly #measured = new Map<string, QueryCost>();
  /** Whether the cost depends on what the variables hold. */
  readsVariables = false;

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>) {
    this.#schema = schema;
    this.#variables = variables;
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
    const definition = 'getFields' in parent ? parent.getFields()[field.name.value] : undefined;
    const type = definition && getNamedType(definition.type);
    // Introspection has a limit of its own among GraphQL's validation rules, and no pages.
    if (!field.selectionSet || !isCompositeType(type)) {
      return { ...NOTHING, cost: 1, depth: 1, aliases, directives: field.directives?.length ?? 0 };
    }
    const below = this.selectionSet(field.selectionSet, type);
    return {
      ...below,
      cost: ownCost(definition) + below.cost * this.#items(field, definition),
      depth: below.depth + 1,
      aliases: aliases + below.aliases,
    };
  }

  /** Of how many objects at most the fields below are asked. */
  #items(field: FieldNode, definition: GraphQLField<unknown, unknown> | undefined): number {
    if (definition?.args.some(({ name }) => name === 'first')) return this.#pageSize(field);
    if (!definition || !isListType(getNullableType(definition.type))) return 1;
    const declared = definition.extensions['listSize'];
    if (typeof declared !== 'string') return typeof declared === 'number' ? declared : SHORT_LIST;
    const list = this.#argument(field, declared);
    // What is too long is refused by the field itself, and what is no list counts as a list of one.
    return Array.isArray(list) ? Math.min(list.length, LARGEST_PAGE) : 1;
  }

  #argument(field: FieldNode, name: string): unknown {
    const argument = field.arguments?.find((candidate) => candidate.name.value === name);
    if (!argument) return undefined;
    if (argument.value.kind !== Kind.INT) this.readsVariables = true;
    return valueFromASTUntyped(argument.value, this.#variables);
  }

  /** As the field will take it; what is out of range will be refused by itself. */
  #pageSize(field: FieldNode): number {
    for (const name of ['first', 'last']) {
      const size = this.#argument(field, name);
      if (typeof size === 'number') return Math.min(Math.max(size, 1), LARGEST_PAGE);
    }
    return DEFAULT_PAGE;
  }
}

/** One, or what the field says by TypeGraphQL's `complexity`: a search costs the database more than a row. */
function ownCost(definition: GraphQLField<unknown, unknown> | undefined): number {
  const declared = definition?.extensions['complexity'];
  return typeof declared === 'number' ? declared : 1;
}

/** Of operations that cost the same whatever their variables; the server parses a document that comes again once. */
const measured = new WeakMap<OperationDefinitionNode, QueryCost>();

/** What an operation of a valid document would cost. Takes time in proportion to the document's length. */
export function measureQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): QueryCost {
  const known = measured.get(operation);
  if (known) return known;
  const root = schema.getRootType(operation.operation);
  if (!root) return NOTHING;
  const meter = new Meter(schema, document, variables);
  const cost = meter.selectionSet(operation.selectionSet, root);
  if (!meter.readsVariables) measured.set(operation, cost);
  return cost;
}
