import { type ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type FieldNode,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  valueFromASTUntyped,
} from 'graphql';
import { type Context } from './context.js';
import { measureQuery, type QueryCost } from './query-cost.js';
import { tooComplex } from './too-complex.js';
import { checkVariables } from './variable-limits.js';

/** docs/hardening.md, "Abuse of the query language". */
const LIMITS: readonly { name: keyof QueryCost; most: number; unit: string }[] = [
  { name: 'cost', most: 50_000, unit: 'cost (prices of fields, each as often as the sizes of lists above it allow)' },
  { name: 'depth', most: 10, unit: 'depth' },
  { name: 'aliases', most: 15, unit: 'number of aliases' },
  { name: 'directives', most: 10, unit: 'number of directives in one selection' },
  { name: 'repeats', most: 10, unit: 'number of times one field stands in one selection' },
];

/** Each of these tries or sets a secret: many in one document would be a way around counting requests. */
const ONE_A_DOCUMENT = new Set([
  'signUp',
  'signIn',
  'refreshSession',
  'requestPasswordReset',
  'resetPassword',
  'changePassword',
  'confirmEmail',
]);
/** So does one of these that comes with the current password. */
const WITH_PASSWORD = new Set(['updateUser', 'deleteUser']);

function checkCost(measured: QueryCost): void {
  for (const { name, most, unit } of LIMITS) {
    const value = measured[name];
    if (value > most) {
      throw tooComplex(
        `The ${unit} of this query is ${value}, and ${most} is allowed. Ask for less, or in several queries.`,
        {
          [name]: value,
          limit: most,
        },
      );
    }
  }
}

/** Making the message of each takes time, and GraphQL itself stops at fifty. */
const MAX_VARIABLE_ERRORS = 5;

/**
 * The values as fields get them. Of variables that do not fit their types nothing is run, and GraphQL will say so.
 * @throws BAD_USER_INPUT with the first of very many faults
 */
function coerced(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (variableDefinitions.length === 0) return {};
  const { coerced: values, errors = [] } = getVariableValues(schema, variableDefinitions, variables, {
    maxErrors: MAX_VARIABLE_ERRORS,
  });
  const [first] = errors;
  if (first && errors.length > MAX_VARIABLE_ERRORS) {
    const { message, nodes } = first;
    throw new GraphQLError(`${message} Other variables are wrong, too.`, {
      nodes,
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
    });
  }
  return values ?? {};
}

const BY_STREAM =
  'Subscriptions go over WebSocket (graphql-transport-ws), or over HTTP with Accept: text/event-stream, on this same path.';

/** @throws GRAPHQL_VALIDATION_FAILED for a subscription that asks for one answer */
function checkKind({ operation }: OperationDefinitionNode): void {
  if (operation !== OperationTypeNode.SUBSCRIPTION) return;
  throw new GraphQLError(BY_STREAM, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } } });
}

/** Whether the field's input has a current password, in the document, in a variable, or in a variable's default. */
function givesPassword(
  { arguments: given = [] }: FieldNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  );
  const all = { ...Object.fromEntries(defaults), ...variables };
  return given.some(({ value }) => {
    const input: unknown = valueFromASTUntyped(value, all);
    return typeof input === 'object' && input !== null && 'currentPassword' in input && input.currentPassword != null;
  });
}

function triesSecret(
  node: SelectionNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  if (node.kind !== Kind.FIELD) return false;
  const name = node.name.value;
  return ONE_A_DOCUMENT.has(name) || (WITH_PASSWORD.has(name) && givesPassword(node, operation, variables));
}

/** Fields at the root, those inside inline fragments too; a spread fragment counts as one too many by itself. */
function checkAuthMutations(operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): void {
  if (operation.operation !== OperationTypeNode.MUTATION) return;
  const fields = operation.selectionSet.selections;
  const secret = fields.filter((node) => triesSecret(node, operation, variables));
  const hidden = fields.some((node) => node.kind !== Kind.FIELD);
  if (secret.length > 1 || (hidden && fields.length > 1)) {
    throw tooComplex(
      `A document may hold one of ${[...ONE_A_DOCUMENT].join(', ')}, or ${[...WITH_PASSWORD].join(' or ')} with a password, and a mutation with several fields no fragments at its root.`,
    );
  }
}

/**
 * Measures an operation with its variables, before anything of it runs.
 * @throws QUERY_TOO_COMPLEX with what it would cost, and the limit; BAD_USER_INPUT for very many variables at fault
 */
export function checkLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  checkAuthMutations(operation, variables);
  checkVariables(schema, operation, variables);
  // Of a few variables the execution finds the faults soon enough, where the cost does not depend on them.
  const isShort = (operation.variableDefinitions?.length ?? 0) <= MAX_VARIABLE_ERRORS;
  const values = isShort ? undefined : coerced(schema, operation, variables);
  checkCost(measureQuery(schema, document, operation, () => values ?? coerced(schema, operation, variables)));
}

/** Refuses documents that would cost too much: QUERY_TOO_COMPLEX with cost and limit. */
export function queryLimits(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request }) {
          if (!operation) return;
          checkKind(operation);
          checkLimits(schema, document, operation, request.variables ?? {});
        },
      };
    },
  };
}
