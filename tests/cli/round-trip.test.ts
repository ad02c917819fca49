import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TicketEvent, TicketEventKind } from '../../src/tickets/ticket-event.entity.js';
import { TicketMention } from '../../src/tickets/mentions/ticket-mention.entity.js';
import { TicketWatch } from '../../src/tickets/watching/ticket-watch.entity.js';
import { WatchState } from '../../src/tickets/watching/watch-state.js';
import { Ticket, TicketStatus } from '../../src/tickets/ticket.entity.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildProduct, buildTicket } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { cli, file } from './support.js';

const PRODUCT = 'Online "banking", new';
/** Names that stand for nothing in exports of other systems. */
const [PRODUCT_NAMED_NONE, USERNAME] = ['None', 'null'];
const STATUSES = [
  TicketStatus.OPEN,
  TicketStatus.SELECTED_FOR_DEV,
  TicketStatus.ON_HOLD,
  TicketStatus.DONE,
  TicketStatus.CLOSED,
];

/** Objects that look like the connections of a GraphQL answer. */
const DETAILS: Readonly<Record<number, Record<string, unknown>>> = {
  0: { nodes: [{ a: 1 }] },
  1: { tags: { edges: [{ node: { b: 1 }, cursor: 'c' }], totalCount: 9 } },
};

let full: TestServer;
let empty: TestServer;
beforeAll(async () => {
  [full, empty] = [await startTestServer(), await startTestServer()];
  for (const server of [full, empty]) {
    await buildPerson(server, { username: 'ada', role: BuiltInRole.ADMIN });
    await buildPerson(server, { username: USERNAME });
    for (const name of [PRODUCT, PRODUCT_NAMED_NONE]) await buildProduct(server, { name });
  }
  await fill(full);
});
afterAll(async () => {
  await full.stop();
  await empty.stop();
});

async function fill(server: TestServer): Promise<void> {
  const people = await personIds(server);
  const products = await server.app.orm.em
    .fork()
    .getKysely<{ product: { id: string; name: string } }>()
    .selectFrom('product')
    .select('id')
    .orderBy('name', 'desc')
    .execute();
  const texts = ['=1+1, "quoted"', 'line\r\nends\nof all\rkinds', '   \u{1F600} é \u{301}', '-', 'a,b;c\td'];
  const first = await buildTicket(server, { createdBy: people.ada, title: 'First' });
  for (const [index, title] of texts.entries()) {
    server.clock.advance({ minutes: 1 });
    const ticket = await buildTicket(server, {
      title: title.trim(),
      description: `${title}\n${title}`.trim(),
      createdBy: index % 2 === 0 ? people.ada : people.leo,
      assignedTo: index === 1 ? people.leo : null,
      product: products[index - 2] ?? null,
      status: STATUSES[index],
    });
    const createdAt = server.clock.now();
    await server.app.orm.em.fork().nativeUpdate(
      Ticket,
      { id: ticket.id },
      {
        details: index === 3 ? null : (DETAILS[index] ?? { b: [1, { c: title }], a: true, 'n/a': '-' }),
        updatedAt: index === 0 ? null : new Date(createdAt.getTime() + index * 1001),
        closedAt: index < 3 ? null : new Date(createdAt.getTime() + 777),
        ...(index === 4 && { duplicateOf: first.id }),
      },
    );
    const comment = await buildComment(server, {
      ticket,
      author: people.leo,
      content: `${title.trim()}.`,
      internal: index === 1,
      createdAt,
    });
    await watchSilently(server, { ticket, comment, index, people, createdAt });
  }
  const deleted = await buildTicket(server, { createdBy: people.ada, title: 'Deleted', deletedAt: server.clock.now() });
  await buildComment(server, { ticket: deleted, author: people.ada });
}

