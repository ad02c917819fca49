import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startTcpProxy, type TcpProxy } from '../../jobs/tcp-proxy.js';
import { waitFor as waitWithin } from '../../jobs/wait-for.js';
import { succeed } from '../../support/calls.js';
import { type GraphqlClient } from '../../support/client.js';
import { buildPerson, type Person } from '../../support/factories.js';
import { Replicas } from '../../../src/database/replicas/replicas.js';
import { connectLive, type LiveSocket } from '../../support/live.js';
import { startReplica, type TestReplica } from '../../support/replica.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { FAST_AND_LOOSE, startTestDatabase } from '../../support/test-database.js';

/** A commit that waits for nothing reaches a replica only a while later. */
const SETTINGS = { ...FAST_AND_LOOSE, synchronous_commit: 'on', wal_keep_size: '256MB' };

/** A machine that is busy with other tests copies a cluster in as many seconds as a quiet one in tenths. */
const STALL_TIMEOUT_MS = 120_000;
jest.setTimeout(STALL_TIMEOUT_MS);
const waitFor = async (condition: () => Promise<boolean>) => waitWithin(condition, STALL_TIMEOUT_MS / 4);

/** Ended in the opposite order, also when a start failed. */
const endings: (() => Promise<unknown>)[] = [];
async function opened<Opened extends { stop(): Promise<unknown> }>(opening: Promise<Opened>): Promise<Opened> {
  const thing = await opening;
  endings.push(async () => thing.stop());
  return thing;
}

let folder: string;
let primary: Awaited<ReturnType<typeof startTestDatabase>>;
let replica: TestReplica;
let network: TcpProxy;
let here: TestServer;
let there: TestServer;
let person: Person;
/** The same person, at the other API process. */
let elsewhere: GraphqlClient;

async function ready(server: TestServer) {
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, body: (await response.json()) as { replicas: { name: string; state: string }[] } };
}
const stateAt = async (server: TestServer) => (await ready(server)).body.replicas[0]?.state;
const isUsed = async () => (await stateAt(here)) === 'active' && (await stateAt(there)) === 'active';

async function metric(server: TestServer, name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}
const placedOn = async (server: TestServer, where: string) =>
  metric(server, `docket_queries_placed_total{server="${where}"}`);

async function titles(client: GraphqlClient): Promise<string[]> {
  const { tickets } = await client.query('{ tickets(first: 100) { nodes { title } } }');
  return tickets.nodes.map(({ title }: { title: string }) => title);
}
const report = async (client: GraphqlClient, title: string) =>
  succeed(client, 'createTicket', { title, description: 'It does not work.' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docket-replicas-'));
  endings.push(async () => rm(folder, { recursive: true, force: true }));
  primary = await opened(startTestDatabase(undefined, join(folder, 'primary'), SETTINGS));
  replica = await opened(startReplica(primary.url, join(folder, 'replica'), SETTINGS));
  const address = new URL(replica.url);
  network = await startTcpProxy(Number(address.port));
  endings.push(async () => network.goDown());
  address.port = String(network.port);
  const options = { postgres: primary.url, replicas: [address.href] };
  here = await opened(startTestServer(options));
  there = await opened(startTestServer({ ...options, beside: here }));
  person = await buildPerson(here);
  elsewhere = there.anonymous.withToken(person.client.token);
  await report(person.client, 'From the beginning');
  await waitFor(isUsed);
});
afterEach(async () => waitFor(isUsed));
afterAll(async () => {
  for (let end = endings.pop(); end; end = endings.pop()) await end();
});

/** Reads until one read went to the replica: a machine that is busy may let it fall behind now and then. */
async function readFromReplica(server: TestServer, client: GraphqlClient, title: string): Promise<void> {
  const before = await placedOn(server, 'replica-1');
  await waitFor(async () => {
    expect(await titles(client)).toContain(title);
    return (await placedOn(server, 'replica-1')) > before;
  });
}

