import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/**
 * Time-outs of clients (docs/hardening.md, "Running"; docs/decisions/0071-slow-clients.md). Headers are one packet or
 * two; a body has 100 kB at most, for which 30 s are enough on the slowest line.
 */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** How often Node checks both. With its default of 30 s, 10 s could become 40. */
  connectionsCheckingInterval: 1_000,
  /**
   * Keep-alive time-out: longer than the minute of most load balancers, so that the client closes the connection and
   * not the server.
   */
  keepAliveTimeout: 72_000,
};
/**
 * Socket time-out during a request: the client does not read. Once a response has begun, Node ignores the first
 * time-out.
 */
const STUCK_MS = 30_000;

/**
 * Long enough for active clients to send another request, whose response closes the connection, and for a readiness
 * probe.
 */
const NOTICE_MS = 1_000;
const LOOK_EVERY_MS = 25;
const NOBODY_KNOCKED_MS = 5;
/** A turn of the event loop longer than this may hide a connection that the kernel has accepted and Node has not. */
const LONG_TURN_MS = 1;

interface Connection {
  readonly answers: Set<ServerResponse>;
  /** Pipelined requests behind the one that is being answered. */
  readonly queued: (() => void)[];
  /** Bytes read when the connection became idle: more means that a request has begun. */
  bytesHeard: number;
  quietSince: number;
}

/**
 * An HTTP server with a graceful shutdown. Node's own `close` destroys idle connections, even if a request is in
 * transit; here every client first gets a response with `Connection: close`.
 */
export class GracefulHttpServer {
  readonly #servers: Server[] = [];
  readonly #connections = new Map<Socket, Connection>();
  #admitted = 0;
  #closing = false;
  readonly #held: (() => void)[] = [];
  readonly #whenDeaf: (() => void)[] = [];
  #holding = false;

  /** Whether the shutdown has begun: readiness must fail. */
  get isClosing(): boolean {
    return this.#closing;
  }

  /** Has the listener called during a shutdown, when no new connections are accepted any more: to end what stays open by itself. */
  whenDeaf(listener: () => void): void {
    this.#whenDeaf.push(listener);
  }

  /** Creates the server, not listening yet; Fastify's `serverFactory`. */
  createServer(handler: RequestListener): Server {
    const server = createServer(LIMITS, (request, response) => {
      const connection = this.#connections.get(request.socket);
      const handle = () => {
        if (this.#holding) this.#held.push(() => handler(request, response));
        else handler(request, response);
      };
      // One request of a connection at a time: a client that pipelines requests without reading gets one response.
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
   * Sends `Connection: close` with every response, then closes. Resolves when the last connection has ended;
   * connections that hang are left to `cut`.
   * @param delayMs minimum time for which new connections are still accepted, so that a load balancer sees readiness
   * fail first
   */
  async close(delayMs: number): Promise<void> {
    this.#closing = true;
    for (const { answers } of this.#connections.values()) for (const answer of answers) askToClose(answer);
    await delay(this.#connections.size > 0 ? Math.max(delayMs, NOTICE_MS) : delayMs);
    await this.#stopListening();
    for (const listener of this.#whenDeaf) listener();
    while (this.#connections.size > 0) {
      this.#endQuiet();
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Destroys every connection. Gives how many requests were aborted. */
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
      // The client has disconnected: its pipelined requests are dropped.
      if (!socket.destroyed) connection.queued.shift()?.();
      connection.bytesHeard = socket.bytesRead;
      connection.quietSince = performance.now();
    });
  }

  /**
   * Closing would reset connections that the kernel has accepted and Node has not, so it waits for some turns of the
   * event loop without a new connection. Requests are held back meanwhile, to keep the turns short
   * (docs/decisions/0070-stopping.md).
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

  /** Browsers open connections in advance: those without a request are destroyed. */
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
