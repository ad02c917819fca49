import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type Logger } from 'pino';
import { DomainError } from '../common/errors.js';
import { toGraphQLError } from '../graphql/domain-error.js';
import { formatExecutionError, logFailures, withRequestId } from '../graphql/format-error.js';
import { OperationRefused } from './checked-operation.js';

const MAX_ERRORS = 6;
const SUGGESTION = / ?Did you mean [^?]*\?/g;

interface Place {
  readonly requestId: string;
  readonly operationName: string | null;
}

/** An error as clients get it: masked, and written as it was formatted. */
class SentError extends GraphQLError {
  readonly #formatted: GraphQLFormattedError;

  constructor(formatted: GraphQLFormattedError) {
    super(formatted.message, { extensions: formatted.extensions });
    this.#formatted = formatted;
  }

  override toJSON(): GraphQLFormattedError {
    return this.#formatted;
  }
}

function graphqlErrorsOf(error: unknown): readonly GraphQLError[] {
  if (error instanceof OperationRefused) return error.errors;
  if (error instanceof GraphQLError) return [error];
  if (error instanceof DomainError) return [toGraphQLError(error)];
  const originalError = error instanceof Error ? error : new Error(String(error));
  return [new GraphQLError(originalError.message, { originalError })];
}

/** Makes errors of subscriptions what clients get: masked, as those of other operations are. */
export class OperationErrors {
  readonly #logger: Logger;
  readonly #suggestions: boolean;

  /** @param options `suggestions`: whether they may name what the schema has instead */
  constructor({ logger, suggestions }: { logger: Logger; suggestions: boolean }) {
    this.#logger = logger;
    this.#suggestions = suggestions;
  }

  /** Of what was thrown; logs what went wrong on the server. */
  ofThrown(error: unknown, place: Place): readonly GraphQLError[] {
    return this.of(graphqlErrorsOf(error), place);
  }

  /** Of what the execution found. */
  of(errors: readonly GraphQLError[], { requestId, operationName }: Place): readonly GraphQLError[] {
    logFailures(this.#logger, { errors, contextValue: { requestId }, operationName });
    return errors.slice(0, MAX_ERRORS).map((error) => {
      const { extensions = {}, ...formatted } = withRequestId(formatExecutionError(error), requestId);
      // Apollo's instruction for the HTTP status.
      const { http: _, ...told } = extensions;
      const message = this.#suggestions ? formatted.message : formatted.message.replaceAll(SUGGESTION, '');
      return new SentError({ ...formatted, message, extensions: told });
    });
  }
}
