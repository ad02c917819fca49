import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { select } from '../support/database-state.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const MARK = `mutation ($input: MarkDuplicateInput!) {
  markDuplicate(input: $input) { ticket { id status version duplicateOf { id } } userErrors { code field } }
}`;
const UNMARK = `mutation ($input: UnmarkDuplicateInput!) {
  unmarkDuplicate(input: $input) { ticket { status duplicateOf { id } } userErrors { code field } }
}`;
const READ = `query ($id: ID!) { ticket(id: $id) { status duplicateOf { id } duplicates { id } } }`;
const DELETE = `mutation ($id: ID!) { deleteTicket(input: { id: $id }) { userErrors { code } } }`;
const RESTORE = `mutation ($id: ID!) { restoreTicket(input: { id: $id }) { userErrors { code } } }`;

let server: TestServer;
let admin: Person;
let user: Person;
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  user = await buildPerson(server);
});
afterAll(async () => server.stop());

const tickets = async (count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await buildTicket(server, { createdBy: user })).id));
const mark = async (ticketId: string | undefined, duplicateOfId: string | undefined, person = admin) =>
  (await person.client.query(MARK, { input: { ticketId, duplicateOfId } })).markDuplicate;
const read = async (id: string | undefined, person = admin) => (await person.client.query(READ, { id })).ticket;

const refused = (code: string) => ({ ticket: null, userErrors: [{ code, field: ['input', 'duplicateOfId'] }] });

describe('marking a duplicate', () => {
  test('links and closes it, and can be taken back', async () => {
    const [duplicate, original] = await tickets(2);
    expect(await mark(duplicate, original)).toMatchObject({
      ticket: { status: 'CLOSED', version: 2, duplicateOf: { id: original } },
      userErrors: [],
    });
    expect(await read(original)).toEqual({ status: 'OPEN', duplicateOf: null, duplicates: [{ id: duplicate }] });

    const { unmarkDuplicate } = await admin.client.query(UNMARK, { input: { ticketId: duplicate } });
    expect(unmarkDuplicate).toEqual({ ticket: { status: 'CLOSED', duplicateOf: null }, userErrors: [] });
    expect((await read(original)).duplicates).toEqual([]);
  });

  test('leaves it open when asked to', async () => {
    const [duplicate, original] = await tickets(2);
    const { markDuplicate } = await admin.client.query(MARK, {
      input: { ticketId: duplicate, duplicateOfId: original, close: false },
    });
    expect(markDuplicate.ticket.status).toBe('OPEN');
  });

  test('changes nothing the second time', async () => {
    const [duplicate, original] = await tickets(2);
    await mark(duplicate, original);
    expect((await mark(duplicate, original)).ticket.version).toBe(2);
  });

  test('refuses a ticket as a duplicate of itself, in a circle or in a chain', async () => {
    const [a, b, c] = await tickets(3);
    expect(await mark(a, a)).toEqual(refused('INVALID'));
    expect(await mark(a, a?.toUpperCase())).toEqual(refused('INVALID'));
    await mark(a, b);
    expect(await mark(b, a)).toEqual(refused('CONFLICT'));
    expect(await mark(c, a)).toEqual(refused('CONFLICT'));
    expect(await mark(b, c)).toEqual(refused('CONFLICT'));
    expect(await read(b)).toEqual({ status: 'OPEN', duplicateOf: null, duplicates: [{ id: a }] });
  });

  test('refuses what is deleted, unknown, hidden or no id', async () => {
    const [a, gone] = await tickets(2);
    await admin.client.query(DELETE, { id: gone });
    const own = await buildPerson(server, { role: {} });
    const mine = await buildTicket(server, { createdBy: own });
    for (const id of [gone, '019ab000-0000-7000-8000-000000000000', '7']) {
      expect((await mark(a, id)).userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'duplicateOfId'] }]);
      expect((await mark(id, a)).userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'ticketId'] }]);
    }
    expect((await mark(mine.id, a, own)).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'duplicateOfId'] },
    ]);
    expect((await read(a)).status).toBe('OPEN');
  });

  test('needs the right to edit the duplicate', async () => {
    const [duplicate, original] = await tickets(2);
    const stranger = await buildPerson(server);
    const { errors } = await stranger.client.send(MARK, { input: { ticketId: duplicate, duplicateOfId: original } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    await mark(duplicate, original);
    const answer = await stranger.client.send(UNMARK, { input: { ticketId: duplicate } });
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect((await read(duplicate)).duplicateOf).toEqual({ id: original });
  });

  test('makes no circle when two do it at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = await tickets(2);
      const answers = await Promise.all([mark(a, b), mark(b, a), mark(a, b), mark(b, a)]);
      const linked = answers.filter(({ userErrors }) => userErrors.length === 0);
      expect(new Set(linked.map(({ ticket }) => ticket.id)).size).toBe(1);
    }
  });
});

describe('a link between tickets', () => {
  test('shows no ticket that the viewer may not see', async () => {
    const own = await buildPerson(server, { role: {} });
    const mine = await buildTicket(server, { createdBy: own });
    const [other, second] = await tickets(2);
    await mark(mine.id, other);
    expect((await read(mine.id, own)).duplicateOf).toBeNull();
    const listed = await own.client.query('{ tickets { nodes { duplicateOf { id title } } } }');
    expect(listed.tickets.nodes).toEqual([{ duplicateOf: null }]);
    const original = await buildTicket(server, { createdBy: own });
    await mark(second, original.id);
    expect((await read(original.id, own)).duplicates).toEqual([]);
  });

  test('is listed for the first hundred of each ticket, by number', async () => {
    const [first, second] = await tickets(2);
    const repeats = await Promise.all(
      Array.from({ length: 102 }, async () => buildTicket(server, { createdBy: user })),
    );
    const [early, ...rest] = repeats.toSorted((one, other) => one.number - other.number);
    await select(server, sql`update ticket set duplicate_of_id = ${second} where id = ${early?.id}`);
    await select(server, sql`update ticket set duplicate_of_id = ${first} where id = any(${rest.map(({ id }) => id)})`);
    const { nodes } = await admin.client.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Ticket { duplicates { id } } } }',
      { ids: [first, second] },
    );
    expect(nodes).toEqual([
      { duplicates: rest.slice(0, 100).map(({ id }) => ({ id })) },
      { duplicates: [{ id: early?.id }] },
    ]);
  });

  test('is hidden while the original is deleted, and is no chain after it is restored', async () => {
    const [duplicate, original, third] = await tickets(3);
    await mark(duplicate, original);
    await admin.client.query(DELETE, { id: original });
    expect((await read(duplicate)).duplicateOf).toBeNull();
    await admin.client.query(RESTORE, { id: original });
    expect((await read(duplicate)).duplicateOf).toEqual({ id: original });

    await admin.client.query(DELETE, { id: duplicate });
    await mark(original, third);
    await admin.client.query(RESTORE, { id: duplicate });
    expect((await read(duplicate)).duplicateOf).toEqual({ id: third });
  });
});
