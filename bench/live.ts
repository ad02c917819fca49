// What subscriptions cost: how long a change takes to a thousand subscribers of fifty people, beside a plain graphql-yoga server, and
// what an idle one takes of memory, with as many and with three times as many. All over server-sent events. Starts everything itself.
// Run: npm run bench:live [-- --seconds 15 --people 50 --each 20] [--idle-only]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { measureIdle } from './idle-memory.js';
import { call, docketAt, type Server, Subscribers } from './subscribers.js';
import { withDocket } from './fresh-docket.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    people: { type: 'string', default: '50' },
    each: { type: 'string', default: '20' },
    'idle-only': { type: 'boolean', default: false },
  },
});
const SECONDS = Number(values.seconds);
const PEOPLE = Number(values.people);
const EACH = Number(values.each);

async function cpuOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** How many people subscribe `EACH` times and wait. */
const IDLE_PEOPLE = [PEOPLE, 3 * PEOPLE];

function percentile(sorted: readonly number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(0);
}

/** So many changes a second, of which one in `matchEvery` is for the subscribers. */
async function measure(server: Server, perSecond: number, matchEvery: number): Promise<string> {
  const subscribers = new Subscribers();
  await subscribers.open(server, EACH, matchEvery > 1);
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

async function measureLoad(): Promise<void> {
  const yoga = await startYoga();
  try {
    await withDocket({}, async (docket, url) => {
      const server = await docketAt(url, docket.pid, PEOPLE);
      console.log('\n| server | changes/s | matching/s | messages | p50 ms | p99 ms | CPU of the server |');
      console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
      for (const [perSecond, matchEvery] of [
        [5, 1],
        [20, 10],
      ] as const) {
        for (const each of [server, yoga.server]) console.log(await measure(each, perSecond, matchEvery));
      }
    });
  } finally {
    yoga.stop();
  }
}

console.log('| idle subscribers | people | heap in use, kB each | resident, kB each |');
console.log('| ---: | ---: | ---: | ---: |');
// At servers of their own, as what the load leaves behind would hide it.
for (const people of IDLE_PEOPLE) console.log(await measureIdle(people, EACH));
if (!values['idle-only']) await measureLoad();
