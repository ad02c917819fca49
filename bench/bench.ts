// One database, and the servers that are asked and measured on it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './build.js';
import { type Contender } from './contenders.js';
import { type BenchDatabase } from './database.js';
import { type Order, type Outcome, type Shot } from './load.js';
import { normalise } from './normalise.js';
import { type Measurement } from './report.js';
import { ServerProcess } from './server-process.js';
import { CHANGING, type Run, sequence, variablesOf, type WorkName } from './work.js';

/** How long, and with how many clients at once. */
export type Extent = Pick<Order, 'connections' | 'durationMs' | 'leastRequests'>;

const SHOTS = 2000;
const JSON_HEADERS = { 'content-type': 'application/json' };

export class Bench {
  readonly #database: BenchDatabase;
  readonly #dataDir: string;
  readonly #headers = new Map<Contender, Readonly<Record<string, string>>>();

  constructor(database: BenchDatabase, dataDir: string) {
    this.#database = database;
    this.#dataDir = dataDir;
  }

  /** Starts a server, which may not answer yet. */
  async launch(contender: Contender): Promise<ServerProcess> {
    return ServerProcess.launch(contender, { root: ROOT, databaseUrl: this.#database.url, dataDir: this.#dataDir });
  }

  /** Starts a server, waits for it, and signs in to Docket; the peers let everybody in. */
  async open(contender: Contender): Promise<ServerProcess> {
    const server = await this.launch(contender);
    if (!contender.ours) {
      await this.ready(server);
      return server;
    }
    await server.ready(JSON.stringify({ query: '{ __typename }' }), JSON_HEADERS);
    const { viewer: login, password } = this.#database.samples;
    const data = normalise(await server.ask(contender.documents.signIn ?? '', { login, password }, JSON_HEADERS));
    const found = JSON.stringify(data).match(/"accessToken":"([^"]+)"/);
    if (!found?.[1]) throw new Error(`${contender.name} did not let the viewer in`);
    this.#headers.set(contender, { ...JSON_HEADERS, authorization: `Bearer ${found[1]}` });
    return server;
  }

  #headersOf(contender: Contender): Readonly<Record<string, string>> {
    return this.#headers.get(contender) ?? JSON_HEADERS;
  }

  #shot(contender: Contender, work: WorkName, n: number): Shot {
    const variables = variablesOf(work, n, this.#database.samples);
    return {
      body: JSON.stringify({ query: contender.documents[work], variables }),
      headers: this.#headersOf(contender),
    };
  }

  /** Resolves when the server answers for one ticket. */
  async ready(server: ServerProcess): Promise<void> {
    const { body, headers } = this.#shot(server.contender, 'ticket', 0);
    await server.ready(body, headers);
  }

  /** The data of the n-th request of a work, in the form that is the same for everybody. */
  async answer(server: ServerProcess, work: WorkName, n: number): Promise<unknown> {
    const { contender } = server;
    const variables = variablesOf(work, n, this.#database.samples);
    const data = await server.ask(contender.documents[work] ?? '', variables, this.#headersOf(contender));
    return normalise(data, work === 'createTicket');
  }

  async restore(): Promise<void> {
    await this.#database.restore();
  }

  async #fire(server: ServerProcess, work: Run, extent: Extent): Promise<Outcome> {
    const shots = sequence(work, SHOTS).map((kind, n) => this.#shot(server.contender, kind, n));
    const generator = fork(join(ROOT, 'bench/dist/load.js'), [], { execArgv: [] });
    const answered = once(generator, 'message');
    generator.send({ url: server.url, shots, ...extent } satisfies Order);
    const [outcome]: Outcome[] = await answered;
    generator.kill();
    if (outcome === undefined || outcome.failure !== undefined) {
      throw new Error(`${server.contender.name}, ${work}: ${outcome?.failure?.slice(0, 2000)}`);
    }
    return outcome;
  }

  /** Asks for as long as the extent says, and takes away what the work wrote. */
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
      peakRssBytes: after.peakRssBytes,
    };
  }
}
