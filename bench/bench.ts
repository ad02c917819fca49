// One database, and the servers that are asked and measured on it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './build.js';
import { type Contender } from './contenders.js';
import { type BenchDatabase, type Samples } from './database.js';
import { type Order, type Outcome, type Shot } from './load.js';
import { normalise } from './normalise.js';
import { type Measurement } from './report.js';
import { ServerProcess } from './server-process.js';
import { type Run, sequence, variablesOf, type WorkName } from './work.js';

/** How long, and with how many clients at once. */
export type Extent = Pick<Order, 'connections' | 'durationMs' | 'leastRequests'>;

/** Requests of one kind that are made ready before it is measured; then they begin again. */
const SHOTS = 6000;
const JSON_HEADERS = { 'content-type': 'application/json' };

export class Bench {
  #edition = 0;
  readonly samples: Samples;
  readonly #database: BenchDatabase;
  readonly #dataDir: string;
  readonly #profileDir: string | undefined;
  /** Of everybody who is signed in. */
  readonly #headers = new Map<Contender, readonly Readonly<Record<string, string>>[]>();

  /** @param profileDir the folder in which each server leaves a CPU profile of each measurement, if any */
  constructor(database: BenchDatabase, dataDir: string, profileDir?: string) {
    this.#database = database;
    this.samples = database.samples;
    this.#dataDir = dataDir;
    this.#profileDir = profileDir;
  }

  /** Starts a server, which may not answer yet. */
  async launch(contender: Contender): Promise<ServerProcess> {
    const { url, peersUrl } = this.#database;
    const usual = contender.ours ? url : peersUrl;
    const databaseUrl =
      contender.database === undefined ? usual : Object.assign(new URL(usual), { pathname: contender.database }).href;
    return ServerProcess.launch(contender, {
      root: ROOT,
      databaseUrl,
      dataDir: this.#dataDir,
      profileDir: this.#profileDir,
    });
  }

  /** Starts a server, waits for it, and signs in to Docket; the peers let everybody in. */
  async open(contender: Contender): Promise<ServerProcess> {
    const server = await this.launch(contender);
    if (!contender.ours) {
      await this.ready(server);
      return server;
    }
    await server.ready(JSON.stringify({ query: '{ __typename }' }), JSON_HEADERS);
    const { viewers, password } = this.#database.samples;
    const everybody: Record<string, string>[] = [];
    for (const login of viewers) {
      const data = normalise(await server.ask(contender.documents.signIn ?? '', { login, password }, JSON_HEADERS));
      const found = JSON.stringify(data).match(/"accessToken":"([^"]+)"/);
      if (!found?.[1]) throw new Error(`${contender.name} did not let ${login} in`);
      everybody.push({ ...JSON_HEADERS, authorization: `Bearer ${found[1]}` });
    }
    this.#headers.set(contender, everybody);
    return server;
  }

  #headersOf(contender: Contender, person = 0): Readonly<Record<string, string>> {
    return this.#headers.get(contender)?.[person] ?? JSON_HEADERS;
  }

  /** The numbers of those who are signed in. */
  get people(): number[] {
    return [...this.samples.viewers.keys()];
  }

  /** A request as it goes out. */
  shot(contender: Contender, query: string, variables: Readonly<Record<string, unknown>>, person = 0): Shot {
    return { body: JSON.stringify({ query, variables }), headers: this.#headersOf(contender, person) };
  }

  #workShot(contender: Contender, work: WorkName, n: number): Shot {
    const variables = variablesOf(work, n, this.samples, this.#edition);
    // Connections begin at equal distances: each is one person, and goes on as the next.
    const person = Math.floor((n * this.people.length) / SHOTS);
    return this.shot(contender, contender.documents[work] ?? '', variables, person);
  }

  /** The requests of a run. */
  shots(contender: Contender, run: Run): Shot[] {
    this.#edition += 1;
    return sequence(run, SHOTS).map((work, n) => this.#workShot(contender, work, n));
  }

  /** The data of one answer. */
  async ask(server: ServerProcess, query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> {
    return server.ask(query, variables, this.#headersOf(server.contender));
  }

  /** Resolves when the server answers for one ticket. */
  async ready(server: ServerProcess): Promise<void> {
    const { body, headers } = this.#workShot(server.contender, 'ticket', 0);
    await server.ready(body, headers);
  }

  /** The data of the n-th request of a work, in the form that is the same for everybody. */
  async answer(server: ServerProcess, work: WorkName, n: number): Promise<unknown> {
    const { contender } = server;
    const data = await this.ask(server, contender.documents[work] ?? '', variablesOf(work, n, this.samples));
    return normalise(data, work === 'createTicket');
  }

  async restore(): Promise<void> {
    await this.#database.restore();
  }

  async #fire(server: ServerProcess, shots: readonly Shot[], extent: Extent): Promise<Outcome> {
    const generator = fork(join(ROOT, 'bench/dist/load.js'), [], { execArgv: [] });
    const answered = once(generator, 'message');
    generator.send({ url: server.url, shots, ...extent } satisfies Order);
    const [outcome]: Outcome[] = await answered;
    generator.kill();
    if (outcome === undefined || outcome.failure !== undefined) {
      throw new Error(`${server.contender.name}: ${outcome?.failure?.slice(0, 2000)} to ${shots[0]?.body}`);
    }
    return outcome;
  }

  /** Sends the requests in turn for as long as the extent says, and takes away what they wrote. */
  async measure(server: ServerProcess, shots: readonly Shot[], changes: boolean, extent: Extent): Promise<Measurement> {
    const databaseBefore = await this.#database.cpuMs();
    const before = await server.usage();
    const { requests, elapsedMs, latencies } = await this.#fire(server, shots, extent);
    const after = await server.usage();
    const databaseAfter = await this.#database.cpuMs();
    if (changes) await this.#database.restore();
    const percentile = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? NaN;
    return {
      requestsPerSecond: (requests * 1000) / elapsedMs,
      p50: percentile(0.5),
      p99: percentile(0.99),
      cpuMs: (after.cpuMs - before.cpuMs) / requests,
      databaseCpuMs: (databaseAfter - databaseBefore) / requests,
      peakRssBytes: after.peakRssBytes,
    };
  }
}