test('queries read from the replica', async () => {
  await report(person.client, 'Read from the replica');
  await readFromReplica(here, person.client, 'Read from the replica');
  const statements = await replica.lastStatements(new URL(here.databaseUrl).pathname.slice(1));
  expect(statements.filter((statement) => statement.includes('from ticket t'))).not.toEqual([]);
});

test('what a query loads besides its list is read from the replica too', async () => {
  const { ticket } = await succeed(
    person.client,
    'createTicket',
    { title: 'Past', description: 'Present' },
    'ticket { id }',
  );
  const before = await placedOn(here, 'replica-1');
  await waitFor(async () => {
    const { node } = await person.client.query(
      'query ($id: ID!) { node(id: $id) { ... on Ticket { history(first: 5) { nodes { kind } } } } }',
      { id: ticket.id },
    );
    expect(node.history.nodes).toEqual([{ kind: 'CREATED' }]);
    return (await placedOn(here, 'replica-1')) > before;
  });
  const statements = await replica.lastStatements(new URL(here.databaseUrl).pathname.slice(1));
  expect(statements.filter((statement) => statement.includes('ticket_event'))).not.toEqual([]);
});

test('a person reads their own writes at once, at either API process, while both read from the replica', async () => {
  const before = (await placedOn(here, 'replica-1')) + (await placedOn(there, 'replica-1'));
  const rounds = Array.from({ length: 40 }, (_, index) => `Round ${index}`);
  for (const [index, title] of rounds.entries()) {
    const [write, read] = index % 2 === 0 ? [person.client, elsewhere] : [elsewhere, person.client];
    await report(write, title);
    expect(await titles(read)).toContain(title);
  }
  const placed = (await placedOn(here, 'replica-1')) + (await placedOn(there, 'replica-1')) - before;
  // A machine that is busy may let the replica fall behind now and then.
  expect(placed).toBeGreaterThan(rounds.length / 2);
});

test('what was written, and what was taken away, holds at both processes while the replica stands still', async () => {
  const staff = await buildPerson(here, { role: { canViewAll: true, canEditAll: true, canAssignTickets: true } });
  const reader = await buildPerson(here, { role: {} });
  const assign = async (title: string, assignedTo: object | null) => {
    const payload = await succeed(
      staff.client,
      'createTicket',
      { title, description: 'x', assignedTo },
      'ticket { id }',
    );
    return String(payload.ticket.id);
  };
  const id = await assign('No longer theirs', { id: reader.id });
  const visible = async () => titles(there.anonymous.withToken(reader.client.token));
  expect(await visible()).toEqual(['No longer theirs']);

  await replica.pause();
  try {
    await succeed(staff.client, 'updateTicket', { id, assignedTo: null });
    expect(await visible()).toEqual([]);
    await report(person.client, 'Written while it stands still');
    expect(await titles(elsewhere)).toContain('Written while it stands still');
    expect(await titles(person.client)).toContain('Written while it stands still');
    await waitFor(async () => (await stateAt(here)) === 'lagging' && (await stateAt(there)) === 'lagging');
    expect((await ready(here)).status).toBe(200);
    const lag = 'docket_replica_lag_seconds{replica="replica-1"}';
    await waitFor(async () => (await metric(here, lag)) > 0.5);
    expect(await metric(here, 'docket_replica_lag_bytes{replica="replica-1"}')).toBeGreaterThan(0);
    expect(await metric(here, 'docket_replica_used{replica="replica-1"}')).toBe(0);
    // Nothing waits for it any more.
    const begun = performance.now();
    await titles(elsewhere);
    expect(performance.now() - begun).toBeLessThan(1000);
  } finally {
    await replica.resume();
  }
  await waitFor(isUsed);
  expect(await metric(here, 'docket_replica_lag_seconds{replica="replica-1"}')).toBe(0);
});

const rounds = (socket: LiveSocket) =>
  socket.told('1').flatMap((told) => (told.ticket ? [Number(told.ticket.title.slice('Round '.length))] : []));
