import { type ApolloServerPlugin, type GraphQLRequestListener, type GraphQLResponse, HeaderMap } from '@apollo/server';
import {
  type DocumentNode,
  getVariableValues,
  GraphQLError,
  type GraphQLFormattedError,
  GraphQLScalarType,
  GraphQLSchema,
  isEnumType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { CompilableOperations } from './compilable-operation.js';
import { ComputedArguments } from './computed-arguments.js';
import { type Context } from './context.js';
import { formatExecutionError, isForClients } from './format-error.js';

/** Compiled functions take some hundred kilobytes each; clients have some dozens of documents. */
const MAX_COMPILED = 300;

const OPTIONS = {
  disablingCapturingStackErrors: true,
  // Rows hold strings, numbers and booleans of the fields' types already, and enum values are named as they are stored.
  disableLeafSerialization: true,
} as const;

/** The type of variables whose values GraphQL.js has coerced: graphql-jit takes them as they are. */
const COERCED = new GraphQLScalarType({ name: 'CoercedVariable' });

interface Compiled {
  readonly query: CompiledQuery['query'];
  readonly args: ComputedArguments;
}

/** The definition of a variable that is taken as it comes. graphql-jit's own coercion does not end on recursive input types. */
function coercedVariable(name: string): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
    type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: COERCED.name } },
  };
}

class CompiledOperations {
  readonly #schema: GraphQLSchema;
  readonly #compilable: CompilableOperations;
  readonly #seen = new WeakSet<OperationDefinitionNode>();
  readonly #notCompilable = new WeakSet<OperationDefinitionNode>();
  readonly #compiled = new LRUCache<OperationDefinitionNode, Compiled>({ max: MAX_COMPILED });

  constructor(schema: GraphQLSchema) {
    const config = schema.toConfig();
    this.#schema = new GraphQLSchema({ ...config, types: [...config.types, COERCED] });
    this.#compilable = new CompilableOperations(schema);
  }

  /**
   * The operation compiled; null for one that is executed for the first time, and for those that are not compilable.
   * @param operation undefined when the document has none of the name that is asked for, whatever Apollo's types say
   */
  find(document: DocumentNode, operation: OperationDefinitionNode | undefined): Compiled | null {
    // Mutations spend their time in the database.
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    if (!this.#seen.has(operation)) {
      this.#seen.add(operation);
      return null;
    }
    if (this.#notCompilable.has(operation)) return null;
    const query = this.#compiled.get(operation) ?? this.#compile(document, operation);
    if (query === null) {
      this.#notCompilable.add(operation);
      return null;
    }
    this.#compiled.set(operation, query);
    return query;
  }

  #compile(document: DocumentNode, operation: OperationDefinitionNode): Compiled | null {
    if (!this.#compilable.includes(document, operation)) return null;
    const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    const args = new ComputedArguments(this.#schema, { ...document, definitions: [operation, ...fragments] });
    const names = [...(operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value), ...args.names];
    const definitions = args.document.definitions.map((node) =>
      node.kind === Kind.OPERATION_DEFINITION ? { ...node, variableDefinitions: names.map(coercedVariable) } : node,
    );
    const compiled = compileQuery(this.#schema, { ...args.document, definitions }, operation.name?.value, OPTIONS);
    return isCompiledQuery(compiled) ? { query: compiled.query, args } : null;
  }
}

function checkEnums(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isEnumType(type) || type.name.startsWith('__')) continue;
    const renamed = type.getValues().find(({ name, value }) => name !== value);
    if (renamed) throw new Error(`${type.name}.${renamed.name} must have its name as its value, not ${renamed.value}`);
  }
}

/** Whether the error is a fault of the server or of its database, such as a time-out, and was not made for clients. */
function isFault({ originalError }: GraphQLError): boolean {
  return originalError !== undefined && !isForClients(originalError);
}

/** As GraphQL.js would have made it: Apollo expects extensions, and graphql-jit's errors may have none. */
function asGraphQLError({ message, path, locations, originalError = new Error(message) }: GraphQLError): GraphQLError {
  const extensions = originalError instanceof GraphQLError ? originalError.extensions : undefined;
  return Object.assign(new GraphQLError(message, { path, originalError, extensions }), { locations });
}

function answerOf(singleResult: {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
}): GraphQLResponse {
  return { http: { headers: new HeaderMap(), status: undefined }, body: { kind: 'single', singleResult } };
}

/**
 * Executes queries from their second request on as compiled functions (graphql-jit), as long as the answer is known to
 * be GraphQL.js's (`CompilableOperations`) and holds no errors. Everything else is left to Apollo, which executes it by
 * GraphQL.js. An answer with errors for the client is dropped and the query executed again by GraphQL.js, as which
 * errors are reported for a nulled parent depends on the order of execution. An answer with faults is given: executing
 * it again would ask a database that is away, or slow, twice. Compiling takes some milliseconds, which documents that
 * are sent once are not worth.
 * @param options `isEligible`: whose queries are compiled; `report` is called with faults, as Apollo reports only its
 * own errors to plugins
 */
export function compiledQueries(
  schema: GraphQLSchema,
  {
    isEligible,
    report,
  }: {
    isEligible: (context: Context) => boolean;
    report: (failure: { errors: readonly GraphQLError[]; contextValue: Context; operationName: string | null }) => void;
  },
): ApolloServerPlugin<Context> {
  checkEnums(schema);
  const operations = new CompiledOperations(schema);
  const listener: GraphQLRequestListener<Context> = {
    async responseForOperation({ document, operation, operationName, contextValue, request: { variables = {} } }) {
      if (!isEligible(contextValue)) return null;
      const compiled = operations.find(document, operation);
      if (!compiled) return null;
      const { coerced, errors: refusals } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
      // Apollo finds the same errors, and answers with them.
      if (refusals) return null;
      const values = compiled.args.values(coerced);
      if (values === null) return null;
      const { data, errors: found } = await compiled.query(undefined, contextValue, values);
      if (!found) return answerOf({ data });
      if (!found.some(isFault)) {
        contextValue.forgetLoaded();
        return null;
      }
      const errors = found.map(asGraphQLError);
      report({ errors, contextValue, operationName });
      return answerOf({ data, errors: errors.map(formatExecutionError) });
    },
  };
  return { requestDidStart: async () => listener };
}
