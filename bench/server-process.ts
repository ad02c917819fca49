// One server under measurement: started, watched, asked, stopped.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Contender } from './contenders.js';
import { type Usage } from './usage.js';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;
/** No answer takes so long, on however busy a machine. */
const ANSWER_WITHIN_MS = 30_000;
/** How closely the moment of being ready is looked for. */
const POLL_MS = 5;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}

export interface Place {
  readonly root: string;
  readonly databaseUrl: string;
  /** Docket's DATA_DIR: its signing keys must be the same at each start, or a token would not outlive one. */
  readonly dataDir: string;
  /** The folder in which the server leaves a CPU profile of each measurement. */
  readonly profileDir?: string | undefined;
}

export class ServerProcess {
  readonly contender: Contender;
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(contender: Contender, url: string, child: ChildProcess) {
    this.contender = contender;
    this.url = url;
    this.#child = child;
  }

  /**
   * Starts the server; it may not answer yet.
   * @param place where its database is
   */
  static async launch(contender: Contender, { root, databaseUrl, dataDir, profileDir }: Place): Promise<ServerProcess> {
    const port = await freePort();
    const child = fork(contender.script, [], {
      cwd: root,
      execArgv: ['--import', join(root, 'bench/dist/usage.js')],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        GRAPHILE_ENV: 'production',
        PORT: String(port),
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        LOG_LEVEL: 'error',
        // A run is longer than ten minutes, and clients that stay would refresh theirs once.
        ACCESS_TOKEN_SECONDS: '86400',
        // Nor must mails that one measurement enqueues come due in another: they wait a day.
        ASSIGN_REPORT_SCHEDULE: '1440',
        ...(profileDir !== undefined && { BENCH_CPU_PROFILE: join(profileDir, contender.name) }),
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new ServerProcess(contender, `http://127.0.0.1:${port}/graphql`, child);
  }

  /** The answer's status and text; null when nobody listens yet. */
  async #post(body: string, headers: Readonly<Record<string, string>>): Promise<{ ok: boolean; text: string } | null> {
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      return { ok: response.ok, text: await response.text() };
    } catch {
      return null;
    }
  }

  /**
   * The data of one answer.
   * @throws Error with the whole answer when it is not a success
   */
  async ask(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const answer = await this.#post(JSON.stringify({ query, variables }), headers);
    const parsed: unknown = answer?.ok ? JSON.parse(answer.text) : null;
    if (typeof parsed !== 'object' || parsed === null || !('data' in parsed) || 'errors' in parsed) {
      throw new Error(`${this.contender.name} answered ${answer?.text ?? 'nothing'} to ${query}`);
    }
    return parsed.data;
  }

  /** Resolves when the request is answered for the first time, and gives the answer's text. */
  async ready(body: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (performance.now() < deadline) {
      if (this.#child.exitCode !== null) throw new Error(`${this.contender.name} ended at its start`);
      if ((await this.#post(body, headers))?.ok === true) return;
      await delay(POLL_MS);
    }
    throw new Error(`${this.contender.name} was not ready within ${READY_WITHIN_MS} ms`);
  }

  async usage(): Promise<Usage> {
    const answered = once(this.#child, 'message');
    this.#child.send('usage');
    const [usage] = await answered;
    return usage;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exited;
    clearTimeout(killer);
  }
}