const kinds = (socket: LiveSocket) => socket.told('1').flatMap(({ kind }) => kind ?? []);

test('subscribers at both processes are told each change, and none by an old row, while the replica stands still and after it', async () => {
  const staff = await buildPerson(here, { role: { canViewAll: true, canEditAll: true, canAssignTickets: true } });
  const reader = await buildPerson(here, { role: {} });
  const { ticket } = await succeed(
    staff.client,
    'createTicket',
    { title: 'Round 0', description: 'x' },
    'ticket { id }',
  );
  const [seesAll, seesOwn] = await Promise.all(
    [staff, reader].map(async ({ client }) =>
      Promise.all([here, there].map(async ({ url }) => connectLive(url, client.token))),
    ),
  );
  const sockets = [...(seesAll ?? []), ...(seesOwn ?? [])];
  endings.push(async () => sockets.map((socket) => socket.close()));
  for (const socket of sockets) await socket.follow('1');
  let round = 0;
  const change = async (input: object) => {
    round += 1;
    await succeed(staff.client, 'updateTicket', { id: ticket.id, title: `Round ${round}`, ...input });
  };
  const changeAndLook = async () => {
    await change({ assignedTo: { id: reader.id } });
    await waitFor(async () => sockets.every((socket) => rounds(socket).at(-1) === round));
    await change({ assignedTo: null });
    await waitFor(async () => (seesAll ?? []).every((socket) => rounds(socket).at(-1) === round));
    await waitFor(async () => (seesOwn ?? []).every((socket) => kinds(socket).at(-1) === 'VANISHED'));
  };

  await changeAndLook();
  await replica.pause();
  try {
    for (let times = 0; times < 3; times += 1) await changeAndLook();
  } finally {
    await replica.resume();
  }
  // While it catches up, and the subscribers' rows come from the one or the other.
  const before = round;
  for (let times = 0; times < 30; times += 1) await change({});
  await waitFor(isUsed);
  await changeAndLook();
  // Rows come from the replica again.
  const choose = jest.spyOn(Replicas.prototype, 'choose');
  await waitFor(async () => {
    await change({});
    await waitFor(async () => (seesAll ?? []).every((socket) => rounds(socket).at(-1) === round));
    const chosen = await Promise.all(choose.mock.results.map(async ({ value }) => value));
    return chosen.some((each) => each !== null);
  });
  choose.mockRestore();

  for (const socket of seesAll ?? []) {
    await waitFor(async () => kinds(socket).length >= round);
    expect(kinds(socket)).toEqual(Array.from({ length: round }, () => 'CHANGED'));
    const told = rounds(socket);
    expect(told.slice(0, before)).toEqual(Array.from({ length: before }, (_, place) => place + 1));
    // Later ones may show a later state, and none an earlier one.
    expect(told.filter((each, place) => each < place + 1)).toEqual([]);
  }
  for (const socket of seesOwn ?? []) {
    // A change just before the ticket came into the list may be told by its state after it: as one that appeared, too.
    const turns = kinds(socket).filter((kind, place, all) => kind !== all[place - 1]);
    expect(turns).toEqual(Array.from({ length: 5 }, () => ['APPEARED', 'VANISHED']).flat());
  }
});

/**
 * Reads at both processes, over and over, until the action is done. The action gets a function that waits until each of
 * those reads that are under way has been answered.
 */
async function readMeanwhile(action: (allAnswered: () => Promise<void>) => Promise<unknown>): Promise<void> {
  const until = new AbortController();
  const clients = [person.client, elsewhere, person.client, elsewhere];
  const answered = clients.map(() => 0);
  const reading = clients.map(async (client, index) => {
    while (!until.signal.aborted) {
      expect(await titles(client)).toContain('From the beginning');
      answered[index] = (answered[index] ?? 0) + 1;
    }
  });
  const allAnswered = async () => {
    const before = [...answered];
    await waitWithin(() => answered.every((count, index) => count > (before[index] ?? 0)), 10_000);
  };
  try {
    await action(allAnswered);
  } finally {
    until.abort();
  }
  await Promise.all(reading);
}
const isAway = async () => (await stateAt(here)) === 'unreachable' && (await stateAt(there)) === 'unreachable';

