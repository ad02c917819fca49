import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { connectLive, EventSourceByHand, type Told } from '../support/live.js';
import { metricsOf } from '../support/metrics.js';
import { startTestServer, type TestServer } from '../support/server.js';

const LONG = 'x'.repeat(9_000);
const TICKETS = 100;
/** More than the operating system's buffers of a connection hold. */
const ROUNDS = 2;
const WITH_TEXT = `subscription ($since: String) {
  ticketChanges(since: $since) { __typename cursor ... on TicketChange { ticketId ticket { ${Array.from({ length: 10 }, (_, place) => `text${place}: description`).join(' ')} } } }
}`;

let server: TestServer;
let admin: Person;
const ids: string[] = [];

beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  for (let made = 0; made < TICKETS; made += 1) {
    ids.push((await buildTicket(server, { createdBy: admin, description: LONG })).id);
  }
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  server.http.server.closeAllConnections();
  await server.stop();
});

async function open(): Promise<number | undefined> {
  return (await metricsOf(server, 'docket_subscriptions_open')).get('{transport="sse"}');
}

async function slowOnes(): Promise<number | undefined> {
  return (await metricsOf(server, 'docket_subscriptions_cut_total')).get('{reason="slow"}');
}

/** Changes all tickets. */
async function changeAll(priority: 'LOW' | 'HIGH'): Promise<void> {
  const { updateTickets } = await admin.client.query(
    'mutation ($input: UpdateTicketsInput!) { updateTickets(input: $input) { userErrors { message } } }',
    { input: { ids, priority } },
  );
  expect(updateTickets.userErrors).toEqual([]);
}

/** An event stream of which nothing is read until it is resumed. */
async function unread(): Promise<IncomingMessage> {
  const request = httpRequest(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${admin.client.token}`,
    },
  });
  request.end(JSON.stringify({ query: WITH_TEXT }));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.pause();
  response.on('error', () => {});
  return response;
}

function toldIn(text: string): Told[] {
  const messages = text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => /^data: (.+)$/m.exec(block)?.slice(1) ?? []);
  return messages.map((data) => JSON.parse(data).data.ticketChanges as Told);
}

test('a client that does not read is cut, is counted, and goes on by its cursor without a loss', async () => {
  const reader = await connectLive(server.url, admin.client.token);
  await reader.follow('1');
  const response = await unread();
  await waitFor(async () => (await open()) === 1);
  /** A client that reads gets all of it, however late it is for the other one. */
  const changeAllAndTell = async (round: number) => {
    await changeAll(round % 2 === 0 ? 'LOW' : 'HIGH');
    await waitFor(() => reader.frames.length > round * TICKETS, 25_000);
  };
  let rounds = 0;
  for (; rounds < ROUNDS; rounds += 1) await changeAllAndTell(rounds + 1);

  // Until then the operating system may go on taking what is sent: then it is a client that reads, and has another 15 seconds.
  const now = performance.now.bind(performance);
  for (; rounds < 2 * ROUNDS && (await open()) === 1; rounds += 1) {
    const ahead = (rounds + 1) * 20_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
    await changeAllAndTell(rounds + 1);
  }
  await waitFor(async () => (await open()) === 0);
  jest.restoreAllMocks();

  let text = '';
  response.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const closed = new Promise((resolve) => response.once('close', resolve));
  response.resume();
  await closed;
  const before = toldIn(text);
  const source = new EventSourceByHand(server.url, admin.client.token, { since: before.at(-1)?.cursor }, WITH_TEXT);
  await waitFor(() => source.text.includes('CaughtUp'), 20_000);
  source.close();
  reader.close();

  const changes = [...before, ...source.told].filter(({ __typename }) => __typename === 'TicketChange');
  expect(before.length).toBeLessThan(rounds * TICKETS);
  expect(changes).toHaveLength(rounds * TICKETS);
  expect(await slowOnes()).toBe(1);
});

test('a WebSocket that leaves a megabyte of answers to its pings unread is cut', async () => {
  const socket = await connectLive(server.url, admin.client.token);
  const before = (await slowOnes()) ?? 0;
  socket.socket.pause();
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(90_000) } });
  while (socket.socket.readyState === socket.socket.OPEN && socket.socket.bufferedAmount < 50_000_000) {
    socket.send(ping);
    await delay(1);
  }
  await waitFor(async () => ((await slowOnes()) ?? 0) > before);
  socket.close();
});
