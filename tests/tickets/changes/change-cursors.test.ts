import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getNullableType, type GraphQLInputType, isEnumType, isInputObjectType, isListType } from 'graphql';
import { sql } from 'kysely';
import { createSchema } from '../../../src/app/schema.js';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { newDatabase, backUp, restoreInto } from '../../cli/backups.js';
import { succeed } from '../../support/calls.js';
import { type GraphqlClient } from '../../support/client.js';
import { select } from '../../support/database-state.js';
import { buildPerson, buildTicket, type Person, signIn } from '../../support/factories.js';
import { resetStaleChangeLog } from '../../../src/tickets/changes/reset-stale-change-log.js';
import { newSigningKey, startTestServer, type TestServer } from '../../support/server.js';
import { briefly, CHANGES, cursorOf, follow } from './follow.js';

const KEYS = JSON.stringify([newSigningKey()]);

let server: TestServer;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer({ jwtPrivateKeys: KEYS, accessTokenSeconds: 30 * 86_400 });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterAll(async () => server.stop());

/** The code and the reason with which the server refuses. */
async function refusal(client: GraphqlClient, since: string, more: object = {}) {
  const { errors } = await client.send(CHANGES, { since, ...more });
  return errors.map(({ extensions: { code, reason } }) => [code, reason].join(' ').trim());
}

describe('a cursor', () => {
  test('that is not ours is CURSOR_INVALID, whatever it is', async () => {
    const own = await cursorOf(admin.client);
    const changed = `${own.slice(0, 40)}${own[40] === 'A' ? 'B' : 'A'}${own.slice(41)}`;
    const odd = ['', 'x', own.slice(1), `${own}A`, changed, '\u0000', '💥', 'A'.repeat(104), 'A'.repeat(50_000)];
    for (const cursor of odd) {
      expect(await refusal(admin.client, cursor)).toEqual(['BAD_USER_INPUT CURSOR_INVALID']);
    }
    expect(await refusal(admin.client, own)).toEqual([]);
  });

  test('of another list is CURSOR_INVALID', async () => {
    await buildTicket(server, { createdBy: admin });
    const { tickets } = await admin.client.query('{ tickets { pageInfo { endCursor } } }');
    expect(await refusal(admin.client, tickets.pageInfo.endCursor)).toEqual(['BAD_USER_INPUT CURSOR_INVALID']);
  });

  test('of another server, with other keys, is CURSOR_INVALID', async () => {
    const other = await startTestServer({ on: server });
    const client = await signIn(other, admin.username);
    expect(await refusal(client, await cursorOf(admin.client))).toEqual(['BAD_USER_INPUT CURSOR_INVALID']);
    await other.stop();
  });

  test('can be used for seven days, and is CURSOR_EXPIRED then', async () => {
    const { client } = await buildPerson(server, { role: BuiltInRole.ADMIN });
    const since = await cursorOf(client);
    server.clock.advance({ minutes: 7 * 24 * 60 });
    expect(await refusal(client, since)).toEqual([]);
    server.clock.advance({ seconds: 1 });
    expect(await refusal(client, since)).toEqual(['BAD_USER_INPUT CURSOR_EXPIRED']);
  });

  test('is RIGHTS_CHANGED once the viewer has other rights, and for everybody else', async () => {
    const person = await buildPerson(server, { role: BuiltInRole.USER });
    const since = await cursorOf(person.client);
    expect(await refusal(admin.client, since)).toEqual(['BAD_USER_INPUT RIGHTS_CHANGED']);
    await succeed(admin.client, 'setTicketPermissions', {
      userId: person.id,
      permissions: { create: true, edit: true, view: true, delete: false },
    });
    expect(await refusal(person.client, since)).toEqual(['BAD_USER_INPUT RIGHTS_CHANGED']);
    expect(await refusal(person.client, await cursorOf(person.client))).toEqual([]);
  });

  test('of before a backup, or after it, is CURSOR_INVALID in the restored database', async () => {
    const before = await cursorOf(admin.client);
    await buildTicket(server, { createdBy: admin });
    const backup = await backUp(server);
    await buildTicket(server, { createdBy: admin });
    const after = await cursorOf(admin.client);
    const url = await newDatabase();
    expect(await restoreInto(url, backup, server)).toMatchObject({ code: 0 });
    const restored = await startTestServer({ on: { databaseUrl: url, clock: server.clock }, jwtPrivateKeys: KEYS });
    const client = await signIn(restored, admin.username);
    for (const cursor of [before, after]) {
      expect(await refusal(client, cursor)).toEqual(['BAD_USER_INPUT CURSOR_INVALID']);
    }
    const list = await follow(client);
    const { id } = await buildTicket(restored, { createdBy: admin });
    expect(briefly(await list.next())).toEqual([`APPEARED ${id}`]);
    await restored.stop();
  });

  test('of a change that the database lost is CURSOR_INVALID', async () => {
    const { id } = await buildTicket(server, { createdBy: admin });
    const since = await cursorOf(admin.client);
    await select(server, sql`delete from ticket_change where ticket_id = ${id}`);
    expect(await refusal(admin.client, since)).toEqual(['BAD_USER_INPUT CURSOR_INVALID']);
  });
});

