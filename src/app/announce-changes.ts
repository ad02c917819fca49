import { type ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { type App } from './app.js';
import { type Context } from '../graphql/context.js';

/** Announces after each mutation that the log of changes may have grown: whatever it changed is committed by then. */
export function announceChanges({ changeSignal }: App): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ operation }) {
          if (operation?.operation === OperationTypeNode.MUTATION) changeSignal.announce();
        },
      };
    },
  };
}
