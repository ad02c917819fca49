import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

interface Listed {
  id: string;
  comments: { nodes: { ticket: { id: string }; internal: boolean }[] };
}

let server: TestServer;
let viewers: Record<'tech' | 'customer', Person>;
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
});
afterAll(async () => server.stop());

/** By ticket, which of the comments that the viewer sees are internal. */
async function internals({ client }: Person) {
  const { tickets } = await client.query(
    `{ tickets(first: 10) { nodes { id comments { nodes { ticket { id } internal } } } } }`,
  );
  return tickets.nodes.map(({ id, comments }: Listed) =>
    comments.nodes.map(({ ticket, internal }) => (ticket.id === id ? internal : 'of another ticket')),
  );
}

describe('Comments of the tickets of a list', () => {
  test('take one statement for all tickets', async () => {
    const nodes = `nodes { id comments(first: 2) { nodes { content author { username } } } }`;
    const ask = async () => viewers.tech.client.query(`{ tickets(first: 10) { ${nodes} } }`);
    await ask();
    expect(await server.countStatements(ask)).toBe(2);
  });

  test('are those of each ticket, and internal ones are kept from customers', async () => {
    expect(await internals(viewers.tech)).toEqual([[false, true, false, true, false], [false, true], [false], []]);
    expect(await internals(viewers.customer)).toEqual([[false, false, false], [false], [false], []]);
  });
});
