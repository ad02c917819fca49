import { type ApolloServerPlugin, type GraphQLRequestListener, type GraphQLResponse, HeaderMap } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  type DocumentNode,
  getVariableValues,
  GraphQLError,
  type GraphQLFormattedError,
  GraphQLScalarType,
  GraphQLSchema,
  isEnumType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { type Context } from './context.js';
import { formatError } from './format-error.js';

/** Compiled functions take some hundred kilobytes each; clients have some dozens of documents. */
const MOST_COMPILED = 300;
/** Field occurrences, with fragments in each of their places: what a compiled function's length depends on. */
const LONGEST_OPERATION = 300;

/** As GraphQL.js has it in `execute`. */
const MOST_VARIABLE_ERRORS = 50;

const OPTIONS = {
  // Nobody is shown the stack of an error that GraphQL itself makes.
  disablingCapturingStackErrors: true,
  // Rows hold strings, numbers and booleans of the fields' types already, and enum values are named as they are stored.
  disableLeafSerialization: true,
} as const;

/** Whether the fields of a selection, those of fragments wherever they are spread, are no more than allowed. */
function isShort({ document, operation }: { document: DocumentNode; operation: OperationDefinitionNode }): boolean {
  const fragments = new Map(
    document.definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  let left = LONGEST_OPERATION;
  const walk = ({ selections }: SelectionSetNode): boolean =>
    selections.every((selection) => {
      left -= 1;
      if (left < 0) return false;
      const set =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      return set === undefined || walk(set);
    });
  return walk(operation.selectionSet);
}

/** The type of variables whose values GraphQL.js has coerced: graphql-jit takes them as they are. */
const COERCED = new GraphQLScalarType({ name: 'CoercedVariable' });

/** The operation with its variables taken as they come. graphql-jit's own coercion knows no recursive input types. */
function withCoerced(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const type: NamedTypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: COERCED.name } };
  const variableDefinitions = operation.variableDefinitions?.map(({ kind, variable }) => ({ kind, variable, type }));
  return {
    ...document,
    definitions: document.definitions.map((node) =>
      node === operation ? { ...operation, variableDefinitions } : node,
    ),
  };
}

/** What graphql-jit says of a resolver's result. */
const WRONG_RESULT = /^Cannot return null for non-nullable field/;

/**
 * As GraphQL.js would have made it: Apollo expects extensions, and graphql-jit's errors may have none; a wrong result is the
 * server's fault, and GraphQL.js wraps an error that says so.
 */
function asGraphQLError({ message, path, locations, originalError: thrown }: GraphQLError): GraphQLError {
  const originalError = thrown ?? (WRONG_RESULT.test(message) ? new Error(message) : undefined);
  const extensions = originalError instanceof GraphQLError ? originalError.extensions : undefined;
  return Object.assign(new GraphQLError(message, { path, originalError, extensions }), { locations });
}

/** Operations that came before, the last used at the end; those that are not worth compiling as null. */
class CompiledOperations {
  readonly #schema: GraphQLSchema;
  readonly #seen = new WeakSet<OperationDefinitionNode>();
  readonly #compiled = new Map<OperationDefinitionNode, CompiledQuery | null>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /**
   * The operation compiled; null for one that comes for the first time, and for those that are not to be compiled.
   * @param operation undefined when the document has none of the name that is asked for, whatever Apollo's types say
   */
  find(document: DocumentNode, operation: OperationDefinitionNode | undefined): CompiledQuery | null {
    // Mutations spend their time in the database, and are left to GraphQL.js.
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    if (!this.#seen.has(operation)) {
      this.#seen.add(operation);
      return null;
    }
    const known = this.#compiled.get(operation);
    const query = known === undefined ? this.#compile(document, operation) : known;
    this.#compiled.delete(operation);
    this.#compiled.set(operation, query);
    if (this.#compiled.size > MOST_COMPILED) {
      const [oldest] = this.#compiled.keys();
      if (oldest) this.#compiled.delete(oldest);
    }
    return query;
  }

  #compile(document: DocumentNode, operation: OperationDefinitionNode): CompiledQuery | null {
    if (!isShort({ document, operation })) return null;
    const compiled = compileQuery(this.#schema, withCoerced(document, operation), operation.name?.value, OPTIONS);
    return isCompiledQuery(compiled) ? compiled : null;
  }
}

function checkEnums(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isEnumType(type) || type.name.startsWith('__')) continue;
    const renamed = type.getValues().find(({ name, value }) => name !== value);
    if (renamed) throw new Error(`${type.name}.${renamed.name} must have its name as its value, not ${renamed.value}`);
  }
}

/** As Apollo shows an error of a field. */
function shown(error: GraphQLError): GraphQLFormattedError {
  const code = error.extensions['code'] ?? ApolloServerErrorCode.INTERNAL_SERVER_ERROR;
  return formatError({ ...error.toJSON(), extensions: { ...error.extensions, code } }, error);
}

function answer(result: {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
}): GraphQLResponse {
  return { http: { headers: new HeaderMap(), status: undefined }, body: { kind: 'single', singleResult: result } };
}

/**
 * Runs queries that come again as compiled functions (graphql-jit), and leaves everything else to Apollo, which runs it by
 * GraphQL.js; the answers are the same. Compiling takes some milliseconds, which documents that come once, hostile ones
 * among them, are not worth.
 * @param report is told the errors of fields: Apollo tells its plugins only of those that it found itself
 */
export function compiledQueries(
  schema: GraphQLSchema,
  report: (failure: { errors: readonly GraphQLError[]; contextValue: Context; operationName: string | null }) => void,
): ApolloServerPlugin<Context> {
  checkEnums(schema);
  const config = schema.toConfig();
  const operations = new CompiledOperations(new GraphQLSchema({ ...config, types: [...config.types, COERCED] }));
  const listener: GraphQLRequestListener<Context> = {
    async responseForOperation({ document, operation, operationName, contextValue, request: { variables = {} } }) {
      const compiled = operations.find(document, operation);
      if (!compiled) return null;
      const { coerced, errors: refusals } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
        maxErrors: MOST_VARIABLE_ERRORS,
      });
      // Apollo finds the same, and answers it before anything is run.
      if (refusals) return null;
      const { data, errors: found } = await compiled.query(undefined, contextValue, coerced);
      if (!found) return answer({ data });
      const errors = found.map(asGraphQLError);
      report({ errors, contextValue, operationName });
      return answer({ data, errors: errors.map(shown) });
    },
  };
  return { requestDidStart: async () => listener };
}
