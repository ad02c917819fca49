import { type ApolloServerPlugin } from '@apollo/server';
import {
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  valueFromASTUntyped,
} from 'graphql';
import { type Context } from './context.js';
import { measureQuery, type QueryCost } from './query-cost.js';

/** hardening.md, "Abuse of the query language". */
const LIMITS: readonly { name: keyof QueryCost; most: number; unit: string }[] = [
  { name: 'cost', most: 50_000, unit: 'cost (fields, each as often as the sizes of pages and lists above it allow)' },
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

function tooComplex(message: string, extensions: Record<string, number> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, code: 'QUERY_TOO_COMPLEX', http: { status: 400 } } });
}

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

/** Far more than a filter may nest: every level of an input costs TypeGraphQL some time, a thousand of them too much. */
const DEEPEST_VARIABLE = 100;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inside) => isDeeper(inside, levels - 1));
}

/** Of queries only: what a mutation stores may be deeper, and is told so by userErrors. */
function checkVariables({ operation }: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): void {
  if (operation === OperationTypeNode.QUERY && isDeeper(variables, DEEPEST_VARIABLE)) {
    throw tooComplex(`The variables of a query nest at most ${DEEPEST_VARIABLE} deep.`, { limit: DEEPEST_VARIABLE });
  }
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

/** Refuses documents that would cost too much, before anything of them runs: QUERY_TOO_COMPLEX with cost and limit. */
export function queryLimits(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request }) {
          if (!operation) return;
          checkAuthMutations(operation, request.variables ?? {});
          checkVariables(operation, request.variables ?? {});
          checkCost(measureQuery(schema, document, operation, request.variables ?? {}));
        },
      };
    },
  };
}
