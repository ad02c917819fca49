import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildComment, buildPerson, type Person, signIn } from '../support/factories.js';
import { buildLiveTicket, connectLive, EventSourceByHand, type LiveSocket } from '../support/live.js';
import { metricsOf } from '../support/metrics.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** After a right is taken away. */
const MAX_REVOCATION_MS = 5_000;

let server: TestServer;
let beside: TestServer;
let admin: Person;
const open: { close(): void }[] = [];

beforeAll(async () => {
  server = await startTestServer();
  beside = await startTestServer({ beside: server });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});
afterAll(async () => {
  await beside.stop();
  await server.stop();
});

/** Two subscriptions of a new session of the person: over WebSocket and over server-sent events. */
async function follow(
  person: Person,
  url = server.url,
): Promise<{ socket: LiveSocket; source: EventSourceByHand; token: string }> {
  const { token = '' } = await signIn(server, person.username);
  const socket = await connectLive(url, token);
  const source = new EventSourceByHand(url, token);
  open.push(socket, source);
  await socket.follow('1');
  await source.has(1);
  return { socket, source, token };
}

/** How many connections were cut as their session had ended. */
async function revoked(): Promise<number> {
  return (await metricsOf(server, 'docket_subscriptions_cut_total')).get('{reason="revoked"}') ?? 0;
}

describe('a live subscription', () => {
  test.each([
    ['at this process', () => server],
    ['at another process', () => beside],
  ])('ends within five seconds after its session was ended %s', async (_name, where) => {
    const person = await buildPerson(server);
    const { socket, source, token } = await follow(person, where().url);
    const endedAt = performance.now();
    await server.anonymous.withToken(token).query('mutation { signOut { userErrors { code } } }');
    const closed = await socket.ended();
    await source.over();

    expect(performance.now() - endedAt).toBeLessThan(MAX_REVOCATION_MS);
    expect(closed).toMatchObject({ code: 4401, reason: expect.stringMatching(/^REVOKED/) });
    expect(source.events.slice(-2)).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'REVOKED' } }] } },
      { event: 'complete' },
    ]);
  });

  test('that begins while its session is ended tells nothing', async () => {
    const person = await buildPerson(server);
    const { changeCursor: since } = await person.client.query('{ changeCursor }');
    const feed = server.app.readers.changes;
    const resume = feed.resume.bind(feed);
    jest.spyOn(feed, 'resume').mockImplementationOnce(async (...args) => {
      const before = await revoked();
      await person.client.query('mutation { signOut { userErrors { code } } }');
      await waitFor(async () => (await revoked()) > before);
      return resume(...args);
    });
    const source = new EventSourceByHand(server.url, person.client.token, { since });
    open.push(source);
    await source.over();
    expect(source.events).toMatchObject([
      { data: { errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'REVOKED' } }] } },
      { event: 'complete' },
    ]);
  });

  test('ends when its token expires', async () => {
    const { socket, source } = await follow(await buildPerson(server));
    server.clock.advance({ minutes: 11 });
    const closed = await socket.ended();
    await source.over();

    expect(closed).toMatchObject({ code: 4403, reason: expect.stringMatching(/^EXPIRED/) });
    expect(source.events.slice(-2)).toMatchObject([
      { data: { errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } }] } },
      { event: 'complete' },
    ]);
    admin = { ...admin, client: await signIn(server, admin.username) };
  });

  test.each([
    ['at this process', () => server],
    ['at another process', () => beside],
  ])('tells nothing once a right was taken away %s, but that the list is to be loaded again', async (_name, where) => {
    const person = await buildPerson(server, { role: { canViewAll: true } });
    const { socket, source } = await follow(person, where().url);
    const takenAt = performance.now();
    await admin.client.query(
      'mutation ($input: SetTicketPermissionsInput!) { setTicketPermissions(input: $input) { userErrors { message } } }',
      { input: { userId: person.id, permissions: { view: false, create: true, edit: true, delete: true } } },
    );
    if (where() === beside) await source.over();
    await buildLiveTicket(server, { createdBy: admin, title: 'Secret' });
    await source.over();
    expect(performance.now() - takenAt).toBeLessThan(MAX_REVOCATION_MS);
    await waitFor(() => socket.of('1').at(-1)?.type === 'complete');

    const changed = { code: 'BAD_USER_INPUT', reason: 'RIGHTS_CHANGED' };
    expect(source.text).not.toContain('Secret');
    expect(JSON.stringify(socket.frames)).not.toContain('Secret');
    expect(source.events.slice(-2)).toMatchObject([
      { data: { errors: [{ extensions: changed }] } },
      { event: 'complete' },
    ]);
    expect(socket.of('1').at(-2)).toMatchObject({ type: 'next', payload: { errors: [{ extensions: changed }] } });
    expect(socket.closed).toBeUndefined();
  });

  test('tells of internal comments only those who may read them', async () => {
    const person = await buildPerson(server, { role: { canViewAll: true } });
    const [internal, normal] = [await follow(admin), await follow(person)];
    const ticket = await buildLiveTicket(server, { createdBy: admin });
    await buildComment(server, { ticket, author: admin, internal: true });
    await buildComment(server, { ticket, author: admin });
    await waitFor(() => internal.socket.told('1').length > 3 && normal.socket.told('1').length > 2);
    expect(internal.socket.told('1')).toHaveLength(4);
    expect(normal.socket.told('1')).toHaveLength(3);
  });
});