test('nobody sees an error when the replica is killed, and reads go there again when it is back', async () => {
  await readMeanwhile(async (allAnswered) => {
    await allAnswered();
    await replica.kill();
    await waitFor(isAway);
    await allAnswered();
    expect((await ready(there)).status).toBe(200);
    await report(person.client, 'Written while it is away');
    await replica.start();
    await waitFor(isUsed);
    await allAnswered();
  });
  await readFromReplica(there, elsewhere, 'Written while it is away');
});

test('nobody sees an error, or waits for long, when connections to it break or its network swallows all', async () => {
  await readMeanwhile(async (allAnswered) => {
    network.cut();
    await allAnswered();
    await waitFor(isUsed);
    network.goSilent();
    await allAnswered();
    await waitFor(isAway);
    network.cut();
    await network.comeUp();
    await waitFor(isUsed);
  });
});

async function judged(databaseUrl: string, replicaUrl: string) {
  const { orm, logger } = here.app;
  const replicas = await Replicas.open({ orm, databaseUrl, replicaUrls: [replicaUrl], logger });
  const chosen = await replicas.choose();
  const [found] = replicas.states();
  await replicas.close();
  return [found?.state, chosen];
}

test('no read goes to what is no replica, or one of another database', async () => {
  const another = process.env['TEST_DATABASE_URL'] ?? '';
  expect(await judged(primary.url, primary.url)).toEqual(['invalid', null]);
  expect(await judged(primary.url, another)).toEqual(['invalid', null]);
  expect(await judged(another, replica.url)).toEqual(['invalid', null]);
});

test('without replicas the probe and the metrics say nothing of them', async () => {
  const server = await startTestServer({ beside: here });
  try {
    expect((await ready(server)).body).not.toHaveProperty('replicas');
    expect(await (await fetch(`${server.url}/metrics`)).text()).not.toMatch(/replica|placed/);
  } finally {
    await server.stop();
  }
});

describe('with a second replica', () => {
  let second: TestReplica;
  let server: TestServer;
  let client: GraphqlClient;
  const states = async () => (await ready(server)).body.replicas.map(({ state }) => state);
  beforeAll(async () => {
    second = await opened(startReplica(primary.url, join(folder, 'second'), SETTINGS));
    server = await opened(
      startTestServer({ postgres: primary.url, beside: here, replicas: [replica.url, second.url] }),
    );
    client = server.anonymous.withToken(person.client.token);
  });

  test('queries take turns', async () => {
    await waitFor(async () => (await states()).every((state) => state === 'active'));
    await waitFor(async () => {
      await titles(client);
      return (await placedOn(server, 'replica-1')) > 2 && (await placedOn(server, 'replica-2')) > 2;
    });
  });

  test('a server that took the place of the first and is behind it shows nobody the past', async () => {
    await second.pause();
    await report(person.client, 'Not in the past');
    await readFromReplica(here, person.client, 'Not in the past');
    network.switchTo(Number(new URL(second.url).port));
    network.cut();
    // Until the pool has seen that its connections are gone.
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    try {
      for (let read = 0; read < 20; read += 1) expect(await titles(person.client)).toContain('Not in the past');
    } finally {
      network.switchTo(Number(new URL(replica.url).port));
      network.cut();
      await second.resume();
    }
  });

  test('one that was made a primary is left out, and the other one goes on', async () => {
    await second.promote();
    await waitFor(async () => (await states())[1] === 'invalid');
    await report(person.client, 'Only at the first');
    expect(await titles(client)).toContain('Only at the first');
    await waitFor(async () => (await states())[0] === 'active');
  });
});
