import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { select } from '../support/database-state.js';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  await buildTicket(server, { createdBy: person });
  // Errors that nobody foresaw, on a database of this file's own.
  await select(server, sql`alter table comment rename to comment_elsewhere`);
});
afterAll(async () => server.stop());

const LEAKS = /select|insert|relation|comment_elsewhere|does not exist|postgres|node_modules|\.ts|\.js|at \w+/i;

async function sendRaw(body: Record<string, unknown>, token = person.client.token) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { text, requestId: response.headers.get('x-request-id'), answer: JSON.parse(text) };
}

const MASKED = 'Something went wrong on the server. Tell its operator the requestId.';

test.each([
  ['a query', '{ comments { nodes { id } } }', ['comments']],
  ['a list in a list', '{ tickets { nodes { comments { nodes { id } } } } }', ['tickets', 'nodes', 0, 'comments']],
  [
    'a field below a list',
    '{ viewer { createdTickets { nodes { comments { nodes { id } } } } } }',
    ['viewer', 'createdTickets', 'nodes', 0, 'comments'],
  ],
  ['node', '{ node(id: "01890a5d-ac96-774b-bcce-b302099a8057") { id } }', ['node']],
])('an internal error of %s is masked, and can be asked about by its request id', async (_name, query, path) => {
  const { text, requestId, answer } = await sendRaw({ query });
  expect(answer.errors).toEqual([
    { message: MASKED, locations: expect.any(Array), path, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } },
  ]);
  expect(text).not.toMatch(LEAKS);
});

test('an internal error of a mutation is masked, and nothing is changed', async () => {
  const { tickets } = await person.client.query('{ tickets { nodes { id } } }');
  const { text, requestId, answer } = await sendRaw({
    query: 'mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } } }',
    variables: { input: { ticketId: tickets.nodes[0].id, content: 'x' } },
  });
  expect(answer.errors[0]).toMatchObject({ message: MASKED, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } });
  expect(text).not.toMatch(LEAKS);
  expect(await select(server, sql`select 1 from ticket_event`)).toEqual([]);
});

test('the rest of the answer stands', async () => {
  const { answer } = await sendRaw({ query: '{ comments { nodes { id } } viewer { id } node(id: "x") { id } }' });
  expect(answer.errors).toHaveLength(1);
  expect(answer.data).toBeNull();
  const partly = await sendRaw({
    query: `{ comment(id: "01890a5d-ac96-774b-bcce-b302099a8057") { id } viewer { id } }`,
  });
  expect(partly.answer.data).toEqual({ comment: null, viewer: { id: person.id } });
});

test('an internal error before any field, when the viewer is looked up, is masked too', async () => {
  const { client } = await buildPerson(server);
  server.clock.advance({ seconds: 6 });
  await select(server, sql`alter table session rename to session_elsewhere`);
  try {
    const { text, requestId, answer } = await sendRaw({ query: '{ viewer { id } }' }, client.token);
    expect(answer.errors).toEqual([{ message: MASKED, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } }]);
    expect(text).not.toMatch(LEAKS);
  } finally {
    await select(server, sql`alter table session_elsewhere rename to session`);
  }
  expect((await client.query('{ viewer { username } }')).viewer).not.toBeNull();
});
