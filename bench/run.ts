// Measures Docket against its peers. Starts everything itself; see results.md for how to read what it prints.
// Run: npm run bench                       all work, five rounds, about half an hour
//      npm run bench -- --short            small database, correctness only: the same data from everybody
//      npm run bench -- --data-dir DIR     keeps the filled database for the next run
//      npm run bench -- --work page --only PostGraphile --rounds 2 --seconds 1    a part of it
//      npm run bench -- --also before=dist-before   another build of Docket beside this one; before=dist-before=NAME has it
//                                                   work on the database NAME in the same PostgreSQL, if its tables differ
//      npm run bench -- --built --cpu-prof DIR      as the last run has built it, with a CPU profile of each measurement in DIR
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Bench } from './bench.js';
import { build, ROOT } from './build.js';
import { type Contender, docket, peers } from './contenders.js';
import { CONNECTIONS, openDatabase } from './database.js';
import { describeMachine } from './machine.js';
import { processTable, workTable } from './report.js';
import { collect, measureRounds, turned } from './rounds.js';
import { compare } from './same-data.js';
import { type ServerProcess } from './server-process.js';
import { CHANGING, type Run, RUNS, WORK_NAMES } from './work.js';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    tickets: { type: 'string', default: '100000' },
    'data-dir': { type: 'string' },
    work: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    built: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
    also: { type: 'string', multiple: true, default: [] },
  },
});

const tickets = options.short ? 300 : Number(options.tickets);
const size = { users: options.short ? 60 : 1000, tickets, comments: tickets * 3 };

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function chosenContenders(): Contender[] {
  const builds = options.also.map((build_) => build_.split('='));
  const all = [
    docket(ROOT, 'dist'),
    ...builds.map(([name = '', folder = '', database]) => docket(ROOT, folder, `Docket ${name}`, database)),
    ...peers(ROOT),
  ];
  const { only } = options;
  return all.filter(({ name, ours }) => only === undefined || ours || only.includes(name));
}

function chosenRuns(): Run[] {
  const { work } = options;
  const unknown = work?.filter((name) => !RUNS.some((run) => run === name)) ?? [];
  if (unknown.length > 0) throw new Error(`--work is one of ${RUNS.join(', ')}, not ${unknown.join(', ')}`);
  return RUNS.filter((run) => work === undefined || work.includes(run));
}

/** Milliseconds from nothing to the first answer, by contender, one a round. */
async function coldStarts(bench: Bench, contenders: readonly Contender[], rounds: number) {
  const starts = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      const started = performance.now();
      const server = await bench.launch(contender);
      await bench.ready(server);
      collect(starts, contender.name, performance.now() - started);
      await server.stop();
    }
  }
  return starts;
}

async function main(): Promise<void> {
  const runs = chosenRuns();
  const contenders = chosenContenders();
  if (!options.built) build();
  const dataDir = options['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'docket-bench-')));
  const database = await openDatabase(ROOT, dataDir, size);
  const servers: ServerProcess[] = [];
  const close = async () => {
    for (const server of servers) await server.stop();
    await database.stop();
    if (options['data-dir'] === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  // Otherwise Ctrl-C would leave PostgreSQL running.
  process.once('SIGINT', () => void close().finally(() => process.exit(130)));
  try {
    const bench = new Bench(database, dataDir, options['cpu-prof']);
    for (const contender of contenders) servers.push(await bench.open(contender));
    const compared = await compare(
      bench,
      servers,
      // Tokens are nobody else's, and Docket's search finds what the peers' does not: unfinished words, and those of comments.
      // Of a mixed run all other parts must be the same.
      WORK_NAMES.filter(
        (work) => work !== 'signIn' && work !== 'search' && (runs.includes(work) || runs.includes('mixed')),
      ),
    );
    print(`The same data from everybody: ${compared} answers of ${servers.length} servers.\n`);
    if (options.short) return;

    print(
      `${describeMachine(database.version)}; ${size.users} users, ${size.tickets} tickets, ${size.comments} comments; ` +
        `${CONNECTIONS} connections, medians of ${options.rounds} interleaved rounds of ${options.seconds} s.\n`,
    );
    const measured = await measureRounds(
      servers.map((server) => ({ name: server.contender.name, bench, server })),
      runs.map((name) => ({
        name,
        changes: CHANGING.has(name),
        shots: ({ server: { contender } }) =>
          name === 'mixed' || contender.documents[name] !== undefined ? bench.shots(contender, name) : null,
      })),
      Number(options.rounds),
      { connections: CONNECTIONS, durationMs: Number(options.seconds) * 1000, leastRequests: 0 },
    );
    for (const server of servers) await server.stop();
    for (const [work, ofWork] of measured) print(`${workTable(work, contenders, ofWork)}\n`);
    print(processTable(contenders, await coldStarts(bench, contenders, Number(options.rounds))));
  } finally {
    await close();
  }
}

await main();
