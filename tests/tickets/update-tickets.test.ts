import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildTicket, type Person, signIn } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const UPDATE = `mutation ($input: UpdateTicketsInput!) {
  updateTickets(input: $input) { tickets { id status priority version assignedTo { id } } userErrors { code field } }
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

const tickets = async (count: number, createdBy = user) =>
  Promise.all(Array.from({ length: count }, async () => (await buildTicket(server, { createdBy })).id));
const versions = async (ids: string[]) => {
  const { nodes } = await tech.client.query('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Ticket { version } } }', {
    ids,
  });
  return nodes.map(({ version }: { version: number }) => version);
};

describe('changing many tickets at once', () => {
  test('changes each once, in the order asked for, with its event and its mail', async () => {
    const [a = '', b = ''] = await tickets(2);
    const { updateTickets } = await tech.client.query(UPDATE, {
      input: { ids: [b, a, b.toUpperCase()], priority: 'HIGH', assignedTo: { id: user.id } },
    });
    const changed = { status: 'OPEN', priority: 'HIGH', version: 2, assignedTo: { id: user.id } };
    expect(updateTickets).toEqual({
      tickets: [
        { id: b, ...changed },
        { id: a, ...changed },
      ],
      userErrors: [],
    });

    const { ticket } = await tech.client.query(
      'query ($id: ID!) { ticket(id: $id) { history { nodes { kind changes { field from to } } } } }',
      { id: a },
    );
    expect(ticket.history.nodes).toEqual([
      {
        kind: 'CHANGED',
        changes: [
          { field: 'priority', from: 'MEDIUM', to: 'HIGH' },
          { field: 'assignedTo', from: null, to: user.id },
        ],
      },
    ]);
    server.clock.advance({ minutes: 12 });
    await server.deliverDue();
    // The access tokens have expired.
    tech = { ...tech, client: await signIn(server, tech.username) };
    user = { ...user, client: await signIn(server, user.username) };
    expect(server.smtp.mails.filter(({ envelopeTo }) => envelopeTo.includes(user.email))).toHaveLength(2);
  });

  test('is refused as a whole, and changes nothing, when one is forbidden', async () => {
    const mine = await tickets(2);
    const others = await tickets(1, tech);
    const ids = [...mine, ...others];
    const { errors, data } = await user.client.send(UPDATE, { input: { ids, priority: 'LOW' } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect(data).toBeNull();
    expect(await versions(ids)).toEqual([1, 1, 1]);
  });

  test.each(['019ab000-0000-7000-8000-000000000000', '7', "'"])(
    'changes nothing when one is not found: %s',
    async (id) => {
      const ids = await tickets(1);
      const { updateTickets } = await user.client.query(UPDATE, { input: { ids: [...ids, id], priority: 'LOW' } });
      expect(updateTickets).toEqual({
        tickets: [],
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'ids', '1'] }],
      });
      expect(await versions(ids)).toEqual([1]);
    },
  );

  test('takes 1 to 100 ids', async () => {
    const ids = await tickets(1);
    const many = Array.from({ length: 101 }, () => ids[0]);
    for (const [wrong, code] of [
      [[], 'REQUIRED'],
      [many, 'INVALID'],
    ] as const) {
      const { updateTickets } = await tech.client.query(UPDATE, { input: { ids: wrong, priority: 'LOW' } });
      expect(updateTickets).toEqual({ tickets: [], userErrors: [{ code, field: ['input', 'ids'] }] });
    }
    const hundred = await tickets(100);
    const { updateTickets } = await tech.client.query(UPDATE, { input: { ids: hundred, status: 'CLOSED' } });
    expect(updateTickets.tickets).toHaveLength(100);
    expect(await versions(ids)).toEqual([1]);
  });

  test.each([
    [{ status: null }, 'REQUIRED', ['input', 'status']],
    [{ productId: '019ab000-0000-7000-8000-000000000000' }, 'NOT_FOUND', ['input', 'productId']],
    [{ assignedTo: { username: 'nobody' } }, 'NOT_FOUND', ['input', 'assignedTo', 'username']],
  ])('changes nothing for a wrong field: %j', async (change, code, field) => {
    const ids = await tickets(2);
    const { updateTickets } = await tech.client.query(UPDATE, { input: { ids, priority: 'LOW', ...change } });
    expect(updateTickets).toEqual({ tickets: [], userErrors: [{ code, field }] });
    expect(await versions(ids)).toEqual([1, 1]);
  });

  test('does not deadlock with others that name the same tickets the other way round', async () => {
    const ids = await tickets(20);
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_, index) =>
        tech.client.query(UPDATE, {
          input: { ids: index % 2 ? ids : ids.toReversed(), status: index % 2 ? 'DONE' : 'OPEN' },
        }),
      ),
    );
    expect(answers.flatMap(({ updateTickets }) => updateTickets.userErrors)).toEqual([]);
  });
});
