import { WebSocket } from 'ws';
import { waitFor } from '../jobs/wait-for.js';
import { buildTicket, type TicketOptions } from './factories.js';
import { type TestServer } from './server.js';

const PROTOCOL = 'graphql-transport-ws';

/** A message of graphql-transport-ws. */
export interface Frame {
  type: string;
  id?: string;
  // What a test reads of it is checked by its assertions.
  // oxlint-disable-next-line typescript/no-explicit-any
  payload?: any;
}

/** A message of a subscription to changes. */
export interface Told {
  __typename: string;
  cursor: string;
  kind?: string;
  ticketId?: string;
  ticket?: { number: number; title: string } | null;
  event?: { kind: string } | null;
}

export const CHANGES = `subscription Changes($filter: TicketFilter, $since: String) {
  ticketChanges(filter: $filter, since: $since) {
    __typename
    cursor
    ... on TicketChange { kind ticketId ticket { number title } event { kind } }
  }
}`;

/** A WebSocket that speaks graphql-transport-ws by hand, and remembers what it got. */
export class LiveSocket {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  /** Once it is closed. */
  closed: { code: number; reason: string } | undefined;
  /** The HTTP status by which the upgrade was refused. */
  refusedBy: number | undefined;

  constructor(
    url: string,
    { protocol = PROTOCOL, headers = {} }: { protocol?: string; headers?: Record<string, string> } = {},
  ) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol, { headers });
    this.socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString()) as Frame));
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    this.socket.on('unexpected-response', (_request, response) => {
      this.refusedBy = response.statusCode;
      this.socket.terminate();
    });
    this.socket.on('error', () => {});
  }

  async opened(): Promise<this> {
    await waitFor(() => this.socket.readyState !== WebSocket.CONNECTING);
    return this;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Sends connection_init with a token, and waits for the answer, or for the end. */
  async init(token: string | undefined): Promise<this> {
    await this.opened();
    this.send({
      type: 'connection_init',
      ...(token !== undefined && { payload: { authorization: `Bearer ${token}` } }),
    });
    await waitFor(() => this.closed !== undefined || this.frames.some(({ type }) => type === 'connection_ack'));
    return this;
  }

  subscribe(id: string, variables: Record<string, unknown> = {}, query = CHANGES): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  of(id: string): Frame[] {
    return this.frames.filter((frame) => frame.id === id);
  }

  /** What the subscription has told so far. */
  told(id: string): Told[] {
    return this.of(id).flatMap(({ type, payload }) =>
      type === 'next' && payload.data ? [payload.data.ticketChanges] : [],
    );
  }

  /** Subscribes, and waits for what comes first. */
  async follow(id: string, variables: Record<string, unknown> = {}, query = CHANGES): Promise<Frame> {
    this.subscribe(id, variables, query);
    await waitFor(() => this.of(id).length > 0 || this.closed !== undefined);
    return this.of(id)[0] ?? { type: 'closed' };
  }

  async ended(): Promise<{ code: number; reason: string }> {
    await waitFor(() => this.closed !== undefined);
    return this.closed ?? { code: 0, reason: '' };
  }

  close(): void {
    this.socket.terminate();
  }
}

/** Connects with a token. */
export async function connectLive(url: string, token: string | undefined): Promise<LiveSocket> {
  return new LiveSocket(url).init(token);
}

/** A request for server-sent events, and what came of it. */
export class EventSourceByHand {
  readonly #stop = new AbortController();
  #unparsed = '';
  readonly events: {
    event: string;
    data: {
      data?: { ticketChanges: Told } | null;
      errors?: { message: string; extensions: Record<string, unknown> }[];
    } | null;
  }[] = [];
  text = '';
  status: number | undefined;
  headers = new Headers();
  isOver = false;

  constructor(url: string, token: string | undefined, variables: Record<string, unknown> = {}, query = CHANGES) {
    void this.#read(url, token, { query, variables });
  }

  get told(): Told[] {
    return this.events.flatMap(({ data }) => (data?.data ? [data.data.ticketChanges] : []));
  }

  async has(count: number): Promise<this> {
    await waitFor(() => this.events.length >= count || this.isOver);
    return this;
  }

  async over(): Promise<this> {
    await waitFor(() => this.isOver);
    return this;
  }

  close(): void {
    this.#stop.abort();
  }

  async #read(url: string, token: string | undefined, body: unknown): Promise<void> {
    try {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          accept: 'text/event-stream',
          'accept-encoding': 'gzip, br, zstd',
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
        signal: this.#stop.signal,
      });
      this.status = response.status;
      this.headers = response.headers;
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        const text = decoder.decode(chunk, { stream: true });
        this.text += text;
        this.#unparsed += text;
        this.#parse();
      }
    } catch {
      // Broken off, by either side.
    }
    this.isOver = true;
  }

  #parse(): void {
    const blocks = this.#unparsed.split('\n\n');
    this.#unparsed = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event] = /^event: (\w+)$/m.exec(block) ?? [];
      const [, data = ''] = /^data: ?(.*)$/m.exec(block) ?? [];
      if (event !== undefined) this.events.push({ event, data: data === '' ? null : JSON.parse(data) });
    }
  }
}

/** A ticket straight in the database, and announced as the API would do: otherwise it is found after two seconds. */
export async function buildLiveTicket(server: TestServer, options: TicketOptions): ReturnType<typeof buildTicket> {
  const ticket = await buildTicket(server, options);
  server.app.changeSignal.announce();
  return ticket;
}
