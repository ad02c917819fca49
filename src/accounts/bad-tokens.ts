import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { type Context } from '../graphql/context.js';
import { toGraphQLError } from '../graphql/domain-error.js';
import { UnauthenticatedError } from '../common/errors.js';

/**
 * Whether each of the operation's fields decides for itself: a public mutation takes no notice of the token, all others
 * need a viewer. `__typename` decides nothing.
 */
function isMutation({ operation, selectionSet }: OperationDefinitionNode): boolean {
  return (
    operation === OperationTypeNode.MUTATION &&
    selectionSet.selections.some((node) => node.kind !== Kind.FIELD || node.name.value !== '__typename')
  );
}

/**
 * Refuses an operation whose access token is not good, the public query `viewer` and introspection too: a client must
 * learn that its token has ended, and not go on as if nobody were signed in. Stands before all that executes.
 */
export function badTokens(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ operation, contextValue: { viewer, refusal } }) {
          if (viewer !== null || refusal === 'MISSING' || isMutation(operation)) return null;
          // As a field that must not be null answers when it finds no viewer, with the same HTTP status.
          const errors = [toGraphQLError(new UnauthenticatedError(refusal)).toJSON()];
          return {
            http: { headers: new HeaderMap(), status: undefined },
            body: { kind: 'single', singleResult: { data: null, errors } },
          };
        },
      };
    },
  };
}
