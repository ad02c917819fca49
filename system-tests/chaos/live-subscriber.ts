import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';

const CHANGES = `subscription ($since: String) {
  ticketChanges(since: $since) { cursor ... on TicketChange { event { id } } }
}`;
const frame = z.object({
  type: z.string(),
  payload: z
    .object({
      data: z.object({
        ticketChanges: z.object({ cursor: z.string(), event: z.object({ id: z.string() }).nullish() }),
      }),
    })
    .optional()
    .catch(undefined),
});
/** Between a lost connection and the next one, so that a process that is away is not asked all the time. */
const AGAIN_MS = 20;

interface SubscriberOptions {
  /** The processes, of which each connection takes the next one. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly since: string;
  /** After how long it cuts its own connection; `Infinity` lets it be. */
  readonly cutAfterMs: () => number;
}

/** A client that follows changes over WebSocket, is cut again and again, and goes on by its cursor. */
export class LiveSubscriber {
  readonly #options: SubscriberOptions;
  /** How often each event was received. */
  readonly received = new Map<string, number>();
  connections = 0;
  #since: string;
  #isStopped = false;
  #socket: WebSocket | undefined;
  readonly #running: Promise<void>;

  constructor(options: SubscriberOptions, place: number) {
    this.#options = options;
    this.#since = options.since;
    this.#running = this.#run(place);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#socket?.terminate();
    await this.#running;
  }

  async #run(place: number): Promise<void> {
    const { urls } = this.#options;
    for (let turn = place; !this.#isStopped; turn += 1) {
      await this.#connect(urls[turn % urls.length] ?? '');
      await delay(AGAIN_MS);
    }
  }

  /** Resolves when the connection has ended. */
  async #connect(url: string): Promise<void> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    this.#socket = socket;
    const send = (message: object) => socket.send(JSON.stringify(message));
    const { token, cutAfterMs } = this.#options;
    const begun = performance.now();
    const cutting = setInterval(() => {
      if (performance.now() - begun > cutAfterMs()) socket.terminate();
    }, 20);
    socket.on('error', () => {});
    socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    socket.on('message', (data: Buffer) => {
      const { type, payload } = frame.parse(JSON.parse(data.toString()));
      if (type === 'connection_ack') {
        this.connections += 1;
        send({ id: '1', type: 'subscribe', payload: { query: CHANGES, variables: { since: this.#since } } });
      } else if (type === 'next' && payload) {
        this.#take(payload.data.ticketChanges);
      } else if (type !== 'ping') {
        // Refused, as its cut connections still count, or ended: it comes again.
        socket.terminate();
      }
    });
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    clearInterval(cutting);
  }

  #take({ cursor, event }: { cursor: string; event?: { id: string } | null | undefined }): void {
    this.#since = cursor;
    if (event) this.received.set(event.id, (this.received.get(event.id) ?? 0) + 1);
  }
}
