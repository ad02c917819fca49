import { type ApolloServerPlugin } from '@apollo/server';
import { type GraphQLFormattedError } from 'graphql';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { type Context } from './context.js';

const isBadInput = ({ extensions }: GraphQLFormattedError) =>
  extensions?.['code'] === ApolloServerErrorCode.BAD_USER_INPUT;

/** Apollo's hideSchemaDetailsFromClientErrors hides these in errors about documents, but not in those about variables. */
const SUGGESTION = / ?Did you mean [^?]*\?/g;

/**
 * Limits the errors of invalid requests, and responds with 400 also when a variable's type or a field found the fault,
 * so that proxies, logs and clients' metrics see it. A response with data stays 200.
 * @param most errors about one document or its variables
 * @param suggestions whether they may name what the schema has instead
 */
export function requestErrors({
  most,
  suggestions,
}: {
  most: number;
  suggestions: boolean;
}): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body, http } }) {
          if (body.kind !== 'single' || !body.singleResult.errors) return;
          const { data, errors } = body.singleResult;
          // GraphQL stops by itself after so many faults of a document, but only after fifty of its variables.
          if (data === undefined) {
            const few = errors.slice(0, most);
            const words = (message: string) => (suggestions ? message : message.replaceAll(SUGGESTION, ''));
            body.singleResult.errors = few.map(({ message, locations, path, extensions }) => ({
              message: words(message),
              locations,
              path,
              extensions,
            }));
          } else if (data === null && errors.every(isBadInput)) {
            http.status = 400;
          }
        },
      };
    },
  };
}
