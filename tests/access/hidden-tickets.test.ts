import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assertObjectType } from 'graphql';
import { sql } from 'kysely';
import { newId } from '../../src/common/id.js';
import { isJoinable } from '../../src/database/joinable.js';
import { createSchema } from '../../src/app/schema.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { call, faults, succeed } from '../support/calls.js';
import { select } from '../support/database-state.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { later, mailsTo } from '../notifications/actions.js';
import { startTestServer, type TestServer } from '../support/server.js';

const TITLE = 'The projector shows green stripes';

let server: TestServer;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
});
afterAll(async () => server.stop());

/** Somebody who sees only what they created or are assigned to. */
const outsider = async () => buildPerson(server, { role: {} });
const link = async (duplicate: { id: string }, original: { id: string }) =>
  select(server, sql`update ticket set duplicate_of_id = ${original.id} where id = ${duplicate.id}`);

describe('a list brings by a join only what everybody sees who sees the row', () => {
  test('the relations that opted in are these, and each new one is a decision about access', () => {
    const joined = [...server.app.orm.getMetadata()].flatMap((entity) =>
      entity.relations
        .filter(({ name }) => isJoinable(entity.class, name))
        .map(({ name }) => `${entity.className}.${name}`),
    );
    expect(joined.toSorted()).toEqual([
      'Comment.author',
      'Comment.ticket',
      'Notification.recipient',
      'Ticket.assignedTo',
      'Ticket.createdBy',
      'Ticket.product',
      'TicketEvent.actor',
      'User.role',
    ]);
  });

  test('a resolver method is asked though the row has a property of its name', async () => {
    const ticket = assertObjectType(createSchema().getType('Ticket'));
    const { resolve } = ticket.getFields()['duplicateOf'] ?? {};
    if (!resolve) throw new Error('Ticket.duplicateOf has no resolver');
    const row = { duplicateOfId: null, duplicateOf: { id: newId(), title: 'Held by the row' } };
    expect(await Reflect.apply(resolve, undefined, [row, {}, { loaders: {} }, {}])).toBeNull();
  });
});

describe('the original of a similar ticket', () => {
  const SIMILAR = 'similar { ticket { id duplicateOf { id title description history { nodes { id } } } } }';
  const ways: [string, (person: Person, own: { id: string }) => Promise<{ ticket: { id: string } }[]>][] = [
    [
      'similarTickets',
      async ({ client }) =>
        (await client.query(`{ similarTickets(input: { title: "${TITLE}" }) ${SIMILAR.slice('similar '.length)} }`))
          .similarTickets,
    ],
    [
      'Ticket.similar',
      async ({ client }, { id }) =>
        (await client.query(`query ($id: ID!) { ticket(id: $id) { ${SIMILAR} } }`, { id })).ticket.similar,
    ],
    [
      'createTicket',
      async ({ client }) =>
        (await succeed(client, 'createTicket', { title: TITLE, description: 'Again.' }, SIMILAR)).similar,
    ],
  ];

  test.each(ways)('is shown by %s to those only who may see it', async (_way, similar) => {
    const person = await outsider();
    const own = await buildTicket(server, { createdBy: person, title: TITLE });
    const [second, third, fourth] = await Promise.all(
      [1, 2, 3].map(async () => buildTicket(server, { createdBy: person, title: TITLE })),
    );
    const hidden = await buildTicket(server, { createdBy: admin, title: 'Secret layoffs' });
    const deleted = await buildTicket(server, { createdBy: person, title: 'Gone', deletedAt: server.clock.now() });
    const open = await buildTicket(server, { createdBy: person, title: 'The beamer is broken' });
    if (!second || !third || !fourth) throw new Error('Three tickets are needed');
    await link(second, hidden);
    await link(third, deleted);
    await link(fourth, open);

    const found = await similar(person, own);
    const originals = new Map(found.map(({ ticket }) => [ticket.id, Reflect.get(ticket, 'duplicateOf')]));
    expect(originals.get(second.id)).toBeNull();
    expect(originals.get(third.id)).toBeNull();
    expect(originals.get(fourth.id)).toMatchObject({ id: open.id, title: 'The beamer is broken' });
  });

  test('does not keep another duplicate of it out of the list while it is hidden', async () => {
    const person = await outsider();
    const [one, other] = await Promise.all(
      [1, 2].map(async () => buildTicket(server, { createdBy: person, title: TITLE })),
    );
    const hidden = await buildTicket(server, { createdBy: admin });
    if (!one || !other) throw new Error('Two tickets are needed');
    await link(one, hidden);
    await link(other, hidden);
    const ids = async ({ client }: Person) => {
      const { ticket } = await client.query('query ($id: ID!) { ticket(id: $id) { similar { ticket { id } } } }', one);
      return ticket.similar.map((similar: { ticket: { id: string } }) => similar.ticket.id);
    };
    expect(await ids(person)).toContain(other.id);
    expect(await ids(admin)).not.toContain(other.id);
  });
});

