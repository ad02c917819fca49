import { type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { ConnectionException } from '@mikro-orm/core';
import { GraphQLError, type GraphQLFormattedError, isValueNode } from 'graphql';
import { type Logger } from 'pino';
import { DATABASE_UNAVAILABLE } from '../database/unavailable-error.js';
import { isOutcomeUnknown } from '../database/unknown-outcome.js';
import { DomainError } from '../common/errors.js';
import { TimeoutError } from '../common/timeout.js';
import { type Context } from './context.js';
import { extensionsOf } from './domain-error.js';
import { isMutationApplied } from './mutation-errors.js';

const INTERNAL: GraphQLFormattedError = {
  message: 'Something went wrong on the server. Tell its operator the requestId.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};
const TRY_AGAIN = 'Try again in a moment.';
const UNAVAILABLE: GraphQLFormattedError = {
  message: `The database cannot be reached just now. ${TRY_AGAIN}`,
  extensions: { code: 'SERVICE_UNAVAILABLE' },
};
export const SLOW_DATABASE: GraphQLFormattedError = {
  message: `The database did not answer in time. ${TRY_AGAIN}`,
  extensions: { code: 'SERVICE_UNAVAILABLE' },
};

const CONFLICT: GraphQLFormattedError = {
  message: 'Others changed the same at the same time. Try again.',
  extensions: { code: 'SERVICE_UNAVAILABLE' },
};
const MAY_BE_DONE = 'The change may have been made all the same: look before you send it again.';
const IS_DONE = 'The change was made, and only the answer could not be read: do not send it again.';

/** The error with what it says about trying again replaced, for a change that may have been made (docs/behaviour.md). */
function insteadOfTryingAgain({ message, extensions, ...place }: GraphQLFormattedError, words: string) {
  const told = message.includes(TRY_AGAIN) ? message.replace(TRY_AGAIN, words) : `${message} ${words}`;
  return { ...place, message: told, extensions: { ...extensions, maybeDone: true } };
}

/** The same error for a change whose outcome is unknown. */
export function maybeDone(error: GraphQLFormattedError): GraphQLFormattedError {
  return insteadOfTryingAgain(error, MAY_BE_DONE);
}

/** statement_timeout or lock_timeout. */
const SLOW_STATES = new Set(['57014', '55P03']);
/** PostgreSQL's classes 08 (connection) and 53 (too many, disk full), 57P01 to 57P03 (shut down, starting up), 25006 (read-only). */
const UNAVAILABLE_STATES = ['08', '53', '57P01', '57P02', '57P03', '25006'];
/** Deadlock or serialization failure: the transaction was rolled back. */
const CONFLICT_STATES = new Set(['40001', '40P01']);
/** Ours, and Node's. */
const UNAVAILABLE_CODES = new Set([
  DATABASE_UNAVAILABLE,
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
]);

function isDatabaseUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // PostgreSQL refused or ended the connection, for whatever reason.
  if ('severity' in error && error.severity === 'FATAL') return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    error instanceof ConnectionException ||
    error instanceof TimeoutError ||
    UNAVAILABLE_CODES.has(code) ||
    UNAVAILABLE_STATES.some((prefix) => code.startsWith(prefix))
  );
}

/** The error for a client in place of an internal one. */
function insteadOf(error: unknown): GraphQLFormattedError {
  const instead = masked(error);
  return isOutcomeUnknown(error) ? maybeDone(instead) : instead;
}

function masked(error: unknown): GraphQLFormattedError {
  const state = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (SLOW_STATES.has(state)) return SLOW_DATABASE;
  if (CONFLICT_STATES.has(state)) return CONFLICT;
  return isDatabaseUnavailable(error) ? UNAVAILABLE : INTERNAL;
}

/**
 * What was thrown, when GraphQL or Apollo wrapped it: in a field, which gives the error a path, or outside the document.
 * An error about the document itself has its place there and no path, and was made for the client.
 */
