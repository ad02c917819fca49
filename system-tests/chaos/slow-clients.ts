import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const DROP_EVERY_MS = 1_000;
/** Enough answers of a megabyte to fill every buffer between the server and a client that reads none. */
const UNREAD_REQUESTS = 20;

export type SlowKind = 'headers' | 'body' | 'reader';

/** Connections that hold on to the server, and when it let each of them go. */
export class SlowClients {
  readonly #sockets: Socket[] = [];
  readonly #endedAfterMs: number[] = [];
  #dripping: NodeJS.Timeout | undefined;

  constructor(
    readonly kind: SlowKind,
    readonly count: number,
  ) {}

  /** @param largePath what is asked for and not read */
  async open(url: string, largePath: string): Promise<void> {
    const { port, hostname } = new URL(url);
    for (let i = 0; i < this.count; i += 1) {
      const socket = connect(Number(port), hostname);
      this.#sockets.push(socket);
      const begun = performance.now();
      socket.on('error', () => {});
      socket.once('close', () => this.#endedAfterMs.push(performance.now() - begun));
      await once(socket, 'connect');
      if (this.kind === 'headers') socket.resume().write('POST /graphql HTTP/1.1\r\nx-slow: ');
      else if (this.kind === 'body')
        socket
          .resume()
          .write(
            'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\ncontent-type: application/json\r\n\r\n{',
          );
      else socket.pause().write(`GET ${largePath} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(UNREAD_REQUESTS));
    }
    if (this.kind === 'reader') return;
    this.#dripping = setInterval(() => {
      for (const socket of this.#sockets) if (socket.writable) socket.write(' ');
    }, DROP_EVERY_MS);
  }

  /** How many the server has let go, and the longest that it took. */
  get ended(): { count: number; mostMs: number } {
    return { count: this.#endedAfterMs.length, mostMs: Math.max(0, ...this.#endedAfterMs) };
  }

  close(): void {
    clearInterval(this.#dripping);
    for (const socket of this.#sockets) socket.destroy();
  }
}
