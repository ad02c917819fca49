import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { connectLive, EventSourceByHand, LiveSocket } from '../support/live.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
const open: { close(): void }[] = [];

beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 3600 });
  person = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});
afterAll(async () => server.stop());

async function connected(token = person.client.token): Promise<LiveSocket> {
  const socket = await connectLive(server.url, token);
  open.push(socket);
  return socket;
}

describe('a subscription over WebSocket', () => {
  test('tells CaughtUp first, then what happens', async () => {
    const socket = await connected();
    const first = await socket.follow('1');
    expect(first).toMatchObject({ type: 'next', payload: { data: { ticketChanges: { __typename: 'CaughtUp' } } } });

    const ticket = await buildTicket(server, { title: 'Live' });
    await waitFor(() => socket.told('1').length > 1);
    expect(socket.told('1')[1]).toMatchObject({ kind: 'APPEARED', ticketId: ticket.id, ticket: { title: 'Live' } });
  });
  test('sse', async () => {
    const source = new EventSourceByHand(server.url, person.client.token);
    open.push(source);
    await source.has(1);
    const ticket = await buildTicket(server, { title: 'Live' });
    await source.has(2);
    console.log(source.text, [...source.headers]);
    expect(source.told[1]).toMatchObject({ ticketId: ticket.id });
  });
});
