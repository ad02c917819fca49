import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { z } from 'zod';
import { DEMO_PASSWORD } from '../../src/app/demo-data.js';
import { clusterDirOf } from '../../src/database/embedded/cluster.js';
import { startEmbeddedDatabase } from '../../src/database/embedded/embedded-database.js';
import { freePort } from '../../tests/support/free-port.js';
import { LiveSubscriber } from './live-subscriber.js';
import { DocketProcess } from './process.js';
import { Api } from './tickets.js';

const PROCESSES = 3;
const SUBSCRIBERS = 20;
/** They see every ticket. */
const PEOPLE = ['ada', 'tomas', 'mei'];
const WRITERS = 6;
const CUT_AFTER_MS = 200;
const PAUSE_MS = 3_000;
/** When nothing comes for so long, what is missing is lost. */
const SILENCE_MS = 30_000;

const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }';
const UPDATE = 'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { ticket { id } } }';
const PAYLOAD = z.object({ ticket: z.object({ id: z.string() }) });

async function signIn(url: string, login: string): Promise<{ api: Api; token: string; since: string }> {
  const api = new Api(url);
  const token = await api.signIn(login, DEMO_PASSWORD);
  return { api, token, since: await api.send('{ changeCursor }', {}, z.string()) };
}

/** Creates and changes tickets at whatever process answers, until so many changes were acknowledged. */
async function write(apis: readonly Api[], counter: { left: number; written: number; refused: number }): Promise<void> {
  for (let turn = 0; counter.left > 0; turn += 1) {
    const api = apis[turn % apis.length];
    if (!api) return;
    counter.left -= 2;
    try {
      const { ticket } = await api.send(CREATE, { input: { title: `Live ${turn}`, description: 'x' } }, PAYLOAD);
      await api.send(UPDATE, { input: { id: ticket.id, priority: 'HIGH' } }, PAYLOAD);
      counter.written += 2;
    } catch {
      // Not acknowledged: written or not, the log of changes knows.
      counter.left += 2;
      counter.refused += 1;
      await delay(50);
    }
  }
}

async function eventIds(db: Client): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>('select id from ticket_event');
  return new Set(rows.map(({ id }) => id));
}

/** Stops every process of PostgreSQL for a while. */
async function pauseDatabase(dataDir: string): Promise<void> {
  const [postmaster = ''] = (await readFile(join(clusterDirOf(dataDir), 'postmaster.pid'), 'utf8')).split('\n');
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', postmaster]);
  const pids = [postmaster, ...stdout.trim().split(/\s+/)].map(Number);
  const signal = (name: NodeJS.Signals) => {
    for (const pid of pids) {
      try {
        process.kill(pid, name);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  signal('SIGSTOP');
  await delay(PAUSE_MS);
  signal('SIGCONT');
}

/**
 * Subscribers of changes while everything goes wrong (docs/hardening.md, "Live"): three API processes, subscribers that are cut every
 * 200 ms and go on at another process, a killed process, and a database that stands still. Prints a table, and gives whether
 * nothing was lost.
 */
export async function runLive({ changes }: { changes: number }): Promise<boolean> {
  const begun = performance.now();
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-chaos-live-'));
  const database = await startEmbeddedDatabase({ dataDir });
  const key = JSON.stringify([generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })]);
  const processes: { env: Record<string, string>; running: DocketProcess }[] = [];
  const subscribers: LiveSubscriber[] = [];
  try {
    for (let place = 0; place < PROCESSES; place += 1) {
      const env = {
        RUN: 'api',
        DATA_DIR: join(dataDir, `process-${place}`),
        DATABASE_URL: database.url,
        PORT: String(await freePort()),
        JWT_PRIVATE_KEYS: key,
        DEMO_DATA: 'true',
        ACCESS_TOKEN_SECONDS: '86400',
        LOG_LEVEL: 'error',
      };
      const running = new DocketProcess(env);
      await running.started();
      processes.push({ env, running });
    }
    const urls = processes.map(({ env }) => `http://127.0.0.1:${env['PORT'] ?? ''}`);
    const people = await Promise.all(PEOPLE.map(async (login) => signIn(urls[0] ?? '', login)));
    const writers = await Promise.all(urls.map(async (url) => (await signIn(url, 'ada')).api));
    const db = new Client({ connectionString: database.url });
    db.on('error', () => {});
    await db.connect();
    const before = await eventIds(db);

    let cutAfterMs = CUT_AFTER_MS;
    for (let place = 0; place < SUBSCRIBERS; place += 1) {
      const person = people[place % people.length];
      if (!person) continue;
      const { token, since } = person;
      subscribers.push(new LiveSubscriber({ urls, token, since, cutAfterMs: () => cutAfterMs }, place));
    }

    const counter = { left: changes, written: 0, refused: 0 };
    const writing = Promise.all(Array.from({ length: WRITERS }, async () => write(writers, counter)));
    const waitForRest = async (part: number) => {
      while (counter.left > changes * part) await delay(20);
    };
    await waitForRest(0.7);
    const [, second] = processes;
    await second?.running.stop('SIGKILL');
    await waitForRest(0.5);
    if (second) second.running = new DocketProcess(second.env);
    await waitForRest(0.3);
    await pauseDatabase(dataDir);
    await writing;
    const writtenMs = performance.now() - begun;

    cutAfterMs = Infinity;
    const expected = [...(await eventIds(db))].filter((id) => !before.has(id));
    const countMissing = () =>
      subscribers.reduce((sum, { received }) => sum + expected.filter((id) => !received.has(id)).length, 0);
    const behind = countMissing();
    let lost = behind;
    for (let toldAt = performance.now(); lost > 0 && performance.now() - toldAt < SILENCE_MS;) {
      await delay(500);
      const missing = countMissing();
      if (missing < lost) toldAt = performance.now();
      lost = missing;
    }
    await db.end();

    const messages = subscribers.flatMap(({ received }) => [...received.values()]);
    const received = messages.reduce((sum, count) => sum + count, 0);
    const connections = subscribers.reduce((sum, each) => sum + each.connections, 0);
    console.log(
      '| changes acknowledged | refused meanwhile | in the log | subscribers | connections | received | lost | duplicated |',
    );
    console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    console.log(
      `| ${counter.written} | ${counter.refused} | ${expected.length} | ${SUBSCRIBERS} | ${connections} | ${received} | ${lost} | ${received - messages.length} |`,
    );
    console.log(
      `Written after ${Math.round(writtenMs / 1000)} s, when ${behind} messages were not told yet; told after ${Math.round((performance.now() - begun) / 1000)} s.`,
    );
    return lost === 0 && expected.length >= counter.written && received > 0;
  } finally {
    await Promise.all(subscribers.map(async (each) => each.stop()));
    await Promise.all(processes.map(async ({ running }) => running.stop('SIGKILL')));
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
