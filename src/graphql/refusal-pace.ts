import { type ApolloServerPlugin } from '@apollo/server';
import { setTimeout as delay } from 'node:timers/promises';
import { type Context } from './context.js';

/** What a client's ordinary mistake takes. */
const QUICK_MS = 3;
/** A client that sends one such request after the other then takes a tenth of the processor. */
const TIMES = 10;
const LONGEST_MS = 1_000;

/**
 * Lets a client wait for the refusal of a document that took long to refuse: within all limits it may take some tens of
 * milliseconds, and whoever sends such documents without a pause would make everybody else wait for each.
 */
export function refusalPace(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const begun = performance.now();
      return {
        async willSendResponse({ response: { body } }) {
          if (body.kind !== 'single' || body.singleResult.data !== undefined) return;
          const took = performance.now() - begun;
          if (took > QUICK_MS) await delay(Math.min(TIMES * took, LONGEST_MS));
        },
      };
    },
  };
}
