import { type ApolloServerPlugin } from '@apollo/server';
import { type GraphQLFormattedError } from 'graphql';
import { type Context } from './context.js';
import { type TopLevelCode } from './errors.js';

const isBadInput = ({ extensions }: GraphQLFormattedError) =>
  extensions?.['code'] === ('BAD_USER_INPUT' satisfies TopLevelCode);

/**
 * Keeps answers to unfit requests short, and tells them by 400 whether it was a variable's type or a field that found
 * the fault: proxies, logs and clients' metrics then see what it was. An answer with data stays 200.
 * @param most errors about one document or its variables
 */
export function requestErrors(most: number): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body, http } }) {
          if (body.kind !== 'single' || !body.singleResult.errors) return;
          const { data, errors } = body.singleResult;
          // GraphQL stops by itself after so many faults of a document, but only after fifty of its variables.
          if (data === undefined) body.singleResult.errors = errors.slice(0, most);
          else if (data === null && errors.every(isBadInput)) http.status = 400;
        },
      };
    },
  };
}
