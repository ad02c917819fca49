import { type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { type WebSocket } from 'ws';
import { tokenOf } from '../accounts/request-viewer.js';
import { type AccessTokens } from '../accounts/sessions/access-token.js';
import { type ConnectionEnd, type LiveViewers } from '../accounts/sessions/live-viewers.js';
import { UnauthenticatedError, type UnauthenticatedReason } from '../common/errors.js';
import { type SubscriptionMetrics } from '../observability/subscription-metrics.js';
import { secretsSent } from '../observability/secrets.js';
import { clientOf } from './client-of.js';
import { type CloseFrame, GOING_AWAY, TRY_AGAIN_LATER, UNAUTHENTICATED } from './close-codes.js';
import { type LiveConnection, type OperationRequest } from './live-connection.js';
import { LiveStream } from './live-stream.js';
import { type SubscriptionServer } from './subscription-server.js';

/** What a client does not read waits in memory; with more than this it is cut. */
const MAX_UNREAD_BYTES = 1_000_000;
/** Ids are repeated in every message. */
const MAX_ID_LENGTH = 128;
const END_MS = 2_000;
/** Bytes of a reason in a close frame (RFC 6455, 5.5.1). */
const MAX_REASON_LENGTH = 123;

/** A reason that fits into a close frame: those of graphql-ws contain what the client sent. */
function fitting(reason: string): string {
  // An incomplete character at the end is left out, not replaced.
  return new TextDecoder().decode(Buffer.from(reason).subarray(0, MAX_REASON_LENGTH), { stream: true });
}

export interface WebSocketParts {
  readonly server: SubscriptionServer;
  readonly viewers: LiveViewers;
  readonly accessTokens: AccessTokens;
  readonly metrics: SubscriptionMetrics;
}

function authorizationOf(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const [, value] = Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return typeof value === 'string' ? value : undefined;
}

/** A client's WebSocket. Nothing but connection_init is answered before that came with a good token. */
export class WebSocketConnection {
  readonly #parts: WebSocketParts;
  readonly #socket: WebSocket;
  readonly #request: FastifyRequest;
  #connection: LiveConnection | undefined;
  /** When the client was heard of last, by performance.now(). */
  heardAt = performance.now();

  constructor(parts: WebSocketParts, socket: WebSocket, request: FastifyRequest) {
    this.#parts = parts;
    this.#socket = socket;
    this.#request = request;
  }

  /** Takes the token of connection_init, or else that of the HTTP request. False when the socket was closed instead. */
  async authenticate(params: Readonly<Record<string, unknown>> | undefined): Promise<boolean> {
    const { accessTokens, viewers, server } = this.#parts;
    const authorization = authorizationOf(params) ?? this.#request.headers.authorization;
    const token = await tokenOf(accessTokens, authorization);
    if (typeof token === 'string') return this.#refuse(token);
    const live = await viewers.open(token, {
      ended: (reason) => this.#end(reason),
      rightsChanged: () => this.#connection && server.rightsChanged(this.#connection),
    });
    if (live === null) return this.#refuse('REVOKED');
    if (this.#socket.readyState !== this.#socket.OPEN) {
      viewers.close(live);
      return false;
    }
    const connection: LiveConnection = {
      transport: 'websocket',
      requestId: this.#request.id,
      client: clientOf(this.#request),
      secrets: () => secretsSent(authorization, undefined),
      live,
      streams: new Set(),
      cut: () => this.#cut(),
      goAway: () => this.goAway(),
    };
    this.#connection = connection;
    server.opened(connection);
    return true;
  }

  /** Begins a subscription, or gives the errors that say why not. */
  async subscribe(id: string, request: OperationRequest): Promise<LiveStream | readonly GraphQLError[]> {
    if (this.#connection === undefined) return [new GraphQLError('The connection is closing.')];
    if (id.length > MAX_ID_LENGTH) {
      this.close({
        code: CloseCode.BadRequest,
        reason: `The id of an operation has at most ${MAX_ID_LENGTH} characters.`,
      });
      return [new GraphQLError('The id is too long.')];
    }
    const started = await this.#parts.server.start(this.#connection, request);
    return started instanceof LiveStream ? started : (started.errors ?? []);
  }

  /** Resolves when the operating system has taken the text: the next message of a stream is not made before. */
  async send(text: string): Promise<void> {
    if (this.#isSlow()) return;
    await new Promise<void>((resolve) => {
      // Errors come with the socket's end.
      this.#socket.send(text, () => resolve());
    });
  }

  /** Pings the client, unless it has not been heard of for so long that it is cut. */
  ping(silentAfterMs: number): void {
    if (performance.now() - this.heardAt <= silentAfterMs) {
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
      return;
    }
    this.#parts.metrics.cut('silent');
    this.#socket.terminate();
  }

  heard(): void {
    this.heardAt = performance.now();
    // Each ping of the client's is answered: it must read the answers.
    this.#isSlow();
  }

  goAway(): void {
    this.close({ code: GOING_AWAY, reason: 'The server stops. Connect again, and go on from the last cursor.' });
  }

  /** For a failure of the server, of which the log tells. */
  fail(): void {
    this.close({ code: TRY_AGAIN_LATER, reason: 'Something went wrong on the server. Connect again in a moment.' });
  }

  close({ code, reason = '' }: CloseFrame): void {
    for (const stream of this.#connection?.streams ?? []) stream.end();
    this.#socket.close(code, fitting(reason));
    // For a client that does not answer the close frame.
    const timer = setTimeout(() => this.#socket.terminate(), END_MS).unref();
    this.#socket.once('close', () => clearTimeout(timer));
  }

  /** To be called when the socket is closed. */
  closed(): void {
    if (this.#connection) this.#parts.server.closed(this.#connection);
    this.#connection = undefined;
  }

  #refuse(reason: UnauthenticatedReason): false {
    this.#parts.server.refuse(new UnauthenticatedError(reason), this.#request.id);
    this.close(UNAUTHENTICATED[reason]);
    return false;
  }

  #end(reason: ConnectionEnd): void {
    this.#parts.metrics.cut(reason === 'EXPIRED' ? 'expired' : 'revoked');
    this.close(UNAUTHENTICATED[reason]);
  }

  /** Whether nothing can be sent; cuts a client that does not read. */
  #isSlow(): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return true;
    if (this.#socket.bufferedAmount <= MAX_UNREAD_BYTES) return false;
    this.#cut();
    return true;
  }

  #cut(): void {
    this.#parts.metrics.cut('slow');
    this.#socket.terminate();
  }
}
