// The load generator: a process of its own, so that neither the servers nor the bookkeeping share its time. Gets one
// order by IPC, keeps that many connections busy for that long, and sends back what it saw.
import { Client } from 'undici';

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

async function fire(order: Order): Promise<Outcome> {
  const { origin, pathname } = new URL(order.url);
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
    const client = new Client(origin);
    let next = Math.floor((connection * order.shots.length) / order.connections);
    while (goesOn()) {
      const shot = order.shots[next++ % order.shots.length];
      if (shot === undefined) break;
      const sent = performance.now();
      const { statusCode, body } = await client.request({
        path: pathname,
        method: 'POST',
        headers: shot.headers,
        body: shot.body,
      });
      const answer = await body.text();
      latencies.push(performance.now() - sent);
      // Every answer without errors holds the key "data" first or alone; a userError says its code.
      if (statusCode !== 200 || answer.includes('"errors":[') || answer.includes('"code":"')) failure = answer;
    }
    await client.close();
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
