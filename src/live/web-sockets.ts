import { type FastifyRequest } from 'fastify';
import { type ExecutionArgs, type GraphQLSchema, parse } from 'graphql';
import { CloseCode, makeServer, MessageType, parseMessage } from 'graphql-ws';
import { type Logger } from 'pino';
import { type WebSocket } from 'ws';
import { UNSUPPORTED_DATA } from './close-codes.js';
import { LiveStream } from './live-stream.js';
import { WebSocketConnection, type WebSocketParts } from './web-socket-connection.js';

/** When clients are pinged, and when one that does not answer is cut. */
export interface PingTimes {
  readonly everyMs: number;
  readonly silentAfterMs: number;
}

/** Proxies close idle connections after 30 s and more. */
const PINGS: PingTimes = { everyMs: 20_000, silentAfterMs: 60_000 };

const NOT_TEXT = { code: UNSUPPORTED_DATA, reason: 'Send messages as text.' };
const NO_MESSAGE = { code: CloseCode.BadRequest, reason: 'This is no message of graphql-transport-ws.' };

const SENT_BY_SERVERS: ReadonlySet<MessageType> = new Set([
  MessageType.ConnectionAck,
  MessageType.Next,
  MessageType.Error,
]);

/** graphql-ws looks in a document only for the kind of its operation: the messages come from the stream. */
const ANY_SUBSCRIPTION = parse('subscription { any }');

interface WebSocketsParts extends WebSocketParts {
  readonly schema: GraphQLSchema;
  readonly logger: Logger;
  readonly pings?: PingTimes | undefined;
}

/**
 * Subscriptions over WebSocket, by graphql-ws. Not by its handler for Fastify, which has no limit for what a client does not read,
 * and writes to the console (docs/decisions/0130-live.md).
 */
export class WebSockets {
  readonly #parts: WebSocketsParts;
  readonly #open = new Set<WebSocketConnection>();
  readonly #streams = new WeakMap<ExecutionArgs, LiveStream>();
  readonly #graphql: ReturnType<typeof makeServer<Record<string, unknown>, WebSocketConnection>>;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: WebSocketsParts) {
    this.#parts = parts;
    this.#graphql = makeServer<Record<string, unknown>, WebSocketConnection>({
      onConnect: async ({ extra, connectionParams }) => extra.authenticate(connectionParams),
      onSubscribe: async ({ extra }, id, { query, variables, operationName }) => {
        const started = await extra.subscribe(id, { query, variables, operationName });
        if (!(started instanceof LiveStream)) return started;
        const args = { schema: parts.schema, document: ANY_SUBSCRIPTION };
        this.#streams.set(args, started);
        return args;
      },
      subscribe: (args) => {
        const stream = this.#streams.get(args);
        if (!stream) throw new Error('This subscription was not begun');
        return stream;
      },
    });
  }

  /** Serves a socket until it is closed. */
  serve(socket: WebSocket, request: FastifyRequest): void {
    const connection = new WebSocketConnection(this.#parts, socket, request);
    this.#add(connection);
    const closed = this.#graphql.opened(
      {
        protocol: socket.protocol,
        send: async (text) => connection.send(text),
        close: (code, reason) => connection.close({ code, reason }),
        onMessage: (listener) =>
          socket.on('message', (data, isBinary) => {
            connection.heard();
            // ws gives text as one Buffer, unless its binaryType is set.
            if (isBinary || !Buffer.isBuffer(data)) connection.close(NOT_TEXT);
            else void this.#receive(connection, data.toString(), listener);
          }),
      },
      connection,
    );
    socket.on('pong', () => connection.heard());
    socket.on('ping', () => connection.heard());
    socket.once('close', (code, reason) => {
      this.#remove(connection);
      connection.closed();
      void closed(code, reason.toString());
    });
  }

  /** Sends every client away. */
  close(): void {
    for (const connection of this.#open) connection.goAway();
  }

  async #receive(
    connection: WebSocketConnection,
    text: string,
    listener: (text: string) => Promise<void>,
  ): Promise<void> {
    try {
      await listener(text);
    } catch (error) {
      // graphql-ws throws for these, and closes the connection for what is no message. Everything else is a fault of ours.
      if (SENT_BY_SERVERS.has(parseMessage(text).type)) {
        connection.close(NO_MESSAGE);
        return;
      }
      this.#parts.logger.error({ err: error }, 'A message of a WebSocket could not be handled');
      connection.fail();
    }
  }

  #add(connection: WebSocketConnection): void {
    this.#open.add(connection);
    const { everyMs, silentAfterMs } = this.#parts.pings ?? PINGS;
    this.#timer ??= setInterval(() => {
      for (const each of this.#open) each.ping(silentAfterMs);
    }, everyMs).unref();
  }

  #remove(connection: WebSocketConnection): void {
    this.#open.delete(connection);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