test('createTicket with the id of an earlier call is CONFLICT once its creator may not see tickets', async () => {
  const person = await outsider();
  const input = { id: newId(), title: 'Mine', description: 'As it was.' };
  await succeed(person.client, 'createTicket', input);
  await select(server, sql`update ticket set description = 'What others wrote since' where id = ${input.id}`);
  expect((await succeed(person.client, 'createTicket', input, 'ticket { description }')).ticket).toEqual({
    description: 'What others wrote since',
  });
  await succeed(admin.client, 'setTicketPermissions', {
    userId: person.id,
    permissions: { create: true, edit: true, view: false, delete: true },
  });
  const refused = await call(person.client, 'createTicket', input, 'ticket { description }');
  const another = await call(admin.client, 'createTicket', input, 'ticket { description }');
  expect(refused).toEqual(another);
  expect(refused).toMatchObject({ ticket: null, userErrors: [{ code: 'CONFLICT', field: ['input', 'id'] }] });
});

describe('a link to a hidden ticket', () => {
  const HISTORY = 'query ($id: ID!) { ticket(id: $id) { history { nodes { changes { field from to } } } } }';
  const linksIn = async ({ client }: Person, id: string) => {
    const { ticket } = await client.query(HISTORY, { id });
    return ticket.history.nodes
      .flatMap(({ changes }: { changes: { field: string }[] }) => changes)
      .filter(({ field }: { field: string }) => field === 'duplicateOf');
  };

  test('is in the history without the id for those who may not see the ticket', async () => {
    const person = await outsider();
    const own = await buildTicket(server, { createdBy: person });
    const hidden = await buildTicket(server, { createdBy: admin });
    const open = await buildTicket(server, { createdBy: person });
    await succeed(admin.client, 'markDuplicate', { ticketId: own.id, duplicateOfId: hidden.id });
    await succeed(admin.client, 'markDuplicate', { ticketId: own.id, duplicateOfId: open.id });
    expect(await linksIn(admin, own.id)).toEqual([
      { field: 'duplicateOf', from: null, to: hidden.id },
      { field: 'duplicateOf', from: hidden.id, to: open.id },
    ]);
    expect(await linksIn(person, own.id)).toEqual([
      { field: 'duplicateOf', from: null, to: null },
      { field: 'duplicateOf', from: null, to: open.id },
    ]);
    await succeed(admin.client, 'deleteTicket', { id: open.id });
    expect(JSON.stringify(await linksIn(person, own.id))).not.toContain(open.id);
  });

  test('is in the UPDATED mail by number for those who may see it, and as "another ticket" for others', async () => {
    const [person, tech] = [await outsider(), await buildPerson(server, { role: BuiltInRole.TECH })];
    const hidden = await buildTicket(server, { createdBy: admin, title: 'Secret layoffs' });
    for (const assignedTo of [person, tech]) {
      const { id } = await buildTicket(server, { createdBy: admin, assignedTo });
      await succeed(admin.client, 'markDuplicate', { ticketId: id, duplicateOfId: hidden.id });
    }
    await later(server, { minutes: 12 });
    const [[kept], [told]] = [mailsTo(server, person), mailsTo(server, tech)];
    expect(kept?.text).toContain('Duplicate of: none → another ticket');
    expect(`${kept?.subject} ${kept?.text} ${kept?.html}`).not.toMatch(new RegExp(`#${hidden.number}\\b`));
    expect(told?.text).toContain(`Duplicate of: none → #${hidden.number}`);
  });

  test('does not bear on what markDuplicate and unmarkDuplicate answer', async () => {
    const person = await outsider();
    const [duplicate, original, repeated] = await Promise.all(
      [1, 2, 3].map(async () => buildTicket(server, { createdBy: person })),
    );
    const hidden = await buildTicket(server, { createdBy: admin });
    const deleted = await buildTicket(server, { createdBy: person, deletedAt: server.clock.now() });
    if (!duplicate || !original || !repeated) throw new Error('Three tickets are needed');
    // The original is a duplicate itself, and the duplicate has one: both links lead to what the viewer does not see.
    await link(original, hidden);
    const hiddenDuplicate = await buildTicket(server, { createdBy: admin });
    await link(hiddenDuplicate, duplicate);
    await link(repeated, deleted);
    for (const target of [original, repeated]) {
      const input = { ticketId: duplicate.id, duplicateOfId: target.id };
      expect(await call(admin.client, 'markDuplicate', { ...input, duplicateOfId: hiddenDuplicate.id })).toMatchObject({
        userErrors: [{ code: 'CONFLICT' }],
      });
      const { ticket } = await succeed(person.client, 'markDuplicate', input, 'ticket { duplicateOf { id } }');
      expect(ticket.duplicateOf).toEqual({ id: target.id });
    }
    const before = await select<{ version: number }>(server, sql`select version from ticket where id = ${original.id}`);
    await succeed(person.client, 'unmarkDuplicate', { ticketId: original.id });
    expect(await select(server, sql`select version, duplicate_of_id from ticket where id = ${original.id}`)).toEqual([
      { ...before[0], duplicate_of_id: hidden.id },
    ]);
    await succeed(admin.client, 'unmarkDuplicate', { ticketId: original.id });
    expect(await faults(admin.client, 'markDuplicate', { ticketId: original.id, duplicateOfId: duplicate.id })).toEqual(
      ['CONFLICT input.duplicateOfId'],
    );
  });

  test('does not keep a ticket from being restored when the links form a circle', async () => {
    const [one, other] = [await buildTicket(server), await buildTicket(server)];
    await link(one, other);
    await link(other, one);
    await succeed(admin.client, 'deleteTicket', { id: one.id });
    const { ticket } = await succeed(admin.client, 'restoreTicket', { id: one.id }, 'ticket { duplicateOf { id } }');
    expect(ticket.duplicateOf).toEqual({ id: other.id });
  });
});

