import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesOf } from '../../src/graphql/response-size.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const TICKETS = 60;
const COMMENTS = 20;
/** With characters of one byte. */
const LONG = 10_000;

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  for (let made = 0; made < TICKETS; made += 1) await buildTicket(server, { createdBy: person });
  // Not searched here, and so without the words that triggers would keep.
  await server.app.orm.em.fork().transactional(async (em) => {
    await em.execute('set local session_replication_role = replica');
    await em.execute(
      `insert into comment (id, content, ticket_id, author_id, created_at)
       select gen_random_uuid(), repeat('x', ?), t.id, t.created_by_id, t.created_at from ticket t, generate_series(1, ?)`,
      [LONG, COMMENTS],
    );
  });
});
afterAll(async () => server.stop());

const comments = (content: string) =>
  `query ($tickets: Int!) { tickets(first: $tickets) { nodes { comments(first: ${COMMENTS}) { nodes { ${content} } } } } }`;

describe('an answer', () => {
  test('may have nearly ten megabytes', async () => {
    const { status, data } = await person.client.send(comments('content'), { tickets: 49 });
    expect(status).toBe(200);
    expect(JSON.stringify(data).length).toBeGreaterThan(9_800_000);
  });

  test.each([
    ['by its rows', comments('content'), 51],
    ['by rows that are too many to be read', comments('content id'), 60],
    ['by showing the same text several times', comments('a: content b: content c: content'), 20],
  ])(
    'is refused as a whole when it would have more, %s, however often it is asked for',
    async (_name, query, tickets) => {
      for (let time = 0; time < 3; time += 1) {
        const { status, data, errors } = await person.client.send(query, { tickets });
        expect([status, data]).toEqual([400, undefined]);
        expect(errors).toEqual([
          {
            message: expect.stringContaining('more than 10 MB'),
            extensions: { code: 'QUERY_TOO_COMPLEX', answerBytes: 10_000_000, limit: 10_000_000 },
          },
        ]);
      }
      expect((await person.client.send(query, { tickets: 2 })).errors).toEqual([]);
    },
  );

  test('to a mutation tells that its change stands', async () => {
    const { tickets } = await person.client.query(`{ tickets(first: ${TICKETS}) { nodes { id } } }`);
    const ids = tickets.nodes.map(({ id }: { id: string }) => id);
    const { data, errors } = await person.client.send(
      `mutation ($input: UpdateTicketsInput!) { updateTickets(input: $input) { tickets { comments(first: ${COMMENTS}) { nodes { content } } } } }`,
      { input: { ids, priority: 'HIGH' } },
    );
    expect(data).toBeNull();
    expect(errors[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
    expect(errors[0]?.message).toMatch(/changed stands/);
    const after = await person.client.query('{ tickets(filter: { priority: [HIGH] }) { totalCount } }');
    expect(after.tickets.totalCount).toBe(TICKETS);
  });
});

describe('the size of an answer', () => {
  test.each([
    [{ a: 'text', b: [1, null, true], c: { d: 'é'.repeat(200) } }],
    [Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`field${i}`, { id: `${i}`, number: i }]))],
  ])('is about what JSON takes', (value) => {
    const real = Buffer.byteLength(JSON.stringify(value));
    expect(Math.abs(bytesOf(value, Infinity) - real)).toBeLessThan(real / 5);
  });

  test('is not counted to its end when it is too much', () => {
    const unread = {
      get length(): number {
        throw new Error('It was read');
      },
    };
    expect(
      bytesOf(
        [
          'x'.repeat(1000),
          { unread: 'x'.repeat(1000) },
          Object.defineProperty({}, 'a', { enumerable: true, get: () => unread.length }),
        ],
        1500,
      ),
    ).toBeGreaterThan(1500);
  });
});
