import { type ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { type App } from './app.js';
import { type Context } from '../graphql/context.js';

/**
 * Lets queries read from a replica that has everything acknowledged before they came; mutations read what they wrote
 * from the primary. Who asks, and with which rights, was read from the primary before.
 */
export function replicaReads({ replicas, readersOn, metrics }: App): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        // Apollo's last question before it runs the operation; nothing is answered here.
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
