// How the cost of Docket's own work grows with the number of tickets. Starts everything itself, a database for each size.
// Run: npm run bench:growth                     a thousand to a million tickets, three comments each; 15 GB of disk
//      npm run bench:growth -- --data-dir DIR   keeps the filled databases for the next run
//      npm run bench:growth -- --size 1000 --size 10000 --rounds 2 --work page    a part of it
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Bench } from './bench.js';
import { build, ROOT } from './build.js';
import { docket } from './contenders.js';
import { openDatabase } from './database.js';
import { deepCursors, growthTasks } from './growth-work.js';
import { growthTables } from './growth-report.js';
import { describeMachine } from './machine.js';
import { type Lane, measureRounds } from './rounds.js';

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', multiple: true, default: ['1000', '10000', '100000', '1000000'] },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    work: { type: 'string', multiple: true },
    'data-dir': { type: 'string' },
  },
});

/** One client: what a person waits, not what a queue of them does. */
const CONNECTIONS = 1;
/** As many different texts in each size, so that a word's share of the tickets is the same in all. */
const TEXTS = 20_000;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  build();
  const folder = options['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'docket-growth-')));
  const contender = docket(ROOT, 'dist');
  const lanes: Lane[] = [];
  const cursors = new Map<Lane, readonly string[]>();
  const stops: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
    if (options['data-dir'] === undefined) await rm(folder, { recursive: true, force: true });
  };
  // Otherwise Ctrl-C would leave PostgreSQL running.
  process.once('SIGINT', () => void close().finally(() => process.exit(130)));
  try {
    let version = '';
    for (const tickets of options.size.map(Number)) {
      const started = performance.now();
      const dataDir = join(folder, String(tickets));
      const size = { users: 1000, tickets, comments: 3 * tickets, texts: TEXTS };
      const database = await openDatabase(ROOT, dataDir, size);
      stops.push(async () => database.stop());
      ({ version } = database);
      const bench = new Bench(database, dataDir);
      const server = await bench.open(contender);
      stops.push(async () => server.stop());
      const lane: Lane = { name: tickets.toLocaleString('en'), bench, server };
      lanes.push(lane);
      cursors.set(lane, await deepCursors(lane));
      process.stderr.write(
        `${lane.name} tickets are there after ${Math.round((performance.now() - started) / 1000)} s\n`,
      );
    }
    const tasks = growthTasks(cursors).filter(({ name }) => options.work === undefined || options.work.includes(name));
    const extent = { connections: CONNECTIONS, durationMs: Number(options.seconds) * 1000, leastRequests: 20 };
    const measured = await measureRounds(lanes, tasks, Number(options.rounds), extent);
    print(
      `${describeMachine(version)}; 1000 users, 3 comments a ticket; one connection, medians of ${options.rounds} interleaved ` +
        `rounds of ${options.seconds} s.\n`,
    );
    print(
      growthTables(
        measured,
        lanes.map(({ name }) => name),
      ),
    );
  } finally {
    await close();
  }
}

await main();
