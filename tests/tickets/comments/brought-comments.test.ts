import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { type Answer } from '../../support/client.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const COMMENT = `id content internal createdAt updatedAt version viewerCanEdit viewerCanDelete ticket { id number }
  author { id username firstName email createdAt role { name } mayEditTickets }`;
const CONNECTION = `nodes { ${COMMENT} } edges { cursor node { id } } totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

interface Listed {
  id: string;
  comments: { nodes: { ticket: { id: string }; internal: boolean }[] };
}

let server: TestServer;
let viewers: Record<'tech' | 'customer', Person>;
let cursor: string;
beforeAll(async () => {
  server = await startTestServer();
  const tech = await buildPerson(server, { role: BuiltInRole.TECH });
  const customer = await buildPerson(server);
  viewers = { tech, customer };
  for (const comments of [0, 1, 2, 5]) {
    const ticket = await buildTicket(server, { createdBy: customer });
    for (let number = 0; number < comments; number += 1) {
      const author = number % 2 === 0 ? customer : tech;
      const internal = number === 1 || number === 3;
      await buildComment(server, { ticket, author, internal, content: `"${number}", {née}\\ \n ${ticket.id} NULL` });
    }
  }
  const data = await tech.client.query(`{ tickets(first: 1) { nodes { comments(first: 2) { edges { cursor } } } } }`);
  cursor = data.tickets.nodes[0].comments.edges[1].cursor;
});
afterAll(async () => server.stop());

const ARGUMENTS = [
  '',
  '(first: 1)',
  '(first: 3)',
  '(last: 2)',
  '(first: 2, after: $cursor)',
  '(last: 1, before: $cursor)',
  '(first: $first)',
  '(first: 0)',
  '(first: 1000)',
  '(first: 1, last: 1)',
  '(after: "nonsense")',
];

/** For JSON.stringify: no others, which are asked only so that no comments are brought along, and no places of faults. */
function withoutOthers(key: string, value: unknown): unknown {
  return key === 'others' || key === 'locations' ? undefined : value;
}

function comparable({ data, errors }: Answer) {
  return JSON.parse(JSON.stringify({ data, errors }, withoutOthers));
}

/** The answers with the comments by the tickets' own statement, and by a statement of their own. */
async function bothWays({ client }: Person, list: (comments: string) => string, given: string) {
  const types = { cursor: 'String!', first: 'Int' };
  const declared = Object.entries(types).filter(([name]) => given.includes(`$${name}`));
  const head = declared.map(([name, type]) => `query ($${name}: ${type})`).join('');
  const ask = async (comments: string) => client.send(`${head} { ${list(comments)} }`, { cursor, first: 2 });
  const asked = `comments${given} { ${CONNECTION} }`;
  return {
    brought: comparable(await ask(asked)),
    loaded: comparable(await ask(`${asked} others: comments(first: 1) { totalCount }`)),
  };
}

/** By ticket, which of the comments that the viewer sees are internal. */
async function internals({ client }: Person) {
  const { tickets } = await client.query(
    `{ tickets(first: 10) { nodes { id comments { nodes { ticket { id } internal } } } } }`,
  );
  return tickets.nodes.map(({ id, comments }: Listed) =>
    comments.nodes.map(({ ticket, internal }) => (ticket.id === id ? internal : 'of another ticket')),
  );
}

describe('Comments that the statement for their tickets brings along', () => {
  test.each(ARGUMENTS)('are the same as by a statement of their own: comments%s', async (given) => {
    for (const viewer of Object.values(viewers)) {
      for (const list of [
        (comments: string) => `tickets(first: 10) { nodes { id ${comments} } }`,
        (comments: string) => `tickets(first: 10, filter: { status: [OPEN] }) { edges { node { id ${comments} } } }`,
        (comments: string) => `ticketByNumber(number: 4) { id ${comments} }`,
      ]) {
        const { brought, loaded } = await bothWays(viewer, list, given);
        expect(brought).toEqual(loaded);
      }
    }
  });

  test('take one statement with their tickets', async () => {
    const nodes = `nodes { id comments(first: 2) { nodes { content author { username } } } }`;
    const ask = async () => viewers.tech.client.query(`{ tickets(first: 10) { ${nodes} } }`);
    await ask();
    expect(await server.countStatements(ask)).toBe(1);
  });

  test('are those of each ticket, and internal ones are kept from customers', async () => {
    expect(await internals(viewers.tech)).toEqual([[false, true, false, true, false], [false, true], [false], []]);
    expect(await internals(viewers.customer)).toEqual([[false, false, false], [false], [false], []]);
  });
});
