import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const UPDATE = `mutation ($input: UpdateProductInput!) {
  updateProduct(input: $input) { product { name type ownerEmail } userErrors { code field } }
}`;
const DELETE = `mutation ($id: ID!) {
  deleteProduct(input: { id: $id }) { product { deletedAt } userErrors { code field } }
}`;
const CREATE_TICKET = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) { ticket { id } userErrors { code field } }
}`;

let server: TestServer;
let tech: Person;
let user: Person;
beforeAll(async () => {
  server = await startTestServer();
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  user = await buildPerson(server);
});
afterAll(async () => server.stop());

describe('changing a product', () => {
  test('changes what is given and leaves the rest', async () => {
    const { id } = await buildProduct(server, { name: 'Before' });
    const { updateProduct } = await tech.client.query(UPDATE, { input: { id, name: 'After', type: 'BANKING' } });
    expect(updateProduct).toEqual({
      product: { name: 'After', type: 'BANKING', ownerEmail: 'owner@docket.example' },
      userErrors: [],
    });
  });

  test.each([
    [{ name: 'ab' }, 'INVALID', 'name'],
    [{ name: ' ' }, 'REQUIRED', 'name'],
    [{ name: null }, 'REQUIRED', 'name'],
    [{ name: 'x'.repeat(101) }, 'INVALID', 'name'],
    [{ type: null }, 'REQUIRED', 'type'],
    [{ ownerEmail: null }, 'REQUIRED', 'ownerEmail'],
    [{ name: 'tAKEN' }, 'TAKEN', 'name'],
  ])('refuses %j', async (change, code, field) => {
    const name = 'Taken';
    const { products } = await tech.client.query('{ products(filter: { search: "Taken" }) { totalCount } }');
    if (products.totalCount === 0) await buildProduct(server, { name });
    const { id } = await buildProduct(server);
    const { updateProduct } = await tech.client.query(UPDATE, { input: { id, ...change } });
    expect(updateProduct).toEqual({ product: null, userErrors: [{ code, field: ['input', field] }] });
  });

  test('needs canManageTickets, and a live product', async () => {
    const { id } = await buildProduct(server);
    for (const [query, variables] of [
      [UPDATE, { input: { id } }],
      [DELETE, { id }],
    ] as const) {
      const { errors } = await user.client.send(query, variables);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    }
    await tech.client.query(DELETE, { id });
    for (const unknown of [id, '5', '019ab000-0000-7000-8000-000000000000']) {
      const notFound = [{ code: 'NOT_FOUND', field: ['input', 'id'] }];
      const { updateProduct } = await tech.client.query(UPDATE, { input: { id: unknown, name: 'New name' } });
      expect(updateProduct.userErrors).toEqual(notFound);
      expect((await tech.client.query(DELETE, { id: unknown })).deleteProduct.userErrors).toEqual(notFound);
    }
  });
});

describe('deleting a product', () => {
  test('is a conflict while it has live tickets, and nothing after they are deleted', async () => {
    const product = await buildProduct(server);
    const ticket = await buildTicket(server, { createdBy: user, product });
    const { deleteProduct } = await tech.client.query(DELETE, { id: product.id });
    expect(deleteProduct).toEqual({ product: null, userErrors: [{ code: 'CONFLICT', field: ['input', 'id'] }] });

    await user.client.query('mutation ($id: ID!) { deleteTicket(input: { id: $id }) { userErrors { code } } }', ticket);
    const again = await tech.client.query(DELETE, { id: product.id });
    expect(again.deleteProduct).toEqual({
      product: { deletedAt: server.clock.now().toISOString() },
      userErrors: [],
    });
    expect(await tech.client.query('query ($id: ID!) { product(id: $id) { id } }', product)).toEqual({ product: null });
    const late = await user.client.query(CREATE_TICKET, {
      input: { title: 'A', description: 'B', productId: product.id },
    });
    expect(late.createTicket.userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'productId'] }]);
  });

  test('never leaves a live ticket without its product, when tickets are filed at the same time', async () => {
    for (let round = 0; round < 10; round += 1) {
      const product = await buildProduct(server);
      const input = { title: 'A', description: 'B', productId: product.id };
      const file = async () => (await user.client.query(CREATE_TICKET, { input })).createTicket.userErrors.length === 0;
      const [first, deleted, second] = await Promise.all([
        file(),
        tech.client
          .query(DELETE, { id: product.id })
          .then(({ deleteProduct }) => deleteProduct.userErrors.length === 0),
        file(),
      ]);
      expect(deleted && (first || second)).toBe(false);
    }
  });
});
