import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const PEOPLE = 6;
const TICKETS = 60;

let server: TestServer;
let viewer: Person;
beforeAll(async () => {
  server = await startTestServer();
  viewer = await buildPerson(server);
  const people = [viewer];
  while (people.length < PEOPLE) people.push(await buildPerson(server));
  const someone = (index: number) => people[index % PEOPLE] ?? viewer;
  const products = [await buildProduct(server), await buildProduct(server), await buildProduct(server), null];
  for (let index = 0; index < TICKETS; index += 1) {
    const ticket = await buildTicket(server, {
      createdBy: someone(index),
      assignedTo: index % 5 === 0 ? null : someone(index * 7 + 1),
      product: products[index % products.length] ?? null,
    });
    for (let written = 0; written < index % 4; written += 1) {
      await buildComment(server, { ticket, author: someone(index + written * 5) });
    }
  }
});
afterAll(async () => server.stop());

/** Statements for the document, with the viewer's look-up, which is otherwise remembered for five seconds. */
async function statements(document: string, variables: Record<string, unknown> = {}): Promise<number> {
  server.clock.advance({ seconds: 6 });
  return server.countStatements(async () => viewer.client.query(document, variables));
}

const PAGE = `query ($first: Int!) {
  tickets(first: $first) {
    nodes {
      id number title status priority createdAt viewerCanEdit
      createdBy { id name email }
      assignedTo { id name }
      product { id name }
      comments(first: 10) { nodes { id content createdAt author { id name } } }
    }
  }
}`;

describe('a page of tickets', () => {
  test('of fifty with people, product, comments and their authors costs at most five statements', async () => {
    const { tickets } = await viewer.client.query(PAGE, { first: 50 });
    expect(tickets.nodes).toHaveLength(50);
    expect(
      tickets.nodes.flatMap((node: { comments: { nodes: unknown[] } }) => node.comments.nodes).length,
    ).toBeGreaterThan(50);
    expect(await statements(PAGE, { first: 50 })).toBeLessThanOrEqual(5);
  });

  test('costs as many statements for five tickets as for fifty', async () => {
    expect(await statements(PAGE, { first: 5 })).toBe(await statements(PAGE, { first: 50 }));
  });

  test('costs the same by edges as by nodes', async () => {
    const byEdges = PAGE.replace('nodes {\n      id number', 'edges { cursor node {\n      id number').replace(
      /\}\n {2}\}\n\}$/,
      '} }\n  }\n}',
    );
    expect(await statements(byEdges, { first: 50 })).toBe(await statements(PAGE, { first: 50 }));
  });

  test('costs at most two more with all that a list shows beside, for five tickets as for fifty', async () => {
    const listed = PAGE.replace(
      'nodes {',
      `counts { active unassigned byStatus { status count } }
      nodes { commentCount lastActivityAt lastComment { id content createdAt author { id name } } url viewerCanChangeStatus
        viewerCanComment viewerCanCommentInternally viewerCanRestore`,
    );
    const fifty = await statements(listed, { first: 50 });
    expect(fifty).toBeLessThanOrEqual((await statements(PAGE, { first: 50 })) + 2);
    expect(await statements(listed, { first: 5 })).toBe(fifty);
  });

  test("costs one more statement for every ticket's number of comments together", async () => {
    const counted = `query ($first: Int!) { tickets(first: $first) { nodes { id comments(first: 1) { totalCount } } } }`;
    const five = await statements(counted, { first: 5 });
    expect(await statements(counted, { first: 50 })).toBe(five);
    expect(five).toBeLessThanOrEqual(4);

    const { tickets } = await viewer.client.query(
      `{ tickets(first: 50) { nodes { comments(first: 1) { totalCount } all: comments(first: 100) { nodes { id } } } } }`,
    );
    for (const { comments, all } of tickets.nodes) expect(comments.totalCount).toBe(all.nodes.length);
  });

  test("costs one more statement for all the people's roles", async () => {
    const roles = `query ($first: Int!) { tickets(first: $first) { nodes { createdBy { role { name } } assignedTo { role { name } } } } }`;
    expect(await statements(roles, { first: 50 })).toBeLessThanOrEqual(3);
  });
});

test.each([
  [
    'comments',
    `query ($first: Int!) { comments(first: $first) { nodes { id author { name role { name } } ticket { number createdBy { name } } } } }`,
  ],
  ['users', `query ($first: Int!) { users(first: $first) { nodes { id name role { name } } } }`],
])('a page of %s costs as many statements for two as for fifty, at most five', async (_name, document) => {
  const fifty = await statements(document, { first: 50 });
  expect(await statements(document, { first: 2 })).toBe(fifty);
  expect(fifty).toBeLessThanOrEqual(5);
});

test('a remembered viewer costs no statement', async () => {
  await viewer.client.query('{ roles { id } }');
  expect(await server.countStatements(async () => viewer.client.query('{ roles { id } }'))).toBe(1);
});