test('the address of a deleted user is null for everybody, and finds nobody', async () => {
  const person = await buildPerson(server);
  await buildTicket(server, { createdBy: person, title: 'Left behind' });
  await succeed(admin.client, 'deleteUser', { id: person.id });
  const { tickets, users } = await admin.client.query(
    `query ($email: String!) {
      tickets(filter: { createdById: "${person.id}" }) { nodes { createdBy { username email deletedAt } } }
      users(filter: { deleted: true, search: $email }) { totalCount }
    }`,
    { email: person.email },
  );
  expect(tickets.nodes[0].createdBy).toEqual({
    username: person.username,
    email: null,
    deletedAt: expect.any(String),
  });
  expect(users.totalCount).toBe(0);
  const listed = await admin.client.query(
    `{ users(filter: { deleted: true, search: "${person.username}" }) { nodes { id email } } }`,
  );
  expect(listed.users.nodes).toEqual([{ id: person.id, email: null }]);
});

describe('mutations of one document', () => {
  test('see what those before them changed', async () => {
    const person = await outsider();
    const [duplicate, original] = [
      await buildTicket(server, { createdBy: person }),
      await buildTicket(server, { createdBy: person }),
    ];
    await link(duplicate, original);
    const { a, c } = await person.client.query(
      `mutation ($a: ID!, $o: ID!) {
        a: updateTicket(input: { id: $a, title: "x" }) { ticket { duplicateOf { id } } }
        b: deleteTicket(input: { id: $o }) { ticket { id } }
        c: updateTicket(input: { id: $a, title: "y" }) { ticket { duplicateOf { id } } }
      }`,
      { a: duplicate.id, o: original.id },
    );
    expect([a.ticket.duplicateOf, c.ticket.duplicateOf]).toEqual([{ id: original.id }, null]);

    const leaving = await buildPerson(server);
    const { b } = await admin.client.query(
      `mutation ($id: ID!) {
        a: updateUser(input: { id: $id, firstName: "Eve" }) { user { email } }
        b: deleteUser(input: { id: $id }) { user { email deletedAt } }
      }`,
      { id: leaving.id },
    );
    expect(b.user).toEqual({ email: null, deletedAt: expect.any(String) });
  });

  test('have the rights that the viewer has by then', async () => {
    const person = await outsider();
    const permissions = { create: false, edit: true, view: true, delete: true };
    const { data, errors } = await person.client.send(
      `mutation ($rights: SetTicketPermissionsInput!, $ticket: CreateTicketInput!) {
        setTicketPermissions(input: $rights) { userErrors { code } }
        createTicket(input: $ticket) { ticket { id } }
      }`,
      { rights: { userId: person.id, permissions }, ticket: { title: 'Late', description: 'Too late.' } },
    );
    expect(errors.map(({ path, extensions }) => [path?.[0], extensions.code])).toEqual([['createTicket', 'FORBIDDEN']]);
    expect(data).toBeNull();
  });
});

