import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { type AccessTokens } from '../accounts/sessions/access-token.js';
import { type LiveViewer, type LiveViewers } from '../accounts/sessions/live-viewers.js';
import { tokenOf } from '../accounts/request-viewer.js';
import { UnauthenticatedError } from '../common/errors.js';
import { type SubscriptionMetrics } from '../observability/subscription-metrics.js';
import { secretsSent } from '../observability/secrets.js';
import { clientOf } from './client-of.js';
import { type LiveConnection, type OperationRequest, type StreamMessage } from './live-connection.js';
import { LiveStream } from './live-stream.js';
import { type SubscriptionServer } from './subscription-server.js';

/** Proxies close idle connections after 30 s and more. */
const COMMENT_EVERY_MS = 15_000;
/** Ignored by clients (HTML, 9.2.6); some browsers take a response as begun only when something of its body came. */
const COMMENT = ':\n\n';

interface EventStreamsParts {
  readonly server: SubscriptionServer;
  readonly viewers: LiveViewers;
  readonly accessTokens: AccessTokens;
  readonly metrics: SubscriptionMetrics;
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** By POST in the body, by GET in the query string, where variables are JSON. */
function operationOf({ method, body, query }: FastifyRequest): OperationRequest {
  const given = method === 'GET' ? query : body;
  if (typeof given !== 'object' || given === null) return {};
  const member = (name: string): unknown => Reflect.get(given, name);
  const variables = member('variables');
  return {
    query: member('query'),
    variables: method === 'GET' ? parsed(variables) : variables,
    operationName: member('operationName'),
  };
}

/** The text of the event stream, in graphql-sse's "distinct connections mode". */
async function* textOf(messages: AsyncIterable<StreamMessage> | Iterable<StreamMessage>): AsyncGenerator<string> {
  yield COMMENT;
  for await (const message of messages) yield `event: next\ndata: ${JSON.stringify(message)}\n\n`;
  yield 'event: complete\ndata:\n\n';
}

/**
 * Subscriptions over server-sent events: one for each request. Written here, as graphql-sse's handler has no limit for what a
 * client does not read (docs/decisions/0130-live.md); its client, and others that speak its protocol, work with it.
 */
export class EventStreams {
  readonly #parts: EventStreamsParts;
  readonly #kept = new Set<FastifyReply['raw']>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: EventStreamsParts) {
    this.#parts = parts;
  }

  /** Answers a request that accepts an event stream, errors among the events. */
  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { server } = this.#parts;
    const operation = operationOf(request);
    let started: LiveStream | StreamMessage;
    const hasLeft = () => reply.raw.destroyed;
    try {
      const connection = await this.#open(request, reply);
      if (connection === null) return reply.hijack();
      started = await server.start(connection, operation);
    } catch (error) {
      started = server.refuse(error, request.id);
    }
    // Its stream was closed with the connection.
    if (hasLeft()) return reply.hijack();
    if (started instanceof LiveStream) this.#keepOpen(reply);
    const messages = started instanceof LiveStream ? started : [started];
    return reply
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // A stream ends when the server stops, or its client: the connection is not used again.
        connection: 'close',
        // nginx then passes each message on at once.
        'x-accel-buffering': 'no',
      })
      .send(Readable.from(textOf(messages)));
  }

  /** Null when the client has left meanwhile. */
  async #open(request: FastifyRequest, reply: FastifyReply): Promise<LiveConnection | null> {
    const { server, viewers, accessTokens, metrics } = this.#parts;
    const { authorization } = request.headers;
    const token = await tokenOf(accessTokens, authorization);
    if (typeof token === 'string') throw new UnauthenticatedError(token);
    const streams = new Set<LiveStream>();
    const live: LiveViewer | null = await viewers.open(token, {
      ended(reason) {
        metrics.cut(reason === 'EXPIRED' ? 'expired' : 'revoked');
        const { errors } = server.refuse(new UnauthenticatedError(reason), request.id);
        connection.endedBy = errors;
        for (const stream of streams) stream.end(errors);
      },
      rightsChanged: () => server.rightsChanged(connection),
    });
    if (live === null) throw new UnauthenticatedError('REVOKED');
    if (reply.raw.destroyed) {
      viewers.close(live);
      return null;
    }
    const connection: LiveConnection = {
      transport: 'sse',
      requestId: request.id,
      client: clientOf(request),
      secrets: () => secretsSent(authorization, undefined),
      live,
      streams,
      cut: () => {
        metrics.cut('slow');
        reply.raw.destroy();
      },
      goAway: () => {
        for (const stream of streams) stream.end();
      },
    };
    // Before the client can leave: its socket is watched from here on.
    reply.raw.once('close', () => server.closed(connection));
    server.opened(connection);
    return connection;
  }

  /** Writes comments from time to time, by one timer for all streams. */
  #keepOpen({ raw }: FastifyReply): void {
    this.#kept.add(raw);
    this.#timer ??= setInterval(() => {
      for (const each of this.#kept) if (!each.writableNeedDrain) each.write(COMMENT);
    }, COMMENT_EVERY_MS).unref();
    raw.once('close', () => {
      this.#kept.delete(raw);
      if (this.#kept.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
  }
}
