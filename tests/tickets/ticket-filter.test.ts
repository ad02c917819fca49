import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TicketPriority, TicketStatus } from '../../src/tickets/ticket.entity.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const LIST = `query ($filter: TicketFilter) {
  tickets(filter: $filter, orderBy: { field: NUMBER, direction: ASC }) { totalCount nodes { title } }
}`;

let server: TestServer;
let admin: Person;
let creator: Person;
let product: { id: string };
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  creator = await buildPerson(server);
  product = await buildProduct(server);
  const createdBy = creator;
  await buildTicket(server, { createdBy, title: 'high', priority: TicketPriority.HIGH, assignedTo: admin, product });
  await buildTicket(server, { createdBy, title: 'done', status: TicketStatus.DONE });
  await buildTicket(server, { createdBy: admin, title: 'plain', product });
  await buildTicket(server, { createdBy, title: 'gone', deletedAt: server.clock.now(), product });
});
afterAll(async () => server.stop());

async function titles(filter: unknown, person = admin): Promise<string[]> {
  const { tickets } = await person.client.query(LIST, { filter });
  expect(tickets.totalCount).toBe(tickets.nodes.length);
  return tickets.nodes.map(({ title }: { title: string }) => title);
}

/** `not` in `not`, so many levels below the filter itself. */
const nested = (depth: number): object => (depth === 0 ? { active: true } : { not: nested(depth - 1) });

describe('a filter of tickets', () => {
  test('joins its fields and the parts of and', async () => {
    expect(await titles({ active: true, and: [{ productId: [product.id] }, { priority: ['HIGH'] }] })).toEqual([
      'high',
    ]);
  });

  test('takes one part of or, and none of an empty one', async () => {
    expect(await titles({ or: [{ priority: ['HIGH'] }, { status: ['DONE'] }] })).toEqual(['high', 'done']);
    expect(await titles({ or: [] })).toEqual([]);
    expect(await titles({ and: [] })).toEqual(['high', 'done', 'plain']);
  });

  test('keeps unassigned tickets when it asks for those not assigned to somebody', async () => {
    expect(await titles({ not: { assignedToId: [admin.id] } })).toEqual(['done', 'plain']);
  });

  test('takes tickets about no product, or about any', async () => {
    expect(await titles({ withoutProduct: true })).toEqual(['done']);
    expect(await titles({ withoutProduct: false })).toEqual(['high', 'plain']);
    expect(await titles({ or: [{ withoutProduct: true }, { productId: [product.id], priority: ['HIGH'] }] })).toEqual([
      'high',
      'done',
    ]);
  });

  test('joins a search with other parts', async () => {
    expect(await titles({ or: [{ search: 'plain' }, { not: { search: 'high' } }] })).toEqual(['done', 'plain']);
  });

  test('shows the deleted to those who may see them, and ask', async () => {
    expect(await titles({ deleted: true })).toEqual(['gone']);
    expect(await titles({ deleted: false })).toEqual(['high', 'done', 'plain']);
    expect(await titles({ or: [{ deleted: true }, { status: ['DONE'] }] })).toEqual(['done', 'gone']);
    expect(await titles({ not: { deleted: false } })).toEqual(['gone']);
  });

  test.each([[{ deleted: true }], [{ and: [{ deleted: true }] }], [{ not: { or: [{ deleted: true }] } }]])(
    'refuses %j without canDeleteAll',
    async (filter) => {
      const { errors } = await creator.client.send(LIST, { filter });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    },
  );

  test('shows nothing deleted to others, however they ask', async () => {
    expect(await titles({ not: { deleted: false } }, creator)).toEqual([]);
  });

  test('nests five deep, and not six', async () => {
    expect(await titles(nested(4))).toEqual(['high', 'plain']);
    expect(await titles(nested(5))).toEqual(['done']);
    for (const depth of [6, 50]) {
      const { errors } = await admin.client.send(LIST, { filter: nested(depth) });
      expect(errors).toEqual([
        expect.objectContaining({
          message: 'A filter nests and, or and not at most 5 deep.',
          extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
        }),
      ]);
    }
  });

  test.each([
    ['51 parts', { or: Array.from({ length: 51 }, () => ({ active: true })) }],
    ['6 searches', { or: Array.from({ length: 6 }, () => ({ search: 'x' })) }],
  ])('is refused with %s', async (_name, filter) => {
    const { errors } = await admin.client.send(LIST, { filter });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  test('takes ids that are none for ones that nothing has', async () => {
    expect(await titles({ productId: ['5', "'; drop table ticket"] })).toEqual([]);
  });

  test.each([0, 101, 1000, -1])('is not answered with a page of %i', async (first) => {
    const { errors } = await admin.client.send('query ($first: Int) { tickets(first: $first) { nodes { id } } }', {
      first,
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('the tickets under a user or a product', () => {
  test('are those that the viewer may see, filtered, ordered and counted', async () => {
    const own = await buildPerson(server, { role: {} });
    const product2 = await buildProduct(server);
    await buildTicket(server, { title: 'mine', createdBy: own, product: product2, assignedTo: creator });
    await buildTicket(server, { title: 'theirs', createdBy: creator, product: product2, assignedTo: creator });
    const query = `query ($product: ID!, $user: ID!) {
      product(id: $product) { tickets { totalCount nodes { title } } }
      user(id: $user) { assignedTickets(filter: { active: true }) { totalCount nodes { title } } createdTickets { totalCount } }
      viewer { createdTickets { nodes { title product { id } } } }
    }`;
    const variables = { product: product2.id, user: creator.id };
    expect(await own.client.query(query, variables)).toEqual({
      product: { tickets: { totalCount: 1, nodes: [{ title: 'mine' }] } },
      user: { assignedTickets: { totalCount: 1, nodes: [{ title: 'mine' }] }, createdTickets: { totalCount: 0 } },
      viewer: { createdTickets: { nodes: [{ title: 'mine', product: { id: product2.id } }] } },
    });
    const seen = await creator.client.query(query, variables);
    expect(seen.product.tickets.nodes.map(({ title }: { title: string }) => title)).toEqual(['theirs', 'mine']);
    expect(seen.user.createdTickets.totalCount).toBe(3);
  });

  test('cost one statement for all the users of a page', async () => {
    const query =
      '{ users(first: 20) { nodes { createdTickets(first: 2) { nodes { title } } comments(first: 2) { nodes { content } } } } }';
    await admin.client.query(query);
    expect(await server.countStatements(() => admin.client.query(query))).toBe(3);
  });
});

describe("a user's comments", () => {
  test('are those on tickets that the viewer may see, and not the internal ones', async () => {
    const author = await buildPerson(server, { role: BuiltInRole.TECH });
    const ticket = await buildTicket(server, { createdBy: creator });
    await buildComment(server, { ticket, author, content: 'open' });
    await buildComment(server, { ticket, author, content: 'internal', internal: true });
    const hidden = await buildTicket(server, { createdBy: creator, deletedAt: server.clock.now() });
    await buildComment(server, { ticket: hidden, author, content: 'hidden' });
    const query = 'query ($id: ID!) { user(id: $id) { comments { totalCount nodes { content } } } }';
    const asUser = await creator.client.query(query, { id: author.id });
    expect(asUser.user.comments).toEqual({ totalCount: 1, nodes: [{ content: 'open' }] });
    const asTech = await author.client.query(query, { id: author.id });
    expect(asTech.user.comments.totalCount).toBe(2);
    const stranger = await buildPerson(server, { role: {} });
    expect((await stranger.client.query(query, { id: author.id })).user.comments.totalCount).toBe(0);
  });
});
