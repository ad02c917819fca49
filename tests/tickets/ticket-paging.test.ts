import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { TicketPriority, TicketStatus } from '../../src/tickets/ticket.entity.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: TicketFilter, $orderBy: [TicketOrder!]) {
  tickets(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id number } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`;
const REMOVE = 'mutation ($id: ID!) { deleteTicket(input: { id: $id }) { userErrors { code } } }';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  // Equal keys on every order, and a search that matches some by their words and one by a slip.
  for (let index = 0; index < 24; index += 1) {
    await buildTicket(server, {
      createdBy: person,
      title: index % 2 ? 'Printer jam' : 'Prniter smoke',
      priority: Object.values(TicketPriority)[index % 2],
      status: Object.values(TicketStatus)[index % 3],
      createdAt: new Date(Date.UTC(2026, 0, 1 + (index % 4))),
    });
  }
});
afterAll(async () => server.stop());

const order = fc.record({
  field: fc.constantFrom('NUMBER', 'CREATED_AT', 'UPDATED_AT', 'PRIORITY', 'STATUS'),
  direction: fc.constantFrom('ASC', 'DESC'),
});
const filter = fc.constantFrom(
  {},
  { active: true },
  { search: 'printer' },
  { or: [{ priority: ['LOW'] }, { not: { status: ['OPEN'] } }] },
);

interface Page {
  edges: { cursor: string; node: { id: string; number: number } }[];
  pageInfo: { startCursor: string | null; endCursor: string | null; hasNextPage: boolean; hasPreviousPage: boolean };
}
const page = async (variables: Record<string, unknown>): Promise<Page> =>
  (await person.client.query(LIST, variables)).tickets;
const numbers = ({ edges }: Page) => edges.map(({ node }) => node.number);

/** All pages, one after the other; `between` happens after each. */
async function walk(
  size: number,
  backwards: boolean,
  variables: Record<string, unknown>,
  between = async () => {},
): Promise<number[]> {
  const seen: number[] = [];
  let cursor: string | null = null;
  for (;;) {
    const place: object = backwards ? { last: size, before: cursor } : { first: size, after: cursor };
    const next: Page = await page({ ...variables, ...place });
    if (backwards) seen.unshift(...numbers(next));
    else seen.push(...numbers(next));
    const { startCursor, endCursor, hasNextPage, hasPreviousPage } = next.pageInfo;
    if (!(backwards ? hasPreviousPage : hasNextPage)) return seen;
    cursor = backwards ? startCursor : endCursor;
    await between();
  }
}

describe('pages of tickets', () => {
  test('hold each ticket once, in the order of the whole list, both ways, whatever the order, filter and size', async () => {
    await fc.assert(
      fc.asyncProperty(
        order,
        filter,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (orderBy, where, size, back) => {
          const variables = { orderBy, filter: where };
          const whole = numbers(await page({ ...variables, first: 100 }));
          expect(whole.length).toBeGreaterThan(1);
          expect(await walk(size, back, variables)).toEqual(whole);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('neither repeat nor miss a ticket while others are made and deleted between them', async () => {
    await fc.assert(
      fc.asyncProperty(
        order,
        filter,
        fc.integer({ min: 2, max: 7 }),
        fc.boolean(),
        async (orderBy, where, size, back) => {
          const variables = { orderBy, filter: where };
          const before = new Set(numbers(await page({ ...variables, first: 100 })));
          const made: string[] = [];
          const seen = await walk(size, back, variables, async () => {
            const day = 1 + (made.length % 5);
            const createdAt = new Date(Date.UTC(2026, 0, day));
            made.push((await buildTicket(server, { createdBy: person, title: 'Printer', createdAt })).id);
            if (made.length % 2 === 0) await person.client.query(REMOVE, { id: made[0] });
          });
          for (const id of made) await person.client.query(REMOVE, { id });
          expect(new Set(seen).size).toBe(seen.length);
          const lasting = seen.filter((number) => before.has(number));
          expect(lasting).toEqual(numbers(await page({ ...variables, first: 100 })));
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  test('tell the truth about what lies beyond their cursors', async () => {
    const { edges } = await page({ first: 3 });
    const [first, second] = edges.map(({ cursor }) => cursor);
    expect((await page({ first: 1, after: first })).pageInfo.hasPreviousPage).toBe(true);
    expect((await page({ last: 1, before: second })).pageInfo).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: false,
    });
    await person.client.query(REMOVE, { id: edges[0]?.node.id });
    expect((await page({ first: 1, after: first })).pageInfo.hasPreviousPage).toBe(false);
    expect((await page({ last: 1, before: first })).pageInfo).toMatchObject({ hasNextPage: true, startCursor: null });
  });
});
