import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';

/** Clients have some dozens of documents. */
const MAX_CACHED = 300;

/** A document that is valid against the schema. */
export interface SubscriptionDocument {
  readonly document: DocumentNode;
  /** Equal for equal texts, as long as they are cached. */
  readonly id: number;
}

interface DocumentOptions {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly maxTokens: number;
  readonly maxErrors: number;
}

/**
 * Errors for @skip and @include at the root of subscriptions, which the GraphQL specification forbids ("Single Root Field"):
 * nothing would be left to subscribe to.
 */
function conditionalRoots({ definitions }: DocumentNode): GraphQLError[] {
  const errors: GraphQLError[] = [];
  const seen = new Set<string>();
  const look = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      const nodes = (node.directives ?? []).filter(({ name }) => name.value === 'skip' || name.value === 'include');
      if (nodes.length > 0) {
        errors.push(new GraphQLError('The root field of a subscription takes neither @skip nor @include.', { nodes }));
      }
      if (node.kind === Kind.INLINE_FRAGMENT) look(node.selectionSet);
      if (node.kind !== Kind.FRAGMENT_SPREAD || seen.has(node.name.value)) continue;
      seen.add(node.name.value);
      for (const fragment of definitions) {
        if (fragment.kind === Kind.FRAGMENT_DEFINITION && fragment.name.value === node.name.value) {
          look(fragment.selectionSet);
        }
      }
    }
  };
  for (const each of definitions) {
    if (each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.SUBSCRIPTION) {
      look(each.selectionSet);
    }
  }
  return errors;
}

/** Parses and validates documents, with the limits of those that come over HTTP. */
export class SubscriptionDocuments {
  readonly #options: DocumentOptions;
  readonly #cached = new LRUCache<string, SubscriptionDocument>({ max: MAX_CACHED });
  #count = 0;

  constructor(options: DocumentOptions) {
    this.#options = options;
  }

  /**
   * The document, or what is wrong with it.
   * @throws GraphQLError with its syntax error
   */
  read(text: string): SubscriptionDocument | readonly GraphQLError[] {
    const cached = this.#cached.get(text);
    if (cached) return cached;
    const { schema, introspection, maxTokens, maxErrors } = this.#options;
    const document = parse(text, { maxTokens });
    // Before the rules: one of graphql-js fails on them.
    const conditional = conditionalRoots(document);
    if (conditional.length > 0) return conditional;
    const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
    const errors = validate(schema, document, rules, { maxErrors });
    if (errors.length > 0) return errors;
    this.#count += 1;
    const valid = { document, id: this.#count };
    this.#cached.set(text, valid);
    return valid;
  }
}

/**
 * The variables that the execution of a message reads. Those in arguments of the root field alone, such as the filter and the
 * cursor, were read when the subscription began.
 */
export function variablesOfExecution(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const rootArguments = new Set(
    operation.selectionSet.selections.flatMap((node) => (node.kind === Kind.FIELD ? (node.arguments ?? []) : [])),
  );
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (node) => (rootArguments.has(node) ? false : undefined),
    Variable: ({ name }) => void names.add(name.value),
  });
  return names;
}
