import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { type GraphqlClient } from '../../support/client.js';
import { buildPerson, buildProduct, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { CHANGES } from './follow.js';

const SNAPSHOT = `query ($filter: TicketFilter, $after: String) {
  changeCursor
  tickets(first: 100, after: $after, filter: $filter) { nodes { id title status } pageInfo { endCursor hasNextPage } }
}`;

interface Shown {
  id: string;
  title: string;
  status: string;
}

let server: TestServer;
let people: Person[];
let productId: string;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400, delaysRejections: false });
  people = [
    await buildPerson(server, { role: BuiltInRole.ADMIN }),
    await buildPerson(server, { role: { canManageTickets: true, canAssignTickets: true, canEditAll: true } }),
    await buildPerson(server, { role: {} }),
  ];
  ({ id: productId } = await buildProduct(server));
});
afterAll(async () => server.stop());

/** A list that one person keeps up to date by changes alone. */
class Replica {
  readonly shown = new Map<string, Shown>();
  #since = '';

  constructor(
    readonly client: GraphqlClient,
    readonly filter: object | null,
  ) {}

  async list(): Promise<Shown[]> {
    const { changeCursor, tickets } = await this.client.query(SNAPSHOT, { filter: this.filter });
    expect(tickets.pageInfo.hasNextPage).toBe(false);
    this.#since = this.#since || changeCursor;
    return tickets.nodes;
  }

  async load(): Promise<void> {
    for (const ticket of await this.list()) this.shown.set(ticket.id, ticket);
  }

  /** @param pages reads so many pages, all of them if it is not given */
  async apply(first: number, pages = Number.POSITIVE_INFINITY): Promise<void> {
    for (let read = 0; read < pages; read += 1) {
      const variables = { since: this.#since, first, filter: this.filter };
      const { ticketChanges } = await this.client.query(CHANGES, variables);
      for (const { kind, ticketId, ticket } of ticketChanges.changes) {
        if (kind === 'VANISHED') this.shown.delete(ticketId);
        else this.shown.set(ticketId, ticket);
      }
      this.#since = ticketChanges.cursor;
      if (ticketChanges.hasMore === false) return;
    }
  }
}

function filters(): (object | null)[] {
  const [, manager, owner] = people.map(({ id }) => id);
  return [
    null,
    { status: ['OPEN', 'IN_PROGRESS'] },
    { assignedToId: [owner, manager] },
    { unassigned: true },
    { withoutProduct: false },
    { not: { priority: ['HIGH'] }, active: true },
    { or: [{ productId: [productId] }, { createdById: [owner] }] },
    { updatedAt: { from: '2026-03-02T08:10:00.000Z' } },
    { lastActivityAt: { from: '2026-03-02T08:05:00.000Z' } },
    { closedAt: { from: '2026-03-02T08:05:00.000Z' } },
    { or: [{ assignedToMe: true }, { createdByMe: true, status: ['OPEN'] }] },
  ];
}

const step = fc.oneof(
  fc.record({ do: fc.constant('create' as const), by: fc.nat(2), status: fc.constantFrom('OPEN', 'DONE') }),
  fc.record({
    do: fc.constant('update' as const),
    by: fc.nat(2),
    which: fc.nat(20),
    change: fc.constantFrom<Record<string, unknown>>(
      { title: 'Changed' },
      { status: 'DONE' },
      { status: 'IN_PROGRESS' },
      { priority: 'HIGH' },
      { priority: 'LOW' },
      { assignedTo: 0 },
      { assignedTo: 2 },
      { assignedTo: null },
      { productId: true },
      { productId: null },
    ),
  }),
  fc.record({
    do: fc.constantFrom('delete' as const, 'restore' as const, 'comment' as const),
    by: fc.nat(2),
    which: fc.nat(20),
  }),
  fc.record({
    do: fc.constant('read' as const),
    which: fc.nat(20),
    first: fc.integer({ min: 1, max: 5 }),
    pages: fc.nat(3),
  }),
  fc.record({ do: fc.constant('wait' as const) }),
);

/** A mutation that may be refused: that changes nothing then, and tells nothing. */
async function mutate(by: number, mutation: string, input: object): Promise<{ id?: string }> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const wanted = mutation === 'createTicket' ? 'ticket { id }' : 'userErrors { code }';
  const answer = await people[by]?.client.send(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${wanted} } }`,
    { input },
  );
  return answer?.data?.[mutation]?.ticket ?? {};
}

test('changes applied to a list make it the list as it is now, for everybody, every filter and all that may happen', async () => {
  const runs = Number(process.env['TEST_REPLAYS'] ?? 3);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
      const ids: string[] = [];
      for (let made = 0; made < 3; made += 1) {
        const { id } = await mutate(made % 3, 'createTicket', { title: 'A', description: 'B' });
        if (id !== undefined) ids.push(id);
      }
      const replicas = people.flatMap(({ client }) => filters().map((filter) => new Replica(client, filter)));
      for (const replica of replicas) await replica.load();
      for (const one of steps) {
        if (one.do === 'wait') server.clock.advance({ minutes: 1 });
        else if (one.do === 'read') await replicas[one.which % replicas.length]?.apply(one.first, one.pages);
        else if (one.do === 'create') {
          const { id } = await mutate(one.by, 'createTicket', { title: 'N', description: 'B', status: one.status });
          if (id !== undefined) ids.push(id);
        } else {
          const id = ids[one.which % ids.length];
          if (one.do === 'delete') await mutate(one.by, 'deleteTicket', { id });
          else if (one.do === 'restore') await mutate(one.by, 'restoreTicket', { id });
          else if (one.do === 'comment')
            await mutate(one.by, 'createComment', { ticketId: id, content: 'C', internal: one.which % 2 === 0 });
          else if (one.do === 'update') {
            const { assignedTo, productId: product, ...change } = one.change;
            await mutate(one.by, 'updateTicket', {
              id,
              ...change,
              ...(assignedTo === null && { assignedTo }),
              ...(typeof assignedTo === 'number' && { assignedTo: { id: people[assignedTo]?.id } }),
              ...(product !== undefined && { productId: product === null ? null : productId }),
            });
          }
        }
      }
      for (const replica of replicas) {
        await replica.apply(3);
        const byId = (a: Shown, b: Shown) => (a.id < b.id ? -1 : 1);
        const now = await replica.list();
        expect([...replica.shown.values()].toSorted(byId)).toEqual(now.toSorted(byId));
      }
      // Room for the next run's list on one page.
      for (const id of ids) await mutate(0, 'deleteTicket', { id });
    }),
    { numRuns: runs, seed: Number(process.env['TEST_SEED'] ?? 20_261_127), endOnFailure: true },
  );
}, 60_000);
