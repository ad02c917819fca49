// The load generator: a process of its own, so that neither the servers nor the bookkeeping share its time. Gets one
// order by IPC, keeps that many connections busy for that long, and sends back what it saw. It speaks HTTP by hand, as
// it must be much cheaper than the fastest server: results.md, "Against the peers", has what it costs.
import { once } from 'node:events';
import { connect } from 'node:net';
import { Answer } from './answer.js';

/** One request as it goes out, already serialised. */
export interface Shot {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Order {
  readonly url: string;
  readonly connections: number;
  readonly durationMs: number;
  /** Goes on beyond the duration until so many were answered, but no longer than ten times as long. */
  readonly leastRequests: number;
  /** Fired in turn, from a place chosen by each connection's number. */
  readonly shots: readonly Shot[];
}

export interface Outcome {
  readonly requests: number;
  readonly elapsedMs: number;
  /** Of every request, in milliseconds, rising. */
  readonly latencies: readonly number[];
  /** The first answer that was not a success; undefined if all were. */
  readonly failure: string | undefined;
}

/** The request's bytes, as they go over the line. */
function bytesOf({ body, headers }: Shot, { host, pathname }: URL): Buffer {
  const all = { host, ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

async function fire(order: Order): Promise<Outcome> {
  const url = new URL(order.url);
  const requests = order.shots.map((shot) => bytesOf(shot, url));
  const latencies: number[] = [];
  let failure: string | undefined;
  const started = performance.now();
  const end = started + order.durationMs;

  const goesOn = () => {
    const now = performance.now();
    const enough = now >= end && latencies.length >= order.leastRequests;
    return !enough && now < started + 10 * order.durationMs && failure === undefined;
  };

  const keepBusy = async (connection: number) => {
    const socket = connect(Number(url.port), url.hostname).setNoDelay();
    let next = Math.floor((connection * requests.length) / order.connections);
    let answer = new Answer();
    let sent = 0;
    const send = () => {
      const request = requests[next++ % requests.length];
      if (request === undefined || !goesOn()) {
        socket.destroy();
        return;
      }
      answer = new Answer();
      sent = performance.now();
      socket.write(request);
    };
    socket.on('connect', send).on('data', (bytes) => {
      try {
        if (!answer.take(bytes)) return;
      } catch (error) {
        failure ??= String(error);
        socket.destroy();
        return;
      }
      latencies.push(performance.now() - sent);
      failure ??= answer.failure;
      send();
    });
    socket.on('end', () => {
      failure ??= `A connection was closed by the server after ${latencies.length} answers`;
    });
    // Rejects for an error.
    await once(socket, 'close');
  };
  await Promise.all(Array.from({ length: order.connections }, async (_, connection) => keepBusy(connection)));
  const elapsedMs = performance.now() - started;
  return { requests: latencies.length, elapsedMs, latencies: latencies.toSorted((a, b) => a - b), failure };
}

process.on('message', (order: Order) => {
  void fire(order).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) =>
      process.send?.({ requests: 0, elapsedMs: 0, latencies: [], failure: String(error) } satisfies Outcome),
  );
});
