import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { checkLimits } from '../graphql/query-limits.js';
import { firstRootField } from '../observability/request-log.js';
import { type OperationRequest } from './live-connection.js';
import { type SubscriptionDocuments, variablesOfExecution } from './subscription-documents.js';

/** A subscription that is valid and within the limits. */
export interface CheckedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  /** The root field. */
  readonly field: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Equal for operations whose messages are executed in the same way. */
  readonly executionKey: string;
}

/** Why an operation is not begun. */
export class OperationRefused extends Error {
  override name = 'OperationRefused';

  constructor(readonly errors: readonly GraphQLError[]) {
    super('The operation is refused');
  }
}

function refuse(code: string, message: string): never {
  throw new OperationRefused([new GraphQLError(message, { extensions: { code } })]);
}

/** The error with a code, unless it has one. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  const { nodes, source, positions, path, originalError } = error;
  const extensions = { code, ...error.extensions };
  return new GraphQLError(error.message, { nodes, source, positions, path, originalError, extensions });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As the parser throws it, or the limits do. */
function refusedBy<Result>(code: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (error instanceof GraphQLError) throw new OperationRefused([withCode(error, code)]);
    throw error;
  }
}

/** @throws OperationRefused for what is no valid subscription, or beyond a limit */
export function checkOperation(
  { query, variables = {}, operationName = null }: OperationRequest,
  { schema, documents }: { schema: GraphQLSchema; documents: SubscriptionDocuments },
): CheckedOperation {
  if (typeof query !== 'string') return refuse('BAD_REQUEST', 'Send the subscription as the text `query`.');
  const given = variables ?? {};
  if (!isRecord(given)) return refuse('BAD_REQUEST', 'Send the variables as an object.');
  if (operationName !== null && typeof operationName !== 'string') {
    return refuse('BAD_REQUEST', 'Send operationName as a text.');
  }
  const read = refusedBy('GRAPHQL_PARSE_FAILED', () => documents.read(query));
  if (!('document' in read)) {
    throw new OperationRefused(read.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
  }
  const { document, id } = read;
  const operation = getOperationAST(document, operationName);
  if (!operation) return refuse('BAD_REQUEST', 'Name one of the operations of the document by operationName.');
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    return refuse('BAD_REQUEST', `Only subscriptions are streamed. Send a ${operation.operation} by POST, for JSON.`);
  }
  refusedBy('BAD_USER_INPUT', () => checkLimits(schema, document, operation, given));
  // Also where it need not be given, for the log.
  const resolvedName = operation.name?.value ?? null;
  const names = variablesOfExecution(document, operation);
  const used = Object.entries(given).filter(([name]) => names.has(name));
  return {
    document,
    operation,
    operationName: resolvedName,
    field: firstRootField(operation),
    variables: given,
    executionKey: JSON.stringify([id, resolvedName, used.toSorted(([one], [other]) => (one < other ? -1 : 1))]),
  };
}
