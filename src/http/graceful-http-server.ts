import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/**
 * How long a client may take (docs/hardening.md, "Running"; docs/decisions/0071-slow-clients.md). Headers come in one packet or
 * two; a body has 100 kB at most, for which 30 s are enough on the slowest line.
 */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** How often Node looks at both. Its default of 30 s would make 40 of the 10. */
  connectionsCheckingInterval: 1_000,
  /** Longer than the minute for which load balancers keep a connection: whoever uses it should be the one to close it. */
  keepAliveTimeout: 72_000,
};
/** Nothing moves on a connection with a request: its client does not read. Node lets it pass once, with an answer begun. */
const STUCK_MS = 30_000;

/** Long enough for a client at work to send its next request, whose answer tells it to go, and for a probe to look. */
const NOTICE_MS = 1_000;
const LOOK_EVERY_MS = 25;
const NOBODY_KNOCKED_MS = 5;
/** A turn of the event loop in which somebody may have come who was not seen yet. */
const LONG_TURN_MS = 1;

interface Connection {
  readonly answers: Set<ServerResponse>;
  /** Requests that were sent behind the one that is being answered. */
  readonly queued: (() => void)[];
  /** What had come in when it fell quiet: more is the beginning of a request. */
  bytesHeard: number;
  quietSince: number;
}

/**
 * Where HTTP connections come in. Node's own `close` destroys connections that are idle at that moment, also when a
 * request is on its way on them; here every client is told to go by an answer of its own first.
 */
export class GracefulHttpServer {
  readonly #servers: Server[] = [];
  readonly #connections = new Map<Socket, Connection>();
  #admitted = 0;
  #closing = false;
  readonly #held: (() => void)[] = [];
  #holding = false;

  /** Whether it is about to close: not to be counted on any more. */
  get isClosing(): boolean {
    return this.#closing;
  }

  /** Makes a server, not listening yet, whose connections come in here; Fastify's `serverFactory`. */
  createServer(handler: RequestListener): Server {
    const server = createServer(LIMITS, (request, response) => {
      const connection = this.#connections.get(request.socket);
      const handle = () => {
        if (this.#holding) this.#held.push(() => handler(request, response));
        else handler(request, response);
      };
      // Who sends many requests without reading an answer has one of them answered.
      if (connection && connection.answers.size > 0) connection.queued.push(handle);
      this.#watch(request.socket, response);
      if (connection?.queued.at(-1) !== handle) handle();
    });
    server.setTimeout(STUCK_MS);
    server.on('connection', (socket: Socket) => {
      this.#admitted += 1;
      this.#connections.set(socket, { answers: new Set(), queued: [], bytesHeard: 0, quietSince: performance.now() });
      socket.once('close', () => this.#connections.delete(socket));
    });
    this.#servers.push(server);
    return server;
  }

  /**
   * Tells every client by `Connection: close` to go elsewhere, then closes. Resolves when the last connection has ended;
   * one that hangs is not cut, see `cut`.
   * @param delayMs how long new connections are still let in at least, so that a load balancer sees us not ready first
   */
  async close(delayMs: number): Promise<void> {
    this.#closing = true;
    for (const { answers } of this.#connections.values()) for (const answer of answers) askToClose(answer);
    await delay(this.#connections.size > 0 ? Math.max(delayMs, NOTICE_MS) : delayMs);
    await this.#stopListening();
    while (this.#connections.size > 0) {
      this.#endQuiet();
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Ends every connection at once. Gives how many requests were left without an answer by that. */
  destroyConnections(): number {
    let unanswered = 0;
    for (const [socket, { answers, bytesHeard }] of this.#connections) {
      if (answers.size > 0 || socket.bytesRead > bytesHeard) unanswered += 1;
      socket.destroy();
    }
    return unanswered;
  }

  #watch(socket: Socket, answer: ServerResponse): void {
    const connection = this.#connections.get(socket);
    connection?.answers.add(answer);
    if (this.#closing) askToClose(answer);
    answer.once('close', () => {
      if (!connection) return;
      connection.answers.delete(answer);
      // A client that has gone waits for none of them.
      if (!socket.destroyed) connection.queued.shift()?.();
      connection.bytesHeard = socket.bytesRead;
      connection.quietSince = performance.now();
    });
  }

  /**
   * Whom the system has let in and Node not yet would be reset by closing: so nobody may have come for some turns of the
   * event loop. For there to be such turns, requests wait meanwhile (docs/decisions/0070-stopping.md).
   */
  async #stopListening(): Promise<void> {
    const giveUpAt = performance.now() + NOTICE_MS;
    this.#holding = true;
    let turnedAt = performance.now();
    let [quietSince, admitted] = [turnedAt, this.#admitted];
    while (performance.now() - quietSince < NOBODY_KNOCKED_MS && turnedAt < giveUpAt) {
      await nextTurn();
      const now = performance.now();
      if (this.#admitted !== admitted || now - turnedAt > LONG_TURN_MS) [quietSince, admitted] = [now, this.#admitted];
      turnedAt = now;
    }
    for (const server of this.#servers) server.close();
    this.#holding = false;
    for (const handle of this.#held.splice(0)) handle();
  }

  /** Browsers open connections ahead of need; nobody waits for anything on them. */
  #endQuiet(): void {
    for (const [socket, { answers, bytesHeard, quietSince }] of this.#connections) {
      const isQuiet = answers.size === 0 && socket.bytesRead === bytesHeard;
      if (isQuiet && performance.now() - quietSince > NOTICE_MS) socket.destroy();
    }
  }
}

function askToClose(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('connection', 'close');
}
