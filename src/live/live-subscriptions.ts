import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type WebSocket } from 'ws';
import { type AccessTokens } from '../accounts/sessions/access-token.js';
import { EventStreams } from './event-streams.js';
import { SubscriptionServer, type SubscriptionServerParts } from './subscription-server.js';
import { type PingTimes, WebSockets } from './web-sockets.js';

interface LiveSubscriptionsParts extends SubscriptionServerParts {
  readonly accessTokens: AccessTokens;
  readonly pings?: PingTimes | undefined;
}

/** GraphQL subscriptions over WebSocket and server-sent events. */
export class LiveSubscriptions {
  readonly #server: SubscriptionServer;
  readonly #webSockets: WebSockets;
  readonly #eventStreams: EventStreams;

  constructor(parts: LiveSubscriptionsParts) {
    const server = new SubscriptionServer(parts);
    const { viewers, accessTokens, metrics } = parts;
    const common = { server, viewers, accessTokens, metrics: metrics.subscriptions };
    this.#server = server;
    this.#webSockets = new WebSockets({ ...common, schema: parts.schema, logger: parts.logger, pings: parts.pings });
    this.#eventStreams = new EventStreams(common);
  }

  serve(socket: WebSocket, request: FastifyRequest): void {
    this.#webSockets.serve(socket, request);
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.#eventStreams.answer(request, reply);
  }

  /** Sends every client away, as the server stops: WebSockets by 1001, event streams by their completion. */
  close(): void {
    this.#server.close();
    this.#webSockets.close();
  }
}