/** Every other ticket and comment is silent; some are watched or ignored, and some mention people. */
async function watchSilently(
  server: TestServer,
  of: {
    ticket: { id: string };
    comment: { id: string };
    index: number;
    people: Awaited<ReturnType<typeof personIds>>;
    createdAt: Date;
  },
): Promise<void> {
  const { ticket, comment, index, people, createdAt } = of;
  const em = server.app.orm.em.fork();
  for (const [kind, about, silent] of [
    [TicketEventKind.CREATED, null, index % 2 === 0],
    [TicketEventKind.COMMENTED, comment.id, index % 2 === 1],
  ] as const) {
    em.create(TicketEvent, { kind, ticket: ticket.id, comment: about, createdAt, notified: !silent });
  }
  if (index < 3)
    em.create(TicketWatch, { ticket: ticket.id, user: people.leo.id, state: WatchState.WATCHING, createdAt });
  if (index > 1)
    em.create(TicketWatch, { ticket: ticket.id, user: people.ada.id, state: WatchState.IGNORED, createdAt });
  // Whom a text mentions is decided when it is written: a name in it may have changed since.
  if (index === 2) {
    em.create(TicketMention, { ticket: ticket.id, user: people.leo.id, createdAt });
    em.create(TicketMention, { ticket: ticket.id, comment: comment.id, user: people.ada.id, createdAt });
  }
  await em.flush();
}

async function personIds(server: TestServer) {
  const rows = await server.app.orm.em
    .fork()
    .getKysely<{ user: { id: string; username: string } }>()
    .selectFrom('user')
    .select(['id', 'username'])
    .execute();
  const of = (name: string) => ({ id: rows.find(({ username }) => username === name)?.id ?? '' });
  return { ada: of('ada'), leo: of(USERNAME) };
}

describe.each(['csv', 'json'])('an export as %s', (format) => {
  test('imported into an empty database and exported again gives the same bytes', async () => {
    const { stdout: exported } = await cli(full, ['export-tickets', '--format', format]);
    expect(exported).toContain('Online');
    expect(exported).not.toContain('Deleted');
    for (const told of ['WATCHING', 'IGNORED']) expect(exported).toContain(told);
    for (const name of [USERNAME, 'ada']) expect(exported.replaceAll('""', '"')).toContain(`["${name}"]`);

    await empty.app.orm.em
      .getConnection()
      .execute(
        'truncate ticket_event, ticket_watch, ticket_mention, comment, notification, ticket restart identity cascade',
      );
    const imported = await cli(empty, ['import-tickets', await file(`tickets.${format}`, exported)]);
    expect(imported).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('Imported 6 tickets and 5 comments'),
    });

    const { stdout: again } = await cli(empty, ['export-tickets', '--format', format]);
    expect(again).toBe(exported);
  });

  test('goes to a file whose name says the format', async () => {
    const output = join(dirname(await file('x', '')), `tickets.${format}`);
    const { stdout } = await cli(full, ['export-tickets', '--output', output]);
    expect(stdout).toBe(`Wrote 6 tickets to ${output}.\n`);
    expect(await readFile(output, 'utf8')).toBe((await cli(full, ['export-tickets', '--format', format])).stdout);
  });
});

test('an export for spreadsheets escapes what they would run as a formula, and the plain one does not', async () => {
  const plain = (await cli(full, ['export-tickets'])).stdout;
  const escaped = (await cli(full, ['export-tickets', '--escape-formulas'])).stdout;
  expect(plain).toContain(',"=1+1, ""quoted""",');
  expect(escaped).toContain(`,"'=1+1, ""quoted""",`);
  expect(escaped).toContain(",'-,");
  expect(escaped.replaceAll(/(?<=[,"])'(?=[-=])/g, '')).toBe(plain);
  expect(await cli(full, ['export-tickets', '--escape-formulas', '--format', 'json'])).toMatchObject({ code: 2 });
});

test('an export to a folder that is not there is refused in one sentence', async () => {
  const { code, stderr } = await cli(full, ['export-tickets', '--output', '/nowhere/x.csv']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '/nowhere/x.csv cannot be written: ENOENT.\n' });
});
