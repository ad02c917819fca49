import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createServer as createTcpServer, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { KeptAlive, type Outcome } from '../../system-tests/chaos/http-client.js';
import { waitFor } from '../jobs/wait-for.js';
import { createClient } from '../support/client.js';
import { isAlive, type ServerProcess, startProcess } from '../support/server-process.js';
import { databaseUrl, onServer, TEMPLATE } from '../support/test-database.js';
import { startSmtpServer } from '../support/smtp.js';

const MAX_EXIT_MS = 15_000;
// Those that wait for a time limit run at once, which Jest does within one describe() only; those that are measured, or under load, by themselves.
jest.setTimeout(120_000);
const CONNECTIONS = 12;
const TICKETS = '{ tickets(first: 20) { totalCount nodes { title assignedTo { name } } } }';
const CREATE =
  'mutation { createTicket(input: { title: "Up?", description: "x" }) { ticket { id } userErrors { code } } }';

/** What a test works on: a folder and a database of its own, and the processes that it starts. */
interface Installation {
  readonly dataDir: string;
  readonly db: Client;
  readonly run: (settings?: Record<string, string>) => ServerProcess;
  /** Ended with the others at the end. */
  readonly add: (process: ServerProcess) => ServerProcess;
}

async function onInstallation(work: (installation: Installation) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-stop-'));
  const server = process.env['TEST_DATABASE_URL'] ?? '';
  const name = `docket_stop_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, `create database ${name} template ${TEMPLATE}`);
  const database = databaseUrl(server, name);
  const db = new Client({ connectionString: database });
  await db.connect();
  const runs: ServerProcess[] = [];
  const add = (docket: ServerProcess): ServerProcess => {
    runs.push(docket);
    return docket;
  };
  const run = (settings: Record<string, string> = {}) =>
    add(startProcess(dataDir, { DATABASE_URL: database, DEMO_DATA: 'true', ...settings }));
  try {
    await work({ dataDir, db, run, add });
  } finally {
    for (const { child, exitCode } of runs) {
      child.kill('SIGKILL');
      await exitCode;
    }
    await db.end();
    await onServer(server, `drop database ${name} with (force)`);
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function tokenFor(url: string, login: string): Promise<string> {
  const { signIn } = await createClient(url).query(
    'mutation ($login: String!) { signIn(input: { login: $login, password: "docket-demo" }) { accessToken } }',
    { login },
  );
  return signIn.accessToken;
}

async function urlOf({ said }: ServerProcess): Promise<string> {
  const [, url = ''] = /GraphQL {2}(\S+)\/graphql/.exec(await said('Ctrl-C stops it.')) ?? [];
  return url;
}

/** Ends it, and gives the code it exits with and after how many milliseconds. */
async function stop({ child, exitCode }: ServerProcess, signal: NodeJS.Signals = 'SIGTERM') {
  const begun = performance.now();
  child.kill(signal);
  return { code: await exitCode, ms: performance.now() - begun };
}

/** Sends one request after the other, as a load balancer would: until it is told to go, or gets no answer. */
async function useUntilClosing(url: string, token: string, outcomes: Outcome[]): Promise<void> {
  const connection = new KeptAlive(url);
  for (let i = 0; ; i += 1) {
    const outcome = await connection.graphql(i % 4 === 0 ? CREATE : TICKETS, {}, token);
    outcomes.push(outcome);
    if (outcome.isClosing || outcome.status === null) break;
  }
  connection.close();
}

/** A server with a PostgreSQL of its own. */
interface Embedded {
  readonly dataDir: string;
  readonly server: ServerProcess;
  readonly postmaster: () => Promise<number>;
  readonly isReady: () => Promise<boolean>;
}

async function onEmbedded(work: (embedded: Embedded) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-ends-'));
  const server = startProcess(dataDir, { DEMO_DATA: 'false' });
  try {
    const url = await urlOf(server);
    await work({
      dataDir,
      server,
      async postmaster() {
        return Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
      },
      async isReady() {
        const response = await fetch(`${url}/readyz`).catch(() => null);
        return response?.status === 200;
      },
    });
  } finally {
    server.child.kill('SIGTERM');
    await server.exitCode;
    await rm(dataDir, { recursive: true, force: true });
  }
}

// Those that wait longest come first.
test.concurrent('when an embedded PostgreSQL cannot be started again, the process ends with an error', async () =>
  onEmbedded(async ({ dataDir, server, postmaster }) => {
    // As after a disk that was full at the wrong moment.
    const control = join(dataDir, 'postgres/global/pg_control');
    await rename(control, `${control}.away`);
    process.kill(await postmaster(), 'SIGKILL');
    expect(await server.exitCode).toBe(1);
    expect(server.output()).toMatch(/"level":60.*cannot be started again; the process ends/);
  }));

test.concurrent('a server that is told to stop cuts who hangs, gives back the mail that hangs, and exits in time all the same', async () =>
  onInstallation(async ({ db, run }) => {
    const smtp = await startSilentSmtp();
    const settings = { EMAIL_HOST: '127.0.0.1', ASSIGN_REPORT_SCHEDULE: '0' };
    const docket = run({ ...settings, EMAIL_PORT: String(smtp.port) });
    const url = await urlOf(docket);
    const token = await tokenFor(url, 'mei');
    await createClient(url, token).query(
      'mutation { createTicket(input: { title: "x", description: "x", assignedTo: { username: "leo" } }) { ticket { id } } }',
    );
    await smtp.connected;
    const slow = await openConnection(url);
    slow.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{');

    const { code, ms } = await stop(docket);
    smtp.close();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(MAX_EXIT_MS);
    expect(docket.output()).toMatch(/"requests":1,"mails":1,"msg":"What did not end in time was cut/);
    const { rows } = await db.query(
      `select status, lease_expires_at <= now() as free, retry_at from notification where attempts > 0`,
    );
    expect(rows).toEqual([{ status: 'SCHEDULED', free: true, retry_at: null }]);

    const working = await startSmtpServer();
    const next = run({ ...settings, EMAIL_PORT: String(working.port), RUN: 'worker' });
    expect(await working.waitForMails(1)).toHaveLength(1);
    expect((await stop(next)).code).toBe(0);
    await working.close();
  }));

test.concurrent('an embedded PostgreSQL that ends is started again each time, and the server goes on', async () =>
  onEmbedded(async ({ server, postmaster, isReady }) => {
    for (let round = 0; round < 2; round += 1) {
      const killed = await postmaster();
      process.kill(killed, 'SIGKILL');
      await waitFor(async () => (await postmaster().catch(() => killed)) !== killed && isReady(), 60_000);
    }
    expect(server.output()).toMatch(/"level":40.*The embedded PostgreSQL has ended\. It is started again/);
    await server.said('The embedded PostgreSQL is up again');
    const last = await postmaster();
    server.child.kill('SIGTERM');
    expect(await server.exitCode).toBe(0);
    expect(await isAlive(last)).toBe(false);
  }));

test.concurrent('a server that is told to stop accepts new connections during SHUTDOWN_DELAY_SECONDS', async () =>
  onInstallation(async ({ run }) => {
    const docket = run({ SHUTDOWN_DELAY_SECONDS: '2' });
    const url = await urlOf(docket);
    const begun = performance.now();
    const stopping = stop(docket);
    await docket.said('"msg":"Stopping"');
    while (performance.now() - begun < 1_800) {
      const newcomer = new KeptAlive(url);
      expect(await newcomer.graphql('{ __typename }', {}, '')).toMatchObject({ status: 200, isClosing: true });
      expect(await newcomer.get('/readyz')).toMatchObject({ status: 503 });
      newcomer.close();
      await delay(50);
    }
    expect((await stopping).code).toBe(0);
  }));

test.concurrent('a server that is told to stop while it is still starting ends its PostgreSQL too', async () =>
  onInstallation(async ({ dataDir, add }) => {
    const docket = add(startProcess(dataDir, {}));
    const log = join(dataDir, 'postgres', 'postmaster.pid');
    await waitFor(() => existsSync(log), 60_000);
    expect(docket.output()).not.toContain('Docket is ready');
    expect((await stop(docket)).code).toBe(0);
    expect(existsSync(log)).toBe(false);
  }));

test('a server that is told to stop finishes what takes seconds, and does not wait for connections that nobody uses', async () =>
  onInstallation(async ({ db, run }) => {
    const docket = run();
    const url = await urlOf(docket);
    const token = await tokenFor(url, 'mei');
    const [idle, neverUsed] = [new KeptAlive(url), await openConnection(url)];
    await idle.get('/healthz');
    await db.query('begin');
    await db.query('lock table ticket in access exclusive mode');
    const waiting = new KeptAlive(url).graphql(TICKETS, {}, token);
    await waitFor(async () => (await lockWaiters(db)) > 0);

    const stopping = stop(docket);
    await docket.said('"msg":"Stopping"');
    await delay(2_000);
    await db.query('commit');

    expect(await waiting).toMatchObject({ status: 200, code: 'OK', isClosing: true });
    const { code, ms } = await stopping;
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5_000);
    neverUsed.destroy();
    idle.close();
  }));

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a server that %s stops under load answers everything that was sent',
  async (signal) =>
    onInstallation(async ({ db, run }) => {
      const docket = run();
      const url = await urlOf(docket);
      const token = await tokenFor(url, 'mei');
      const outcomes: Outcome[] = [];
      const clients = Array.from({ length: CONNECTIONS }, async () => useUntilClosing(url, token, outcomes));
      await waitFor(() => outcomes.length > 10 * CONNECTIONS);

      const stopping = stop(docket, signal);
      const probe = new KeptAlive(url);
      await docket.said('"msg":"Stopping"');
      const ready = await probe.get('/readyz');
      probe.close();
      await Promise.all(clients);
      const { code, ms } = await stopping;

      expect(ready).toMatchObject({ status: 503, body: '{"stopping":true}', isClosing: true });
      expect(new Set(outcomes.map((outcome) => outcome.code))).toEqual(new Set(['OK']));
      expect(outcomes.filter(({ isClosing }) => isClosing)).toHaveLength(CONNECTIONS);
      expect(code).toBe(0);
      expect(ms).toBeLessThan(MAX_EXIT_MS);
      const { rows } = await db.query(`select count(*)::int as count from ticket where title = 'Up?'`);
      expect(rows[0].count).toBe(outcomes.filter(({ body }) => body.includes('createTicket')).length);
    }),
);

async function lockWaiters(db: Client): Promise<number> {
  const { rows } = await db.query(
    `select count(*)::int as count from pg_locks where not granted and relation = 'ticket'::regclass`,
  );
  return rows[0].count;
}

async function openConnection(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Takes connections, greets, and never says anything again. */
async function startSilentSmtp() {
  const connected = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 test\r\n');
    connected.resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    connected: connected.promise,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