function causeOf(error: unknown): unknown {
  if (!(error instanceof GraphQLError) || error.originalError === undefined) return error;
  return error.path !== undefined || error.nodes === undefined ? error.originalError : error;
}

const BAD_ARGUMENT = { code: ApolloServerErrorCode.BAD_USER_INPUT };

/**
 * Whether GraphQL.js found while it executed the document that an argument's value does not fit, such as null from a variable
 * inside a list of non-null items. Apollo knows no code for it.
 */
function isAboutArgument(error: unknown): boolean {
  return error instanceof GraphQLError && error.path !== undefined && (error.nodes ?? []).some(isValueNode);
}

/** Errors that were made for clients: GraphQL's own about the document, and ours with a code. */
export function isForClients(error: unknown): boolean {
  return error instanceof GraphQLError || error instanceof DomainError;
}

/**
 * Passes errors for clients, with the code and details of a domain error, and masks all others: an unknown error's
 * message may contain SQL or a path, and Apollo masks none.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = causeOf(error);
  if (isForClients(original)) {
    const { message, locations, path } = formatted;
    const extensions = {
      ...formatted.extensions,
      ...(original instanceof DomainError && extensionsOf(original)),
      ...(isAboutArgument(error) && BAD_ARGUMENT),
      stacktrace: undefined,
    };
    return { message, locations, path, extensions };
  }
  const { locations, path } = formatted;
  return { ...insteadOf(original), locations, path };
}

/** As Apollo formats an error that GraphQL found while it executed an operation. */
export function formatExecutionError(error: GraphQLError): GraphQLFormattedError {
  const code = error.extensions['code'] ?? ApolloServerErrorCode.INTERNAL_SERVER_ERROR;
  return formatError({ ...error.toJSON(), extensions: { ...error.extensions, code } }, error);
}

/** An internal error with the id by which the log is searched; others as they are. */
export function withRequestId(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  if (error.extensions?.['code'] !== INTERNAL.extensions?.['code']) return error;
  return { ...error, extensions: { ...error.extensions, requestId } };
}

/** The answer to a request that failed before its first field, with no more in it than `formatError` lets through. */
export function failureBeforeExecution(error: unknown, requestId: string, logger: Logger): GraphQLError {
  logger.error({ err: error, requestId }, 'A request failed before its execution');
  const { message, extensions } = insteadOf(error);
  const isOurs = extensions?.['code'] === INTERNAL.extensions?.['code'];
  return new GraphQLError(message, {
    extensions: { ...extensions, ...(isOurs && { requestId }), http: { status: isOurs ? 500 : 503 } },
  });
}

/** Logs those of a request's errors that went wrong on the server. */
export function logFailures(
  logger: Logger,
  request: { errors: readonly GraphQLError[]; contextValue: Pick<Context, 'requestId'>; operationName?: string | null },
): void {
  const { errors, contextValue, operationName } = request;
  for (const error of errors) {
    const original = causeOf(error);
    if (isForClients(original)) continue;
    logger.error({ err: original, requestId: contextValue.requestId, operationName }, 'A request failed');
  }
}

/** Logs errors of the server, and gives the client the request's id for reference. */
export function errorReporting(logger: Logger): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didEncounterErrors(request) {
          logFailures(logger, request);
        },
        async willSendResponse({ response, contextValue }) {
          if (response.body.kind !== 'single' || !response.body.singleResult.errors) return;
          response.body.singleResult.errors = response.body.singleResult.errors.map((error) => {
            // A payload's field, after the change.
            const [mutation, field] = error.path ?? [];
            const isDone = mutation !== undefined && field !== undefined && isMutationApplied(contextValue, mutation);
            const isUnavailable = error.extensions?.['code'] === UNAVAILABLE.extensions?.['code'];
            if (isUnavailable && isDone) return insteadOfTryingAgain(error, IS_DONE);
            return withRequestId(error, contextValue.requestId);
          });
        },
      };
    },
  };
}
