import { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { drainRequestBody } from './drain-request-body.js';

/** For a person who tries it by hand: Fastify's own words name neither the limit nor a way out. */
const WORDS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too large: 100 kB is the most.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'Send the query as JSON, with the header content-type: application/json. Files cannot be uploaded.',
};

const INTERNAL = 'Something went wrong on the server. Tell its operator the x-request-id.';

/** Whether the address that the client says it called can be one: Apollo makes a URL of it. */
function namesHost({ hostname }: FastifyRequest): boolean {
  return URL.canParse(`http://${hostname}/`);
}

/** In GraphQL's own form at /graphql, in JSON elsewhere. */
export function errorBody({ url }: FastifyRequest, message: string, code: string) {
  return /^\/graphql(\?|$)/.test(url) ? { errors: [{ message, extensions: { code } }] } : { error: message };
}

/**
 * Answers to requests that never got as far as GraphQL: in its own form at /graphql, in JSON elsewhere, and never with
 * what went wrong inside.
 */
export function respondToHttpErrors(http: FastifyInstance): void {
  http.addHook('onRequest', async (request, reply) => {
    if (namesHost(request)) return;
    await reply.status(400).send(errorBody(request, 'The header Host names no host.', 'BAD_REQUEST'));
  });

  http.setErrorHandler(async (error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status === 413 || status === 415) await drainRequestBody(request.raw);
    if (status < 500) {
      return reply.status(status).send(errorBody(request, WORDS[error.code] ?? error.message, 'BAD_REQUEST'));
    }
    request.log.error({ err: error, requestId: request.id }, 'A request failed');
    return reply.status(status).send(errorBody(request, INTERNAL, 'INTERNAL_SERVER_ERROR'));
  });
}
