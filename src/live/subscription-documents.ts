import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { conditionalRoots } from '../graphql/conditional-roots.js';

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
