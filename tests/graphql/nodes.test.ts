import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

describe('nodes', () => {
  test('come in the order asked for, null where there is nothing to see', async () => {
    const ticket = await buildTicket(server, { createdBy: person });
    const comment = await buildComment(server, { ticket, author: person });
    const product = await buildProduct(server);
    const gone = await buildTicket(server, { createdBy: person, deletedAt: server.clock.now() });
    const ids = [comment.id, gone.id, ticket.id.toUpperCase(), '5', product.id, person.id, comment.id];
    expect((await person.client.query(NODES, { ids })).nodes).toEqual([
      { __typename: 'Comment', id: comment.id },
      null,
      { __typename: 'Ticket', id: ticket.id },
      null,
      { __typename: 'Product', id: product.id },
      { __typename: 'User', id: person.id },
      { __typename: 'Comment', id: comment.id },
    ]);
  });

  test('are at most a hundred', async () => {
    const ids = Array.from({ length: 101 }, () => person.id);
    expect((await person.client.query(NODES, { ids: ids.slice(1) })).nodes).toHaveLength(100);
    const { errors } = await person.client.send(NODES, { ids });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});
