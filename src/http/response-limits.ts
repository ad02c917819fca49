import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ServerBusyError } from '../common/errors.js';
import { toGraphQLError } from '../graphql/domain-error.js';
import { maybeDone } from '../graphql/format-error.js';
import { ResponsesInFlight, type ResponseInFlight } from './responses-in-flight.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until its handler is called. Not kept in a WeakMap, for the reason in graphql/loader-scope.ts. */
    responseInFlight: ResponseInFlight | null;
  }
}

/** Gives each request a memory budget, and responds with 503 where the memory for its response is exhausted. */
export function limitResponses(
  http: FastifyInstance,
): (request: FastifyRequest, reply: FastifyReply) => ResponseInFlight {
  const all = new ResponsesInFlight();
  http.decorateRequest('responseInFlight', null);
  http.addHook('onSend', async (request, reply, payload) => {
    const bytes = typeof payload === 'string' || payload instanceof Buffer ? payload.length : 0;
    const account = request.responseInFlight;
    if (!account || account.isReady(bytes)) return payload;
    const error = toGraphQLError(new ServerBusyError()).toJSON();
    // By POST it may have been a mutation, which has made its change.
    const refusal = JSON.stringify({ errors: [request.method === 'POST' ? maybeDone(error) : error] });
    account.isReady(refusal.length);
    reply.status(503).header('content-length', Buffer.byteLength(refusal)).type('application/json; charset=utf-8');
    return refusal;
  });
  return (request, reply) => {
    const account = all.begin(reply.raw);
    request.responseInFlight = account;
    return account;
  };
}