test('a hidden ticket is refused without waiting for its lock, and finds no notification', async () => {
  const manager = await buildPerson(server, { role: { canManageTickets: true } });
  const hidden = await buildTicket(server, { createdBy: admin });
  const tech = await buildPerson(server, { role: BuiltInRole.TECH });
  await succeed(admin.client, 'updateTicket', { id: hidden.id, assignedTo: { id: tech.id } });
  const count = async ({ client }: Person) =>
    (
      await client.query('query ($ids: [ID!]) { notifications(filter: { ticketId: $ids }) { totalCount } }', {
        ids: [hidden.id],
      })
    ).notifications.totalCount;
  expect([await count(admin), await count(manager)]).toEqual([1, 0]);

  await server.app.orm.em.fork().transactional(async (em) => {
    await em.execute('select 1 from ticket where id = ? for update', [hidden.id]);
    expect(await faults(manager.client, 'updateTicket', { id: hidden.id, assignedTo: null })).toEqual([
      'NOT_FOUND input.id',
    ]);
    expect(await faults(manager.client, 'updateTickets', { ids: [hidden.id], status: 'DONE' })).toEqual([
      'NOT_FOUND input.ids.0',
    ]);
    expect(await faults(manager.client, 'createComment', { ticketId: hidden.id, content: 'x' })).toEqual([
      'NOT_FOUND input.ticketId',
    ]);
  });
});

test('a search that forgives slips finds the same whether or not a hidden text holds a word', async () => {
  const person = await outsider();
  const [hiddenWord, absentWord] = ['nightingale', 'butterflies'];
  await buildTicket(server, { createdBy: admin, title: `About the ${hiddenWord}` });
  const found = async (word: string) => {
    // Words of the viewer's own that are as near to what is typed as the hidden one.
    const titles = 'abcdefghj'.split('').map((letter) => `${word}${letter}`);
    for (const title of [...titles, word.slice(0, -1)]) await buildTicket(server, { createdBy: person, title });
    const { tickets } = await person.client.query(
      'query ($search: String!) { tickets(first: 50, filter: { search: $search }) { totalCount nodes { title } } }',
      { search: `${word}x` },
    );
    const shown = tickets.nodes.map(({ title }: { title: string }) => title.replace(word.slice(0, -1), ''));
    return { count: tickets.totalCount, titles: shown.map((title: string) => title.slice(1)).toSorted() };
  };
  expect(await found(hiddenWord)).toEqual(await found(absentWord));
});
