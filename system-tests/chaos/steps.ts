import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { explorerAssets } from '../../src/explorer/explorer.assets.js';
import { ASSETS_PATH } from '../../src/explorer/explorer.page.js';
import { KeptAlive, type Outcome } from './http-client.js';
import { Load } from './load.js';
import { type Allowed } from './running-verdict.js';
import { type ServerUnderTest } from './server-under-test.js';
import { type SlowKind, SlowClients } from './slow-clients.js';

/** What a step did beside the load; `readyAfterMs` and `faults` as in StepResult. */
interface Done {
  readonly readyAfterMs: number | null;
  readonly faults: string[];
  readonly outcomes?: readonly Outcome[];
  /** What to say of it in the table. */
  readonly note?: string;
}

export interface Step {
  readonly what: string;
  readonly allowed: Allowed;
  run(server: ServerUnderTest, token: string): Promise<Done>;
}

export interface StepOptions {
  /** Whether to leave out what takes longest. */
  readonly short: boolean;
  readonly assignee: string;
}

const DATABASE_AWAY = { codes: ['SERVICE_UNAVAILABLE'] };
const EXTRA_CONNECTIONS = 40;
const HOLD_LOCK_MS = 7_000;
const SLOW = 40;
/** The server's limits (docs/decisions/0071-slow-clients.md), and some time to look at them on a busy machine. */
const LET_GO_MS: Readonly<Record<SlowKind, number>> = { headers: 13_000, body: 33_000, reader: 65_000 };
const LARGE_BODY_BYTES = 1024 * 1024;
const LARGE_BODIES = 20;
const MAX_EXIT_MS = 15_000;
const DISK_FULL_MS = 4_000;

const databaseRestarted: Step = {
  what: 'PostgreSQL stopped (fast) and started',
  allowed: DATABASE_AWAY,
  async run(server) {
    const begun = performance.now();
    await server.restartPostgresql();
    return { readyAfterMs: await server.readyAgain(begun), faults: stillAlive(server) };
  },
};

const connectionsTerminated: Step = {
  what: 'every connection terminated',
  allowed: DATABASE_AWAY,
  async run(server) {
    const db = await server.connect();
    const begun = performance.now();
    await db.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()');
    await db.end();
    return { readyAfterMs: await server.readyAgain(begun), faults: stillAlive(server) };
  },
};

const poolFilled = ({ assignee }: StepOptions): Step => ({
  what: `a lock on all tickets for ${HOLD_LOCK_MS / 1000} s, with ${EXTRA_CONNECTIONS} more clients`,
  allowed: DATABASE_AWAY,
  async run(server, token) {
    const db = await server.connect();
    const load = new Load({
      url: server.url,
      token,
      connections: EXTRA_CONNECTIONS,
      isReady: () => true,
      assignee,
    });
    await db.query('begin');
    await db.query('lock table ticket in access exclusive mode');
    const begun = performance.now();
    const probe = new KeptAlive(server.url);
    let unhealthy = 0;
    while (performance.now() - begun < HOLD_LOCK_MS) {
      const { status, ms } = await probe.get('/healthz');
      if (status !== 200 || ms > 1_000) unhealthy += 1;
      await delay(100);
    }
    await db.query('rollback');
    await db.end();
    const released = performance.now();
    const readyAfterMs = await server.readyAgain(released);
    await load.stop();
    probe.close();
    const faults = unhealthy > 0 ? [`/healthz failed or took a second ${unhealthy} times`] : [];
    return { readyAfterMs, faults, outcomes: load.take().outcomes };
  },
});

const slowClients = ({ short }: StepOptions): Step => ({
  what: `${3 * SLOW} slow clients (headers, bodies, unread answers)`,
  allowed: {},
  async run(server) {
    const kinds: SlowKind[] = ['headers', 'body', 'reader'];
    const clients = kinds.map((kind) => new SlowClients(kind, SLOW));
    const largest = `${ASSETS_PATH}/${await largestAsset()}`;
    for (const slow of clients) await slow.open(server.url, largest);
    // Those who read nothing are there to be a burden: when they are let go is not asked (docs/hardening.md).
    const watched = clients.filter(({ kind }) => kind === 'headers' || (kind === 'body' && !short));
    await delay(Math.max(...watched.map(({ kind }) => LET_GO_MS[kind])));
    const faults: string[] = [];
    const notes: string[] = [];
    for (const slow of watched) {
      const { count, mostMs } = slow.ended;
      if (count < SLOW) faults.push(`${SLOW - count} with slow ${slow.kind} held on`);
      notes.push(`slow ${slow.kind} cut after ${seconds(mostMs)}`);
    }
    const readyAfterMs = await server.readyAgain(performance.now());
    for (const slow of clients) slow.close();
    return { readyAfterMs, faults, note: notes.join(', ') };
  },
});

