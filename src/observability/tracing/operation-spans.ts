import { type ApolloServerPlugin } from '@apollo/server';
import { type Context } from '../../graphql/context.js';
import { currentScope } from '../scope.js';
import { firstRootField, MAX_NAME_LENGTH } from '../request-log.js';

/**
 * A span for each operation: its type, name and first root field, never its document or variables. Whatever the
 * operation does is inside, as it is what the request's scope measures meanwhile.
 */
export function operationSpans(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const scope = currentScope();
      const request = scope?.span;
      if (!scope || !request) return {};
      const span = request.child('operation', 'internal');
      scope.span = span;
      return {
        async didResolveOperation({ operation, operationName }) {
          const field = firstRootField(operation);
          const type = operation?.operation ?? 'query';
          span.rename(`${type} ${field}`);
          request.set({ 'docket.operation': `${type} ${field}` });
          span.set({
            'graphql.operation.type': type,
            ...(operationName !== null && { 'graphql.operation.name': operationName.slice(0, MAX_NAME_LENGTH) }),
          });
        },
        async willSendResponse({ response: { body } }) {
          const code = body.kind === 'single' ? body.singleResult.errors?.[0]?.extensions?.['code'] : undefined;
          span.end(typeof code === 'string' ? code : undefined);
          scope.span = request;
        },
      };
    },
  };
}
