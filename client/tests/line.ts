import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A connection to a server that a test can cut. */
export interface Line {
  readonly url: string;
  /** What the client sent by WebSocket, a frame each. */
  readonly sent: readonly string[];
  /** Connections that are open. */
  readonly open: number;
  /** While it is true, all that comes from the server comes twice. */
  repeats: boolean;
  /** How often something came twice. */
  readonly repeated: number;
  /** Ends all connections as a broken wire does. */
  cut(): void;
  close(): Promise<void>;
}

/** The text of a short frame of RFC 6455 that a client sent, which is masked. */
function unmasked(frame: Buffer): string {
  const length = (frame[1] ?? 0) & 0x7f;
  const maskAt = length === 126 ? 4 : 2;
  const mask = frame.subarray(maskAt, maskAt + 4);
  return Buffer.from(frame.subarray(maskAt + 4).map((byte, at) => byte ^ (mask[at % 4] ?? 0))).toString();
}

export async function openLine(target: string): Promise<Line> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const sent: string[] = [];
  let repeats = false;
  let repeated = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    sockets.add(client);
    client.on('data', (data: Buffer) => {
      if (data[0] === 0x81) sent.push(unmasked(data));
      upstream.write(data);
    });
    upstream.on('data', (data: Buffer) => {
      client.write(data);
      if (!repeats) return;
      repeated += 1;
      client.write(data);
    });
    const end = () => {
      sockets.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    sent,
    get open() {
      return sockets.size;
    },
    get repeats() {
      return repeats;
    },
    set repeats(value) {
      repeats = value;
    },
    get repeated() {
      return repeated;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
