import { type ApolloServerPlugin } from '@apollo/server';
import { type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { MAX_RESPONSE_BYTES } from '../http/responses-in-flight.js';
import { type Context } from './context.js';
import { ResponseTooLargeError } from '../common/errors.js';
import { toGraphQLError } from './domain-error.js';

/** Shorter texts count by their characters: asking for their bytes would take longer than writing them. */
const LONG = 100;
/** Quotes, colon and comma. */
const AROUND_NAME = 4;
const AROUND_TEXT = 3;
/** A number, true, false or null. */
const OTHER = 5;

/** All that are no lists: answers hold no other objects. */
function isObject(value: object): value is Readonly<Record<string, unknown>> {
  return !Array.isArray(value);
}

/** How many bytes a value takes as JSON, escapes left out. Stops beyond the limit, and gives something beyond it then. */
export function bytesOf(value: unknown, limit: number): number {
  if (typeof value === 'string') return AROUND_TEXT + (value.length < LONG ? value.length : Buffer.byteLength(value));
  if (typeof value !== 'object' || value === null) return OTHER;
  let bytes = AROUND_TEXT;
  if (Array.isArray(value)) {
    for (const item of value) {
      bytes += bytesOf(item, limit - bytes);
      if (bytes > limit) return bytes;
    }
    return bytes;
  }
  if (!isObject(value)) return bytes;
  // Not Reflect.get, which V8 does not compile to a read of a known place.
  for (const name in value) {
    bytes += AROUND_NAME + name.length + bytesOf(value[name], limit - bytes);
    if (bytes > limit) return bytes;
  }
  return bytes;
}

/**
 * Refuses an answer that is too large, before it is written as a whole: by 400, or with what is known of a mutation that
 * has made its change.
 */
export function responseSize(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body, http }, operation }) {
          if (body.kind !== 'single') return;
          const { data, errors = [] } = body.singleResult;
          // Rows that were too many already are an error of their field.
          const found = errors.find(({ extensions }) => extensions !== undefined && 'answerBytes' in extensions);
          if (!found && bytesOf(data, MAX_RESPONSE_BYTES) <= MAX_RESPONSE_BYTES) return;
          const isChange = operation?.operation === OperationTypeNode.MUTATION;
          const refusal: GraphQLFormattedError = toGraphQLError(new ResponseTooLargeError(MAX_RESPONSE_BYTES)).toJSON();
          body.singleResult = isChange ? { data: null, errors: [refusal] } : { errors: [refusal] };
          if (!isChange) http.status = 400;
        },
      };
    },
  };
}
