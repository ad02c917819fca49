import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Comment } from '../../src/tickets/comments/comment.entity.js';
import { POOL_SIZE } from '../../src/database/orm.js';
import { Ticket } from '../../src/tickets/ticket.entity.js';
import { startTcpProxy, type TcpProxy } from '../jobs/tcp-proxy.js';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, buildTicket, type Person, PASSWORD } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let direct: TestServer;
let proxy: TcpProxy;
let server: TestServer;
let person: Person;
beforeAll(async () => {
  direct = await startTestServer();
  const url = new URL(direct.databaseUrl);
  proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  server = await startTestServer({ on: { databaseUrl: url.href, clock: direct.clock } });
  person = await buildPerson(server);
});
afterAll(async () => {
  await server.stop();
  await proxy.goDown();
  await direct.stop();
});
beforeEach(async () => {
  await waitFor(async () => (await person.client.send('{ viewer { username } }')).errors.length === 0);
});

const em = () => direct.app.orm.em.fork();

/** What a connection has sent, to be looked through. */
const heard = new WeakMap<object, string>();

/** Cuts the connection on which a transaction changes a table, when it sends its COMMIT. */
const cutAtCommit = (table: string, passesOn: boolean) =>
  proxy.cutWhen((sent, connection) => {
    const all = `${heard.get(connection) ?? ''}${sent}`;
    heard.set(connection, all);
    return sent.includes('commit\0') && all.includes(`"${table}"`);
  }, passesOn);
const cutAt = (text: string, passesOn: boolean) => proxy.cutWhen((sent) => sent.includes(text), passesOn);

