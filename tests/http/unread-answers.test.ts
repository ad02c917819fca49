import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ResponsesInFlight } from '../../src/http/responses-in-flight.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const MB = 1_000_000;

describe('answers that their clients have not taken', () => {
  const responses = new Set<ServerResponse>();
  const server = createServer((_request, response) => responses.add(response));
  let url: AddressInfo;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('It does not listen on a port');
    url = address;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A response of a request whose client waits. */
  async function underWay(): Promise<{ response: ServerResponse; client: Socket }> {
    const before = responses.size;
    const client = connect(url.port, url.address);
    client.on('error', () => {});
    client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await waitFor(() => responses.size > before);
    const response = [...responses].at(-1);
    if (!response) throw new Error('There is no response');
    return { response, client };
  }

  test('take 100 MB at most: more is refused, unless it is small, until there is room', async () => {
    const all = new ResponsesInFlight();
    const ready = [];
    for (let made = 0; made < 11; made += 1) {
      const one = await underWay();
      ready.push({ ...one, kept: all.begin(one.response).isReady(10 * MB) });
    }
    expect(ready.map(({ kept }) => kept)).toEqual([...Array<boolean>(10).fill(true), false]);
    const small = await underWay();
    expect(all.begin(small.response).isReady(50_000)).toBe(true);

    for (const { client } of ready) client.destroy();
    await waitFor(() => all.bytes === 50_000);
    const next = await underWay();
    expect(all.begin(next.response).isReady(10 * MB)).toBe(true);
    for (const { client } of [small, next]) client.destroy();
    await waitFor(() => all.bytes === 0);
  });

  test('are cut off after five seconds when there is no room for others', async () => {
    const now = jest.spyOn(performance, 'now');
    const begun = performance.now();
    const all = new ResponsesInFlight();
    const slow = [];
    for (let made = 0; made < 10; made += 1) {
      const one = await underWay();
      slow.push(once(one.client, 'close'));
      all.begin(one.response).isReady(10 * MB);
    }
    now.mockReturnValue(begun + 60_000);
    const next = await underWay();
    expect(all.begin(next.response).isReady(5 * MB)).toBe(true);
    now.mockRestore();
    await Promise.all(slow);
    next.client.destroy();
    await waitFor(() => all.bytes === 0);
  });

  test('are charged with the rows that are read for them', async () => {
    const all = new ResponsesInFlight();
    const { response, client } = await underWay();
    const answer = all.begin(response);
    answer.charge(19 * MB);
    expect(() => answer.charge(2 * MB)).toThrow(/more than 10 MB/);
    expect(() => answer.charge(1)).toThrow(/more than 10 MB/);
    const others: Awaited<ReturnType<typeof underWay>>[] = [];
    for (let made = 0; made < 5; made += 1) others.push(await underWay());
    for (const other of others) all.begin(other.response).charge(14 * MB);
    const late = await underWay();
    expect(() => all.begin(late.response).charge(12 * MB)).toThrow(/under way just now/);
    for (const one of [client, ...[...others, late].map((other) => other.client)]) one.destroy();
    await waitFor(() => all.bytes === 0);
  });
});

/** As it goes over the line. */
function requestOf(query: string, token = ''): string {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

describe('a client that sends many requests and reads no answer', () => {
  let server: TestServer;
  let person: Person;
  beforeAll(async () => {
    server = await startTestServer();
    person = await buildPerson(server);
  });
  afterAll(async () => server.stop());

  test('has them answered one after the other, in their order', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.write(
      Array.from({ length: 5 }, (_, i) => requestOf(`{ a${i}: viewer { id } }`, person.client.token)).join(''),
    );
    await waitFor(() => text.includes('"a4"'));
    expect([...text.matchAll(/"a(\d)":\{"id"/g)].map(([, i]) => i)).toEqual(['0', '1', '2', '3', '4']);
    socket.destroy();
  });
});
