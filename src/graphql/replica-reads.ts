import { type ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { type App } from '../app.js';
import { type Context } from './context.js';
import { Loaders } from './loaders.js';

/**
 * Lets queries read from a replica that has everything acknowledged before they came; mutations read what they wrote
 * from the primary. Who asks, and with which rights, was read from the primary before.
 */
export function replicaReads({ replicas, readersOn, metrics }: App): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async executionDidStart({ operation, contextValue }) {
          if (operation.operation !== OperationTypeNode.QUERY) return;
          const replica = await replicas?.choose();
          metrics.queryPlaced(replica?.name ?? 'primary');
          if (!replica) return;
          contextValue.readers = readersOn(replica);
          contextValue.loaders = new Loaders(contextValue.readers, () => contextValue.viewer);
        },
      };
    },
  };
}