const CREATE_TICKET = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) { ticket { id title } userErrors { code } } }`;
const CREATE_COMMENT = `mutation ($input: CreateCommentInput!) {
  createComment(input: $input) { comment { id content } userErrors { code } } }`;
const CREATE_ROLE = `mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }`;

const UNKNOWN = {
  message:
    'The database cannot be reached just now. The change may have been made all the same: look before you send it again.',
  extensions: { code: 'SERVICE_UNAVAILABLE', maybeDone: true },
};
const NOT_DONE = {
  message: 'The database cannot be reached just now. Try again in a moment.',
  extensions: { code: 'SERVICE_UNAVAILABLE' },
};

async function errorOf(query: string, input: Record<string, unknown>, client = person.client) {
  const { errors } = await client.send(query, { input });
  return errors.map(({ message, extensions }) => ({ message, extensions }));
}

describe('a change whose connection breaks says that it may be done', () => {
  test('when its only statement was sent, and was done', async () => {
    const input = { id: randomUUID(), title: `done ${randomUUID()}`, description: 'x' };
    cutAt(input.title, true);
    expect(await errorOf(CREATE_TICKET, input)).toEqual([UNKNOWN]);
    await waitFor(async () => (await em().count(Ticket, { title: input.title })) === 1);
    // Trying again with the same id is safe.
    await waitFor(async () => (await errorOf(CREATE_TICKET, input)).length === 0);
    expect(await em().count(Ticket, { title: input.title })).toBe(1);
  });

  test('when its only statement was sent, and never arrived', async () => {
    const input = { title: `lost ${randomUUID()}`, description: 'x' };
    cutAt(input.title, false);
    expect(await errorOf(CREATE_TICKET, input)).toEqual([UNKNOWN]);
    expect(await em().count(Ticket, { title: input.title })).toBe(0);
  });

  test('for each of several that went together', async () => {
    const marker = randomUUID();
    cutAt(marker, true);
    const inputs = Array.from({ length: 5 }, () => ({ title: `several ${marker}`, description: 'x' }));
    const errors = await Promise.all(inputs.map(async (input) => errorOf(CREATE_TICKET, input)));
    const made = () => em().count(Ticket, { title: `several ${marker}` });
    for (const error of errors) expect([[], [UNKNOWN]]).toContainEqual(error);
    expect(errors).toContainEqual([UNKNOWN]);
    const answered = errors.filter(({ length }) => length === 0).length;
    expect(await made()).toBeGreaterThanOrEqual(answered);
  });

  test('when a ticket is changed', async () => {
    const { id } = await buildTicket(server, { createdBy: person });
    const title = `changed ${randomUUID()}`;
    cutAt(title, true);
    const update = `mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { ticket { title } } }`;
    expect(await errorOf(update, { id, title })).toEqual([UNKNOWN]);
    await waitFor(async () => (await em().count(Ticket, { title })) === 1);
  });

  test.each([
    ['and was done', true, 1],
    ['and never arrived', false, 0],
  ])('when its COMMIT was sent %s', async (_name, passesOn, made) => {
    const { id: ticketId } = await buildTicket(server, { createdBy: person });
    const input = { id: randomUUID(), ticketId, content: 'Seen.' };
    cutAtCommit('comment', passesOn);
    expect(await errorOf(CREATE_COMMENT, input)).toEqual([UNKNOWN]);
    await waitFor(async () => (await em().count(Comment, { ticket: ticketId })) === made);
    // Trying again with the same id is safe.
    await waitFor(async () => (await errorOf(CREATE_COMMENT, input)).length === 0);
    expect(await em().count(Comment, { ticket: ticketId })).toBe(1);
  });

  test('when it is flushed without a transaction of its own', async () => {
    const manager = await buildPerson(server, { role: { canManageUsers: true } });
    const flags = [
      'canViewAll',
      'canEditAll',
      'canDeleteAll',
      'canManageUsers',
      'canManageTickets',
      'canAssignTickets',
    ];
    const input = { name: 'Cut', ...Object.fromEntries(flags.map((flag) => [flag, false])) };
    cutAtCommit('role', true);
    expect(await errorOf(CREATE_ROLE, input, manager.client)).toEqual([UNKNOWN]);
  });
});

// Nor when there is no connection to be had: database-gone.test.ts.
describe('a request whose connection breaks does not say so', () => {
  test('when nothing was committed yet', async () => {
    const { id: ticketId } = await buildTicket(server, { createdBy: person });
    for (const passesOn of [true, false]) {
      cutAt('insert into "comment"', passesOn);
      expect(await errorOf(CREATE_COMMENT, { ticketId, content: 'Seen.' })).toEqual([NOT_DONE]);
      await waitFor(async () => (await person.client.send('{ viewer { username } }')).errors.length === 0);
    }
    expect(await em().count(Comment, { ticket: ticketId })).toBe(0);
  });

  test('when it only looked up', async () => {
    cutAt('from ticket t', true);
    const { errors } = await person.client.send('{ tickets { nodes { id } } }');
    expect(errors.map(({ message, extensions }) => ({ message, extensions }))).toEqual([NOT_DONE]);
  });

  test('when only the count of attempts to sign in was being kept', async () => {
    cutAt('insert into sign_in_throttle', true);
    const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { user { id } } }';
    expect(await errorOf(signIn, { login: person.username, password: PASSWORD }, server.anonymous)).toEqual([NOT_DONE]);
  });
});

describe('a payload that cannot be read any more', () => {
  const CREATE = `mutation ($input: CreateTicketInput!) {
    createTicket(input: $input) { ticket { id history(first: 1) { nodes { kind } } } userErrors { code } } }`;
  const UPDATE = `mutation ($input: UpdateTicketInput!) {
    updateTicket(input: $input) { ticket { id history(first: 1) { nodes { kind } } } userErrors { code } } }`;

  test('says that the change was made', async () => {
    const title = `read ${randomUUID()}`;
    cutAt('from ticket_event', true);
    expect(await errorOf(CREATE, { title, description: 'x' })).toEqual([
      {
        message:
          'The database cannot be reached just now. The change was made, and only the answer could not be read: do not send it again.',
        extensions: { code: 'SERVICE_UNAVAILABLE', maybeDone: true },
      },
    ]);
    expect(await em().count(Ticket, { title })).toBe(1);
  });

  test('does not say so of a change that was refused', async () => {
    const { id } = await buildTicket(server, { createdBy: person });
    cutAt('from ticket_event', true);
    expect(await errorOf(UPDATE, { id, title: 'x', expectedVersion: 7 })).toEqual([NOT_DONE]);
  });
});

test('connections that broke in a transaction are missing from the pool no longer than they take to be made anew', async () => {
  const { id: ticketId } = await buildTicket(server, { createdBy: person });
  for (let count = 0; count <= POOL_SIZE; count += 1) {
    cutAt(count % 2 === 0 ? 'insert into "comment"' : 'begin\0', true);
    await errorOf(CREATE_COMMENT, { ticketId, content: 'Seen.' });
  }
  const pool = await server.app.orm.em.getConnection().getNativeClient();
  await waitFor(async () => pool.totalCount === pool.idleCount);
  expect(await errorOf(CREATE_COMMENT, { ticketId, content: 'Seen.' })).toEqual([]);
});
