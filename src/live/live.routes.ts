import webSocket from '@fastify/websocket';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type GracefulHttpServer } from '../http/graceful-http-server.js';
import { errorBody } from '../http/http-errors.js';
import { acceptsEventStream } from './accepts-event-stream.js';
import { type LiveSubscriptions } from './live-subscriptions.js';

const URL_PATH = '/graphql';
const FOREIGN_PAGE = 'Pages of this origin may not connect. Name it in ALLOWED_ORIGINS.';

interface LiveRoutesOptions {
  readonly live: LiveSubscriptions;
  /** Answers all other requests to the same path. */
  readonly answer: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  readonly httpServer: GracefulHttpServer;
  /** Whether pages of another origin may connect by WebSocket, which CORS does not hold for. */
  readonly isTrusted: (origin: string) => boolean;
  readonly maxFrameBytes: number;
}

/** Whether a page of this origin came from this server, by whatever name it was called. */
function isOwnPage(origin: string, { host }: FastifyRequest): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** The path of the API: subscriptions by WebSocket and as event streams, and everything else. Not encapsulated. */
export async function liveRoutes(
  http: FastifyInstance,
  { live, answer, httpServer, isTrusted, maxFrameBytes }: LiveRoutesOptions,
): Promise<void> {
  httpServer.whenDeaf(() => live.close());
  await http.register(webSocket, {
    options: { maxPayload: maxFrameBytes },
    // An error of a socket, such as a frame that is too large, comes with its end.
    errorHandler: (_error, socket) => socket.terminate(),
    preClose: (done) => {
      live.close();
      done();
    },
  });
  const handler = async (request: FastifyRequest, reply: FastifyReply) =>
    acceptsEventStream(request.headers.accept) ? live.answer(request, reply) : answer(request, reply);
  http.route({ url: URL_PATH, method: 'POST', handler });
  http.route({
    url: URL_PATH,
    method: 'GET',
    onRequest: async (request, reply) => {
      const { origin } = request.headers;
      if (!request.ws || origin === undefined || isOwnPage(origin, request) || isTrusted(origin)) return;
      await reply.status(403).send(errorBody(request, FOREIGN_PAGE, 'FORBIDDEN'));
    },
    handler,
    wsHandler: (socket, request) => live.serve(socket, request),
  });
}
