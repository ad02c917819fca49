import { type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { setTimeout as delay } from 'node:timers/promises';
import { type Context } from './context.js';

/** Refusals of the document or of its variables, which may take long; those of expired tokens are not delayed. */
const PACED_CODES: ReadonlySet<unknown> = new Set([
  'QUERY_TOO_COMPLEX',
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.BAD_USER_INPUT,
]);
/** Longer than the rejection of an ordinary mistake takes. */
const QUICK_MS = 1;
/** A client that sends one such request after the other then takes a tenth of the processor. */
const TIMES = 10;
const MAX_DELAY_MS = 1_000;

/**
 * Delays the refusal of a document that took long to refuse. Within all limits it may take some tens of milliseconds, so a
 * client that sends such documents one after the other would take most of the processor.
 */
export function rejectionDelay(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const begun = performance.now();
      return {
        async willSendResponse({ response: { body } }) {
          if (body.kind !== 'single' || body.singleResult.data !== undefined) return;
          if (!body.singleResult.errors?.some(({ extensions }) => PACED_CODES.has(extensions?.['code']))) return;
          const took = performance.now() - begun;
          if (took > QUICK_MS) await delay(Math.min(TIMES * took, MAX_DELAY_MS));
        },
      };
    },
  };
}
