import { type ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { type App } from './app.js';
import { type Context } from '../graphql/context.js';

/**
 * Routes queries to a replica that has replayed everything acknowledged before their arrival. Mutations read from the
 * primary, as does the look-up of the viewer and their rights.
 */
export function replicaReads({ replicas, readersOn, metrics }: App): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        // The hook that Apollo calls last before it executes the operation; it gives no response.
        async responseForOperation({ operation, contextValue }) {
          if (operation?.operation !== OperationTypeNode.QUERY) return null;
          const replica = await replicas?.choose();
          metrics.queryPlaced(replica?.name ?? 'primary');
          if (replica) contextValue.readers = readersOn(replica);
          return null;
        },
      };
    },
  };
}
