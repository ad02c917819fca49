import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { DEMO_PASSWORD } from '../../src/app/demo-data.js';
import { clusterDirOf } from '../../src/database/embedded/cluster.js';
import { urlOfServerInUse } from '../../src/database/embedded/server-in-use.js';
import { freePort } from '../../tests/support/free-port.js';
import { KeptAlive } from './http-client.js';
import { DocketProcess } from './process.js';

const MAIL_DELAY_MS = 1_500;
const PROBE_EVERY_MS = 50;
const NEVER_MS = 30_000;

/** One Docket with all its parts: demo people, an embedded PostgreSQL, and captured mails, in a temporary folder. */
export class ServerUnderTest {
  readonly #dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly url: string;
  #process: DocketProcess;
  #ready = true;
  readonly #probing: NodeJS.Timeout;

  private constructor(dataDir: string, port: number) {
    this.#dataDir = dataDir;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      DATA_DIR: dataDir,
      PORT: String(port),
      ASSIGN_REPORT_SCHEDULE: String(MAIL_DELAY_MS / 60_000),
      ACCESS_TOKEN_SECONDS: '86400',
      LOG_LEVEL: 'warn',
    };
    this.#process = new DocketProcess(this.#env);
    this.#probing = setInterval(() => void this.#probe(), PROBE_EVERY_MS);
  }

  static async start(): Promise<ServerUnderTest> {
    const server = new ServerUnderTest(await mkdtemp(join(tmpdir(), 'docket-chaos-')), await freePort());
    await server.#process.started();
    return server;
  }

  get process(): DocketProcess {
    return this.#process;
  }

  /** As the last probe, at most some milliseconds ago, found it. */
  readonly isReady = (): boolean => this.#ready;

  get mailDirectory(): string {
    return join(this.#dataDir, 'mail');
  }

  async signIn(login: string): Promise<string> {
    const { body } = await new KeptAlive(this.url).graphql(
      'mutation ($login: String!, $password: String!) { signIn(input: { login: $login, password: $password }) { accessToken } }',
      { login, password: DEMO_PASSWORD },
      '',
    );
    const [, token] = /"accessToken":"([^"]+)"/.exec(body) ?? [];
    if (token === undefined) throw new Error(`Nobody could sign in: ${body}`);
    return token;
  }

  /** A connection to its database, past the server. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: await urlOfServerInUse(this.#dataDir) });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** Milliseconds until /readyz says 200; null when it does not within half a minute. */
  async readyAgain(since: number): Promise<number | null> {
    while (performance.now() - since < NEVER_MS) {
      const connection = new KeptAlive(this.url);
      const { status } = await connection.get('/readyz');
      connection.close();
      if (status === 200) return performance.now() - since;
      await delay(PROBE_EVERY_MS);
    }
    return null;
  }

  startAgain(): void {
    this.#process = new DocketProcess(this.#env);
  }

  /** Ends PostgreSQL, which the server starts again by itself. */
  async restartPostgresql(): Promise<void> {
    const pidFile = await readFile(join(clusterDirOf(this.#dataDir), 'postmaster.pid'), 'utf8');
    const postmaster = Number(pidFile.split('\n')[0]);
    // A fast shutdown.
    process.kill(postmaster, 'SIGINT');
    for (let tries = 0; isRunning(postmaster); tries += 1) {
      if (tries > 200) throw new Error('PostgreSQL did not end');
      await delay(50);
    }
  }

  /**
   * Makes every write of the server to a file fail, as on a full disk, or lets it write again. Any user may do that to
   * their own process. Node ignores the signal that comes with it.
   */
  async setDiskFull(full: boolean): Promise<void> {
    const limit = full ? '0:unlimited' : 'unlimited:unlimited';
    await promisify(execFile)('prlimit', ['--pid', String(this.#process.pid), `--fsize=${limit}`]);
  }

  /** Ends the server, its PostgreSQL if that outlived it, and removes everything. */
  async close(): Promise<void> {
    clearInterval(this.#probing);
    await this.#process.stop('SIGTERM');
    const pidFile = await readFile(join(clusterDirOf(this.#dataDir), 'postmaster.pid'), 'utf8').catch(() => '');
    const postmaster = Number(pidFile.split('\n')[0]);
    if (postmaster > 1) {
      process.kill(postmaster, 'SIGINT');
      for (let tries = 0; tries < 100 && isRunning(postmaster); tries += 1) await delay(50);
    }
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #probe(): Promise<void> {
    const connection = new KeptAlive(this.url);
    const { status } = await connection.get('/readyz');
    connection.close();
    this.#ready = status === 200;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether a run on this machine can make a disk full for one process. */
export async function canFillDisk(): Promise<boolean> {
  return promisify(execFile)('prlimit', ['--version']).then(
    () => true,
    () => false,
  );
}
