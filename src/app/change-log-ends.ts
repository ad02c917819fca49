import { type ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { type App } from './app.js';
import { type Context } from '../graphql/context.js';

/** Fields that need to know where the log of changes ended before the request read anything. */
const FIELDS = ['changeCursor', 'ticketChanges'];

/**
 * Reads the end of the log before everything else of a query that asks for changes, so that what is up to it is in all
 * data of the answer. On the primary, and before a replica is chosen, which then has everything up to it.
 */
export function changeLogEnds({ readers }: App): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ operation, contextValue, source }) {
          if (operation?.operation !== OperationTypeNode.QUERY || contextValue.viewer === null) return null;
          if (FIELDS.some((field) => source?.includes(field))) contextValue.changeEnd = await readers.changes.end();
          return null;
        },
      };
    },
  };
}