const oversizedBodies: Step = {
  what: `${2 * LARGE_BODIES} bodies of 1 MB, half of them chunked without a length`,
  allowed: {},
  async run(server) {
    const begun = performance.now();
    const statuses = await Promise.all(
      Array.from({ length: 2 * LARGE_BODIES }, async (_, i) => sendLarge(server.url, i % 2 === 0)),
    );
    const wrong = statuses.filter((status) => status !== '413');
    const faults = wrong.length > 0 ? [`answered with ${[...new Set(wrong)].join(', ')} instead of 413`] : [];
    return { readyAfterMs: await server.readyAgain(begun), faults, note: `${2 * LARGE_BODIES} × 413` };
  },
};

const diskFull: Step = {
  what: 'no space for captured mails',
  allowed: {},
  async run(server) {
    await server.setDiskFull(true);
    await delay(DISK_FULL_MS);
    const db = await server.connect();
    const { rows } = await db.query<{ count: number }>(
      `select count(*)::int as count from notification where status = 'SCHEDULED' and last_error like '%not be written%'`,
    );
    await db.end();
    await server.setDiskFull(false);
    const count = rows[0]?.count ?? 0;
    const faults = count === 0 ? ['no mail was refused'] : [];
    return { readyAfterMs: await server.readyAgain(performance.now()), faults, note: `${count} mails refused, kept` };
  },
};

const killed: Step = {
  what: 'the server killed with -9, and started',
  allowed: { ...DATABASE_AWAY, unanswered: true },
  async run(server) {
    await server.process.stop('SIGKILL');
    const begun = performance.now();
    server.startAgain();
    return { readyAfterMs: await server.readyAgain(begun), faults: [] };
  },
};

const terminated: Step = {
  what: 'the server ended by SIGTERM, and started',
  allowed: {},
  async run(server) {
    const begun = performance.now();
    const connection = new KeptAlive(server.url);
    const stopping = server.process.stop('SIGTERM');
    await delay(100);
    const { status } = await connection.get('/readyz');
    connection.close();
    const code = await stopping;
    const took = performance.now() - begun;
    const faults = [
      ...(code === 0 ? [] : [`exit code ${code}`]),
      ...(took <= MAX_EXIT_MS ? [] : [`exit took ${seconds(took)}`]),
      ...(status === 503 ? [] : [`/readyz said ${status} after SIGTERM`]),
    ];
    const started = performance.now();
    server.startAgain();
    return { readyAfterMs: await server.readyAgain(started), faults, note: `exit 0 after ${seconds(took)}` };
  },
};

/** In this order: the mails that find no space wait for a minute, while the rest is done. */
export function allSteps(options: StepOptions & { readonly canFillDisk: boolean }): Step[] {
  return [
    ...(options.canFillDisk ? [diskFull] : []),
    databaseRestarted,
    connectionsTerminated,
    poolFilled(options),
    slowClients(options),
    oversizedBodies,
    killed,
    terminated,
  ];
}

async function largestAsset(): Promise<string> {
  const sizes = await Promise.all(
    (await explorerAssets()).scripts.map(async (asset) => ({
      name: asset.name,
      bytes: (await asset.load()).plain.length,
    })),
  );
  return sizes.toSorted((a, b) => b.bytes - a.bytes)[0]?.name ?? '';
}

const stillAlive = ({ process: { isAlive } }: ServerUnderTest) => (isAlive ? [] : ['the process ended']);
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Gives the status, or the code of the error. Half of it is sent before the rest, as a slow line would. */
async function sendLarge(url: string, chunked: boolean): Promise<string> {
  const body = `{"query":"${'x'.repeat(LARGE_BODY_BYTES)}"}`;
  const length = chunked ? {} : { 'content-length': String(body.length) };
  const agent = new Agent();
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', ...length };
    const sending = request(new URL('/graphql', url), { method: 'POST', agent, headers }, (response) => {
      void text(response).then(
        () => resolve(String(response.statusCode)),
        (error: unknown) => resolve(String(error)),
      );
    });
    sending.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    sending.write(body.slice(0, body.length / 2));
    setTimeout(() => sending.end(body.slice(body.length / 2)), 20);
  });
}
