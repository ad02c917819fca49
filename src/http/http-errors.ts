import { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { drainRequestBody } from './drain-request-body.js';

/** Messages for developers: Fastify's own name neither the limit nor a remedy. */
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
 * Errors of requests that did not reach GraphQL: in GraphQL's form at /graphql, in JSON elsewhere, without internal
 * details.
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
