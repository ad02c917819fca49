import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { type Context } from '../graphql/context.js';
import { toGraphQLError } from '../graphql/domain-error.js';
import { UnauthenticatedError } from '../common/errors.js';

/**
 * Whether the operation has only mutations, which check access by themselves: public ones ignore the token, all others
 * need a viewer. `__typename` is ignored.
 */
function isMutation({ operation, selectionSet }: OperationDefinitionNode): boolean {
  return (
    operation === OperationTypeNode.MUTATION &&
    selectionSet.selections.some((node) => node.kind !== Kind.FIELD || node.name.value !== '__typename')
  );
}

/**
 * Refuses an operation with an invalid access token, also the public query `viewer` and introspection: a client must
 * learn that its token has expired, and not continue as signed out. Runs before the execution.
 */
export function badTokens(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ operation, contextValue: { viewer, refusal } }) {
          if (viewer !== null || refusal === 'MISSING' || isMutation(operation)) return null;
          // The same response and HTTP status as for a non-null field without a viewer.
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
