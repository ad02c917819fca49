// What subscriptions cost: how long a change takes to a thousand subscribers of fifty people, beside a plain graphql-yoga server, and
// what an idle one takes of memory. Both over server-sent events. Starts everything itself.
// Run: npm run bench:live [-- --seconds 15 --people 50 --each 20]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../tests/support/free-port.js';
import { DocketProcess } from '../system-tests/chaos/process.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    people: { type: 'string', default: '50' },
    each: { type: 'string', default: '20' },
  },
});
const SECONDS = Number(values.seconds);
const PEOPLE = Number(values.people);
const EACH = Number(values.each);

const STAMP = /at:(\d+\.\d+)/g;
const AT_ONCE = 4;

interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly tokens: readonly string[];
  readonly writer: string;
  readonly subscription: (matching: boolean) => string;
  readonly create: (title: string, priority: string) => string;
}

async function call(url: string, query: string, token: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  return response.text();
}

async function memoryOf(pid: number): Promise<number> {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes);
}

async function cpuOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The streams of all subscribers, and how long each message took. */
class Subscribers {
  readonly latencies: number[] = [];
  readonly #agent = new Agent({ maxSockets: Infinity });
  readonly #open: IncomingMessage[] = [];

  async open({ url, tokens, subscription }: Server, query: boolean): Promise<void> {
    for (const token of tokens) {
      await Promise.all(Array.from({ length: EACH }, async () => this.#one(url, token, subscription(query))));
    }
  }

  close(): void {
    for (const response of this.#open) response.destroy();
    this.#agent.destroy();
  }

  async #one(url: string, token: string, query: string): Promise<void> {
    const sending = request(`${url}/graphql`, {
      agent: this.#agent,
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
    });
    sending.end(JSON.stringify({ query }));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sending.once('response', resolve).once('error', reject);
    });
    this.#open.push(response);
    response.on('error', () => {});
    response.on('data', (chunk: Buffer) => {
      const now = performance.now();
      for (const [, at] of chunk.toString('latin1').matchAll(STAMP)) this.latencies.push(now - Number(at));
    });
  }
}

function percentile(sorted: readonly number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(0);
}

/** So many changes a second, of which one in `matchEvery` is for the subscribers. */
async function measure(server: Server, perSecond: number, matchEvery: number): Promise<string> {
  const subscribers = new Subscribers();
  await subscribers.open(server, matchEvery > 1);
  await delay(1_500);
  subscribers.latencies.length = 0;
  const cpu = await cpuOf(server.pid);
  const begun = performance.now();
  const writes: Promise<string>[] = [];
  const count = perSecond * SECONDS;
  for (let change = 0; change < count; change += 1) {
    await delay(Math.max(0, begun + (change * 1000) / perSecond - performance.now()));
    const priority = change % matchEvery === 0 ? 'HIGH' : 'LOW';
    writes.push(call(server.url, server.create(`at:${performance.now().toFixed(3)}`, priority), server.writer));
  }
  await Promise.all(writes);
  await delay(1_500);
  const used = ((await cpuOf(server.pid)) - cpu) / SECONDS;
  const expected = Math.ceil(count / matchEvery) * PEOPLE * EACH;
  const sorted = subscribers.latencies.toSorted((one, other) => one - other);
  subscribers.close();
  await delay(1_000);
  return `| ${server.name} | ${perSecond} | ${perSecond / matchEvery} | ${sorted.length} of ${expected} | ${percentile(sorted, 0.5)} | ${percentile(sorted, 0.99)} | ${(used * 100).toFixed(0)} % |`;
}

async function signUp(url: string, place: number): Promise<string> {
  const answer = await call(
    url,
    `mutation { signUp(input: { email: "live${place}@docket.example", username: "live${place}", firstName: "Live", password: "correct horse battery" }) { accessToken } }`,
    '',
  );
  return /"accessToken":"([^"]+)"/.exec(answer)?.[1] ?? '';
}

async function docketAt(url: string, pid: number): Promise<Server> {
  const tokens: string[] = [];
  for (let place = 0; place < PEOPLE; place += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, PEOPLE - place) }, (_, more) => place + more);
    tokens.push(...(await Promise.all(some.map(async (each) => signUp(url, each)))));
  }
  return {
    name: 'Docket',
    url,
    pid,
    tokens,
    writer: tokens[0] ?? '',
    subscription: (matching) =>
      `subscription { ticketChanges${matching ? '(filter: { priority: [HIGH] })' : ''} { cursor ... on TicketChange { ticket { number title priority } } } }`,
    create: (title, priority) =>
      `mutation { createTicket(input: { title: "${title}", description: "x", priority: ${priority} }) { ticket { id } } }`,
  };
}

async function startYoga(): Promise<{ server: Server; stop: () => void }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'peers/yoga-live.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout, 'data');
  return {
    server: {
      name: 'graphql-yoga',
      url: `http://127.0.0.1:${String(port).trim()}`,
      pid: child.pid ?? 0,
      tokens: Array.from({ length: PEOPLE }, () => ''),
      writer: '',
      subscription: (matching) =>
        `subscription { ticketChanges${matching ? '(priority: "HIGH")' : ''} { cursor ticket { number title priority } } }`,
      create: (title, priority) => `mutation { createTicket(title: "${title}", priority: "${priority}") { number } }`,
    },
    stop: () => child.kill(),
  };
}

const dataDir = await mkdtemp(join(tmpdir(), 'docket-bench-live-'));
const docket = new DocketProcess({
  DATA_DIR: dataDir,
  PORT: String(await freePort()),
  DEMO_DATA: 'false',
  ACCESS_TOKEN_SECONDS: '86400',
  LOG_LEVEL: 'error',
});
const yoga = await startYoga();
try {
  const server = await docketAt(await docket.started(), docket.pid);
  // First, as what the load leaves behind would hide it.
  const before = await memoryOf(docket.pid);
  const idle = new Subscribers();
  await idle.open(server, false);
  await delay(2_000);
  const grown = (await memoryOf(docket.pid)) - before;
  console.log(`${PEOPLE * EACH} idle subscribers: ${(grown / (PEOPLE * EACH)).toFixed(1)} kB each (resident memory)`);
  idle.close();
  await delay(1_000);
  console.log('| server | changes/s | matching/s | messages | p50 ms | p99 ms | CPU of the server |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [perSecond, matchEvery] of [
    [5, 1],
    [20, 10],
  ] as const) {
    for (const each of [server, yoga.server]) console.log(await measure(each, perSecond, matchEvery));
  }
} finally {
  yoga.stop();
  await docket.stop('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
}
