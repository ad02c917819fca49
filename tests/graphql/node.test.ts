import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { select } from '../support/database-state.js';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const NODE = `query ($id: ID!) {
  node(id: $id) {
    __typename id
    ... on Ticket { title createdBy { id } }
    ... on Comment { content author { id } ticket { id } }
    ... on User { username role { name } }
    ... on Product { name }
    ... on Role { canViewAll }
  }
}`;

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

const nodeOf = async (id: string) => (await person.client.query(NODE, { id })).node;

describe('node', () => {
  test('finds a ticket', async () => {
    const { id } = await buildTicket(server, { createdBy: person, title: 'Printer on fire' });
    const ticket = { __typename: 'Ticket', id, title: 'Printer on fire', createdBy: { id: person.id } };
    expect(await nodeOf(id)).toEqual(ticket);
    expect(await nodeOf(id.toUpperCase())).toEqual(ticket);
  });

  test('finds a comment', async () => {
    const ticket = await buildTicket(server);
    const { id } = await buildComment(server, { ticket, author: person, content: 'I smell it too.' });
    expect(await nodeOf(id)).toEqual({
      __typename: 'Comment',
      id,
      content: 'I smell it too.',
      author: { id: person.id },
      ticket: { id: ticket.id },
    });
  });

  test('finds a person', async () => {
    const { id, username } = await buildPerson(server);
    expect(await nodeOf(id)).toEqual({ __typename: 'User', id, username, role: { name: 'user' } });
  });

  test('finds a product', async () => {
    const { id } = await buildProduct(server, { name: 'Payroll' });
    expect(await nodeOf(id)).toEqual({ __typename: 'Product', id, name: 'Payroll' });
  });

  test('finds a role', async () => {
    const { roles } = await person.client.query('{ roles { id name } }');
    expect(roles.map(({ name }: { name: string }) => name)).toEqual(['admin', 'tech', 'user']);
    for (const { id, name } of roles) {
      expect(await nodeOf(id)).toEqual({ __typename: 'Role', id, canViewAll: name !== '' });
    }
  });

  test('is null for what is deleted', async () => {
    const [{ id: user }, product] = [await buildPerson(server), await buildProduct(server)];
    const ticket = await buildTicket(server, { deletedAt: server.clock.now() });
    const hidden = await buildComment(server, { ticket, author: person });
    const removed = await buildComment(server, { ticket: await buildTicket(server), author: person });
    await select(server, sql`update "user" set deleted_at = now() where id = ${user}`);
    await select(server, sql`update product set deleted_at = now() where id = ${product.id}`);
    await select(server, sql`update comment set deleted_at = now() where id = ${removed.id}`);
    for (const id of [user, product.id, ticket.id, hidden.id, removed.id]) expect(await nodeOf(id)).toBeNull();
  });

  test.each(['01890a5d-ac96-774b-bcce-b302099a8057', 'x', '', '7', '\0', '\ud800', "' or true --", 'x'.repeat(5000)])(
    'is null for an id that nothing has (%#)',
    async (id) => expect(await nodeOf(id)).toBeNull(),
  );

  test('finds only tickets for the viewer, and nothing for one without the view permission', async () => {
    const { client } = await buildPerson(server, { may: { view: false } });
    const ticket = await buildTicket(server);
    const comment = await buildComment(server, { ticket, author: person });
    for (const { id } of [ticket, comment]) expect((await client.query(NODE, { id })).node).toBeNull();
  });

  test("does not answer with a row's hidden columns", async () => {
    const { id } = await buildPerson(server);
    const { errors } = await person.client.send('query ($id: ID!) { node(id: $id) { ... on User { passwordHash } } }', {
      id,
    });
    expect(errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});
