// Measures Docket against its peers. Starts everything itself; see results.md for how to read what it prints.
// Run: npm run bench                       all work, five rounds, about 15 minutes
//      npm run bench -- --short            small database, correctness only: the same data from everybody
//      npm run bench -- --data-dir DIR     keeps the filled database for the next run
//      npm run bench -- --also before=dist-before   another build of Docket beside this one
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { type Contender, docket, peers } from './contenders.js';
import { type BenchDatabase, openDatabase } from './database.js';
import { type Order, type Outcome, type Shot } from './load.js';
import { normalise } from './normalise.js';
import { type Measurement, processTable, workTable } from './report.js';
import { ServerProcess } from './server-process.js';
import { CHANGING, sequence, variablesOf, WORK_NAMES, type WorkName } from './work.js';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    tickets: { type: 'string', default: '100000' },
    'data-dir': { type: 'string' },
    work: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    also: { type: 'string', multiple: true, default: [] },
  },
});

const CONNECTIONS = 16;
const SHOTS = 2000;
/** Long enough, also on a busy machine, for V8 to have compiled what is hot. */
const WARM_UP = { durationMs: 2000, leastRequests: 500 };
/** Answers compared for each work; more do not find more, as every shot asks for the same fields. */
const COMPARED = 20;

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const short = options.short;
const tickets = short ? 300 : Number(options.tickets);
const size = { users: short ? 60 : 1000, tickets, comments: tickets * 3 };

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Installs the peers when they are missing, and builds both sides: what is measured is plain JavaScript. */
function build(): void {
  const run = (command: string, ...parameters: string[]) =>
    execFileSync(command, parameters, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const shell = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  if (!existsSync(join(root, 'bench/node_modules'))) run(shell, 'ci', '--prefix', 'bench', '--no-audit', '--no-fund');
  run(shell, 'run', '--silent', 'build');
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  run(process.execPath, compiler, '-p', 'bench/tsconfig.json');
  run(process.execPath, compiler, '-p', 'bench/tsconfig.build.json');
}

function chosen(): Contender[] {
  const builds = options.also.map((build_) => build_.split('='));
  const all = [
    docket(root, 'dist'),
    ...builds.map(([name = '', folder = '']) => docket(root, folder, `Docket ${name}`)),
    ...peers(root),
  ];
  const { only } = options;
  return all.filter(({ name, ours }) => only === undefined || ours || only.includes(name));
}

type Run = WorkName | 'mixed';
type Extent = Pick<Order, 'durationMs' | 'leastRequests'>;

const JSON_HEADERS = { 'content-type': 'application/json' };

class Bench {
  readonly #database: BenchDatabase;
  readonly #dataDir: string;
  readonly #headers = new Map<Contender, Readonly<Record<string, string>>>();

  constructor(database: BenchDatabase, dataDir: string) {
    this.#database = database;
    this.#dataDir = dataDir;
  }

  async launch(contender: Contender): Promise<ServerProcess> {
    const place = { root, databaseUrl: this.#database.url, dataDir: this.#dataDir };
    return ServerProcess.launch(contender, place);
  }

  #headersOf(contender: Contender): Readonly<Record<string, string>> {
    return this.#headers.get(contender) ?? JSON_HEADERS;
  }

  shot(contender: Contender, work: WorkName, n: number): Shot {
    const variables = variablesOf(work, n, this.#database.samples);
    return {
      body: JSON.stringify({ query: contender.documents[work], variables }),
      headers: this.#headersOf(contender),
    };
  }

  async ready(server: ServerProcess): Promise<void> {
    const { body } = this.shot(server.contender, 'ticket', 0);
    await server.ready(body, this.#headersOf(server.contender));
  }

  /** Signs in to Docket; the peers let everybody in. */
  async signIn(server: ServerProcess): Promise<void> {
    const { contender } = server;
    if (!contender.ours) return;
    const { viewer: login, password } = this.#database.samples;
    const data = normalise(await server.ask(contender.documents.signIn ?? '', { login, password }, JSON_HEADERS));
    const found = JSON.stringify(data).match(/"accessToken":"([^"]+)"/);
    if (!found?.[1]) throw new Error(`${contender.name} did not let the viewer in`);
    this.#headers.set(contender, { ...JSON_HEADERS, authorization: `Bearer ${found[1]}` });
  }

  async answer(server: ServerProcess, work: WorkName, n: number): Promise<unknown> {
    const { contender } = server;
    const variables = variablesOf(work, n, this.#database.samples);
    const data = await server.ask(contender.documents[work] ?? '', variables, this.#headersOf(contender));
    return normalise(data, work === 'createTicket');
  }

  /** @throws Error showing the first two answers that differ */
  async compare(servers: readonly ServerProcess[], works: readonly WorkName[]): Promise<number> {
    let compared = 0;
    for (const work of works) {
      const able = servers.filter(({ contender }) => contender.documents[work] !== undefined);
      for (let n = 0; n < COMPARED; n += 1) {
        const answers: unknown[] = [];
        for (const server of able) answers.push(await this.answer(server, work, n));
        const differing = answers.findIndex((answer) => !isDeepStrictEqual(answer, answers[0]));
        if (differing !== -1) {
          const names = [able[0], able[differing]].map((server) => server?.contender.name);
          throw new Error(
            `${work}, request ${n}: ${names.join(' and ')} differ:\n${JSON.stringify(answers[0], null, 1)}\n${JSON.stringify(answers[differing], null, 1)}`,
          );
        }
        compared += answers.length;
      }
      await this.#database.restore();
    }
    return compared;
  }

  async #fire(server: ServerProcess, work: Run, extent: Extent): Promise<Outcome> {
    const shots = sequence(work, SHOTS).map((kind, n) => this.shot(server.contender, kind, n));
    const generator = fork(join(root, 'bench/dist/load.js'), [], { execArgv: [] });
    const answered = once(generator, 'message');
    generator.send({ url: server.url, connections: CONNECTIONS, shots, ...extent } satisfies Order);
    const [outcome]: Outcome[] = await answered;
    generator.kill();
    if (outcome === undefined || outcome.failure !== undefined) {
      throw new Error(`${server.contender.name}, ${work}: ${outcome?.failure?.slice(0, 2000)}`);
    }
    return outcome;
  }

  async measure(server: ServerProcess, work: Run, extent: Extent): Promise<Measurement> {
    const databaseBefore = await this.#database.cpuMs();
    const before = await server.usage();
    const { requests, elapsedMs, latencies } = await this.#fire(server, work, extent);
    const after = await server.usage();
    const databaseAfter = await this.#database.cpuMs();
    if (CHANGING.has(work)) await this.#database.restore();
    const percentile = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? NaN;
    return {
      requestsPerSecond: (requests * 1000) / elapsedMs,
      p50: percentile(0.5),
      p99: percentile(0.99),
      cpuMs: (after.cpuMs - before.cpuMs) / requests,
      databaseCpuMs: (databaseAfter - databaseBefore) / requests,
    };
  }
}

async function offered(server: ServerProcess, work: WorkName): Promise<boolean> {
  if (work !== 'ticketInsights') return true;
  const fields = await server.ask('{ __schema { queryType { fields { name } } } }', {}, JSON_HEADERS);
  return JSON.stringify(fields).includes(`"${work}"`);
}

function collect<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** The order of the contenders turns each round, so that nobody always follows the same neighbour. */
function turned<Item>(items: readonly Item[], by: number): Item[] {
  const place = by % items.length;
  return [...items.slice(place), ...items.slice(0, place)];
}

async function measureAll(bench: Bench, servers: readonly ServerProcess[], works: readonly Run[]): Promise<void> {
  const rounds = Number(options.rounds);
  const extent: Extent = { durationMs: Number(options.seconds) * 1000, leastRequests: 0 };
  const contenders = servers.map(({ contender }) => contender);
  const can = ({ contender }: ServerProcess, work: Run) => work === 'mixed' || contender.documents[work] !== undefined;

  for (const work of works) {
    for (const server of servers) if (can(server, work)) await bench.measure(server, work, WARM_UP);
  }
  const measured = new Map<Run, Map<string, Measurement[]>>();
  for (let round = 0; round < rounds; round += 1) {
    for (const work of works) {
      const ofWork = measured.get(work) ?? new Map(contenders.map(({ name }) => [name, []]));
      measured.set(work, ofWork);
      for (const server of turned(servers, round)) {
        if (!can(server, work)) ofWork.delete(server.contender.name);
        else collect(ofWork, server.contender.name, await bench.measure(server, work, extent));
      }
    }
    process.stderr.write(`round ${round + 1} of ${rounds} done, load ${loadavg()[0]?.toFixed(1)}\n`);
  }
  const peaks = new Map<string, number>();
  for (const server of servers) peaks.set(server.contender.name, (await server.usage()).peakRssBytes);
  for (const server of servers) await server.stop();

  const coldStarts = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      const started = performance.now();
      const server = await bench.launch(contender);
      await bench.ready(server);
      collect(coldStarts, contender.name, performance.now() - started);
      await server.stop();
    }
  }
  for (const [work, ofWork] of measured) print(`${workTable(work, ofWork)}\n`);
  print(processTable(coldStarts, peaks, new Map(contenders.map(({ name, note }) => [name, note]))));
}

async function main(): Promise<void> {
  build();
  const dataDir = options['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'docket-bench-')));
  const database = await openDatabase(root, dataDir, size);
  const servers: ServerProcess[] = [];
  try {
    const bench = new Bench(database, dataDir);
    for (const contender of chosen()) {
      const server = await bench.launch(contender);
      servers.push(server);
      await (contender.ours
        ? server.ready(JSON.stringify({ query: '{ __typename }' }), JSON_HEADERS)
        : bench.ready(server));
      await bench.signIn(server);
    }
    const works: WorkName[] = [];
    for (const work of WORK_NAMES) {
      const wanted = options.work === undefined || options.work.includes(work);
      if (wanted && servers[0] && (await offered(servers[0], work))) works.push(work);
    }
    const compared = await bench.compare(
      servers,
      works.filter((work) => work !== 'signIn' && work !== 'ticketInsights'),
    );
    print(`The same data from everybody: ${compared} answers of ${servers.length} servers.\n`);
    if (short) return;
    const [cpu] = cpus();
    print(
      `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, PostgreSQL ${database.version}, ${cpus().length} × ${cpu?.model.trim()}, ` +
        `${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}; ${size.users} users, ${size.tickets} tickets, ${size.comments} comments; ` +
        `${CONNECTIONS} connections, medians of ${options.rounds} interleaved rounds of ${options.seconds} s; load before ${loadavg()[0]?.toFixed(1)}.\n`,
    );
    const mixed: Run[] = options.work === undefined || options.work.includes('mixed') ? ['mixed'] : [];
    await measureAll(bench, servers, [...works, ...mixed]);
  } finally {
    for (const server of servers) await server.stop();
    await database.stop();
    if (options['data-dir'] === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