describe('what ticketChanges refuses', () => {
  test.each([
    ['search in the filter', { filter: { search: 'printer' } }],
    ['search within the filter', { filter: { or: [{ status: ['OPEN'] }, { not: { search: 'printer' } }] } }],
    ['a filter that nests too deeply', { filter: { not: { not: { not: { not: { not: { not: {} } } } } } } }],
    ['no change', { first: 0 }],
    ['more than a hundred', { first: 101 }],
  ])('%s', async (_name, more) => {
    expect(await refusal(admin.client, await cursorOf(admin.client), more)).toEqual(['BAD_USER_INPUT']);
  });

  test('deleted tickets without the right, and everything without signing in', async () => {
    const { client } = await buildPerson(server);
    const since = await cursorOf(client);
    expect(await refusal(client, since, { filter: { deleted: true } })).toEqual(['FORBIDDEN']);
    expect(await refusal(server.anonymous, since)).toEqual(['UNAUTHENTICATED MISSING']);
    const { errors } = await server.anonymous.send('{ changeCursor }');
    expect(errors[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

test('every filter of lists but search is one of changes', async () => {
  const since = await cursorOf(admin.client);
  await buildTicket(server, { createdBy: admin });
  const filter = createSchema().getType('TicketFilter');
  if (!isInputObjectType(filter)) throw new Error('TicketFilter is no input type');
  const value = (type: GraphQLInputType): unknown => {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return [value(nullable.ofType)];
    if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
    if (nullable === filter) return { active: true };
    if (isInputObjectType(nullable)) return { from: '2026-01-01T00:00:00Z' };
    return nullable.toString() === 'ID' ? admin.id : true;
  };
  const names = Object.keys(filter.getFields()).filter((name) => name !== 'search');
  expect(names.length).toBeGreaterThan(15);
  for (const [name, { type }] of Object.entries(filter.getFields())) {
    if (name === 'search') continue;
    expect([name, await refusal(admin.client, since, { filter: { [name]: value(type) } })]).toEqual([name, []]);
  }
});

test('a cursor stands where it was, also when the answer reads lists after it', async () => {
  const { changeCursor, tickets } = await admin.client.query(
    `{ tickets(first: 100) { totalCount } a: changeCursor ...More } fragment More on Query { changeCursor }`,
  );
  expect(tickets.totalCount).toBeGreaterThan(0);
  expect(await refusal(admin.client, changeCursor)).toEqual([]);
});

test('a log that is empty, or of another server, begins anew at the start', async () => {
  const since = await cursorOf(admin.client);
  await resetStaleChangeLog(server.app.orm);
  expect(await refusal(admin.client, since)).toEqual([]);
  const makeOther = sql`update ticket_change set horizon = horizon + 1000000`;
  for (const spoil of [makeOther, sql`delete from ticket_change`]) {
    const before = await cursorOf(admin.client);
    await select(server, spoil);
    await resetStaleChangeLog(server.app.orm);
    expect(await refusal(admin.client, before)).toEqual(['BAD_USER_INPUT CURSOR_INVALID']);
    const list = await follow(admin.client);
    const { id } = await buildTicket(server, { createdBy: admin });
    expect(briefly(await list.next())).toEqual([`APPEARED ${id}`]);
  }
});

test('entries are removed a day after the last cursor to them, but for the newest of them', async () => {
  const { id } = await buildTicket(server, { createdBy: admin });
  const tooOld = sql`update ticket_change set created_at = created_at - interval '8 days 1 minute'`;
  await select(server, tooOld);
  const { id: newer } = await buildTicket(server, { createdBy: admin });
  const since = await cursorOf(admin.client);
  await buildTicket(server, { createdBy: admin });
  expect(await server.app.changeLogCleanup.remove()).toBeGreaterThan(1);
  expect(await server.app.changeLogCleanup.remove()).toBe(0);
  const left = await select(
    server,
    sql<{ id: string }>`select ticket_id as id from ticket_change order by horizon, id limit 2`,
  );
  expect(left.map((entry) => entry.id)).toEqual([id, newer]);
  expect(await refusal(admin.client, since)).toEqual([]);
});
