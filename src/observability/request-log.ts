import { type ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError, Kind, type OperationDefinitionNode } from 'graphql';
import { type Logger } from 'pino';
import { type Context } from '../graphql/context.js';
import { type Metrics } from './metrics.js';
import { ruleOf } from './refusal.js';
import { currentScope } from './scope.js';

/** A client's own names go no further than this into the log. */
export const MAX_NAME_LENGTH = 100;

/** Of a valid document: there are only so many. */
export function firstRootField(operation: OperationDefinitionNode | undefined): string {
  const field = operation?.selectionSet.selections.find((node) => node.kind === Kind.FIELD);
  return field?.name.value ?? (operation ? 'fragment' : 'invalid');
}

export function codeOf(error: GraphQLFormattedError | GraphQLError | undefined): string {
  if (error === undefined) return 'OK';
  const code = error.extensions?.['code'];
  return typeof code === 'string' ? code : 'UNKNOWN';
}

export function countRefusals(
  metrics: Metrics,
  errors: readonly (GraphQLFormattedError | GraphQLError | Error)[],
): void {
  const rules = new Set(errors.map((error) => ('extensions' in error ? ruleOf(error) : undefined)));
  for (const rule of rules) if (rule) metrics.requestRefused(rule);
}

/** One line and one measurement a request. Never the document's variables: they hold passwords. */
export function requestLog({
  logger,
  metrics,
  viewerIdOf,
}: {
  logger: Logger;
  metrics: Metrics;
  viewerIdOf: (context: Context) => string | null;
}): ApolloServerPlugin<Context> {
  return {
    async invalidRequestWasReceived({ error }) {
      countRefusals(metrics, [error]);
    },
    async contextCreationDidFail({ error }) {
      metrics.requestFailed(error instanceof GraphQLError ? codeOf(error) : 'UNKNOWN');
    },
    async requestDidStart() {
      const started = performance.now();
      return {
        async didResolveOperation({ operationName }) {
          const scope = currentScope();
          if (scope && operationName !== null) scope.fields['operationName'] = operationName.slice(0, MAX_NAME_LENGTH);
        },
        async willSendResponse({ operation, operationName, contextValue, errors, response }) {
          const seconds = (performance.now() - started) / 1000;
          const told = response.body.kind === 'single' ? response.body.singleResult.errors : errors;
          const code = codeOf(told?.[0]);
          countRefusals(metrics, told ?? []);
          const field = firstRootField(operation);
          metrics.requestAnswered(field, code, seconds);
          logger.info(
            {
              requestId: contextValue.requestId,
              operationName: operationName?.slice(0, MAX_NAME_LENGTH) ?? null,
              field,
              code,
              viewerId: viewerIdOf(contextValue),
              durationMs: Math.round(seconds * 1e5) / 100,
            },
            'GraphQL request',
          );
        },
      };
    },
  };
}
