import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { getOperationAST, type GraphQLSchema, parse, validate } from 'graphql';
import { CompilableOperations } from '../../src/graphql/compilable-operation.js';
import { createSchema } from '../../src/app/schema.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { succeed } from '../support/calls.js';
import { buildComment, buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { randomDocument, type RandomDocument } from './random-documents.js';

/** `npm run fuzz` asks more of them, by other seeds. */
const DOCUMENTS = Number(process.env['TEST_DOCUMENTS'] ?? 300);
const SEED = Number(process.env['TEST_SEED'] ?? 20_261_127);
const TIMES = 3;

let server: TestServer;
let viewers: Person[];
let tickets: { id: string }[];
let product: { id: string };
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400, delaysRejections: false });
  const admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  viewers = [admin, await buildPerson(server), await buildPerson(server, { role: {} })];
  product = await buildProduct(server);
  tickets = [];
  for (const viewer of viewers) {
    const ticket = await buildTicket(server, { createdBy: viewer, assignedTo: admin, product, title: 'Toner' });
    await buildComment(server, { ticket, author: viewer, content: 'Toner was ordered.' });
    await buildComment(server, { ticket, author: admin, content: 'It is not the toner.', internal: true });
    tickets.push(ticket);
  }
  // What each viewer's history and timeline tells: people, products and tickets, of which one is hidden from others.
  for (const [index, { id }] of tickets.entries()) {
    await succeed(admin.client, 'updateTicket', { id, productId: null, assignedTo: { id: viewers[1]?.id } });
    await succeed(admin.client, 'createComment', { ticketId: id, content: 'It was the drum.', internal: index === 1 });
  }
  await succeed(admin.client, 'markDuplicate', { ticketId: tickets[2]?.id, duplicateOfId: tickets[0]?.id });
});
afterAll(async () => server.stop());

async function ask({ client: { token } }: Person, { query, variables }: RandomDocument): Promise<string> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    // By hand: JSON.stringify of an object literal would leave out a variable of the name __proto__.
    body: `{"query":${JSON.stringify(query)},"variables":${JSON.stringify(variables)}}`,
  }).catch((error: unknown) => {
    throw new Error(`No answer to ${query} with ${JSON.stringify(variables)}`, { cause: error });
  });
  const text = await response.text();
  return `${response.status} ${text.replace(/,"requestId":"[^"]+"/g, '')}`;
}

/** What GraphQL.js answers: a document that comes for the first time is not compiled, and a comment makes it another one. */
let made = 0;
async function byGraphqlJs(viewer: Person, { query, variables }: RandomDocument): Promise<string> {
  made += 1;
  return ask(viewer, { query: `${query}\n# ${made}`, variables });
}

/**
 * An answer without what GraphQL.js itself leaves open: of several errors under one parent that becomes null, which is reported
 * depends on whose statement ends first. Answers without errors are compared byte by byte.
 */
function withoutRace(answer: string): string {
  const errors = answer.indexOf('{"errors":[');
  if (errors < 0) return answer;
  const { data } = JSON.parse(answer.slice(errors)) as { data?: unknown };
  return `${answer.slice(0, errors)}errors and ${JSON.stringify(data)}`;
}

/** Asks as each of the viewers, several times, and expects GraphQL.js's answer each time. */
async function expectOneAnswer(
  document: RandomDocument,
  comparable: (answer: string) => string = (answer) => answer,
): Promise<string[]> {
  const expected: string[] = [];
  for (const viewer of viewers) {
    const answer = comparable(await byGraphqlJs(viewer, document));
    for (let times = 0; times < TIMES; times += 1) {
      expect({ ...document, viewer: viewer.username, answer: comparable(await ask(viewer, document)) }).toEqual({
        ...document,
        viewer: viewer.username,
        answer,
      });
    }
    expected.push(answer);
  }
  return expected;
}

function isCompilable(schema: GraphQLSchema, { query }: RandomDocument): boolean {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation || validate(schema, document).length > 0) return false;
  return new CompilableOperations(schema).includes(document, operation);
}

describe('a document has one answer, however often it is asked and by whomever', () => {
  test.each<[string, string, Record<string, unknown>?]>([
    [
      'a fragment that is skipped in one place',
      '{ x: viewer { id ...F @include(if: false) } y: viewer { id ...F } } fragment F on User { username }',
    ],
    [
      'aliases whose paths are equal once joined',
      '{ t_u: tickets(first: 1) { nodes { number viewerCanEdit } } u: viewer { t: createdTickets(first: 1) { nodes { number } } } }',
    ],
    [
      'an alias that is equal to the joined path of another list',
      '{ a_b: ticketInsights { total active } b: viewer { a: createdTickets(first: 1) { totalCount } } }',
    ],
    [
      'a union, whose types have fields of their own, in common and by a fragment on an interface',
      `{ tickets(first: 3) { nodes { timeline(first: 5) { totalCount nodes { __typename ... on Node { id }
        ... on Comment { at: createdAt content author { name } }
        ... on TicketEvent { at: createdAt kind changes { field toNode { __typename id ... on User { name } } } } } } } } }`,
    ],
    ['an alias of the name __proto__', '{ __proto__: viewer { id } viewer { __proto__: username toString: name } }'],
    ['a fragment of the name toString', '{ viewer { ...toString } } fragment toString on User { username }'],
    [
      'a variable that is missing, of the name toString',
      'query ($toString: Int) { tickets(first: $toString) { totalCount } }',
    ],
    ['a variable of the name __proto__', 'query ($__proto__: Int) { tickets(first: $__proto__) { nodes { id } } }'],
    [
      'a missing variable inside a list',
      'query ($s: TicketStatus) { tickets(filter: { status: [OPEN, $s] }) { totalCount } }',
    ],
    [
      'a missing variable inside an input object',
      'query ($a: Boolean) { tickets(filter: { active: $a, unassigned: true }) { totalCount } }',
    ],
    [
      'a missing variable in a place with a default',
      'query ($n: Int, $d: Boolean) { tickets(first: $n, filter: { deleted: $d }) { totalCount } }',
    ],
    [
      'several errors under one parent',
      '{ tickets(first: 2) { nodes { id comments(first: 101) { totalCount } history(first: 0) { totalCount } } } }',
    ],
    [
      'null where null may not be',
      'query ($n: Int = 1) { similarTickets(input: { title: "x", first: $n }) { score } }',
      { n: null },
    ],
  ])('%s', async (_name, query, variables = {}) => {
    await expectOneAnswer({ query, variables });
  });

  test('a string that a compiler could take for code', async () => {
    const marker = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
    const query = `{ users(filter: { search: "${marker}globalThis.compiledInput = 1" }) { totalCount } }`;
    await expectOneAnswer({ query, variables: {} });
    expect(Reflect.get(globalThis, 'compiledInput')).toBeUndefined();
  });

  test(`${DOCUMENTS} random documents`, async () => {
    const vocabulary = {
      ids: [...tickets.map(({ id }) => id), ...viewers.map(({ id }) => id), product.id, 'no id'],
      numbers: [1, 2, 3, 0, -1, 11],
      words: ['toner', 'ordered', 'x', ''],
      usernames: viewers.map(({ username }) => username),
      emails: viewers.map(({ email }) => email),
      instants: ['2026-03-02T08:00:00.000Z', '2026-03-02T09:00:00+01:00'],
    };
    const schema = createSchema();
    const documents = randomDocument(schema, vocabulary);
    let [compilable, answered, failed] = [0, 0, 0];
    for (let asked = 0; asked < DOCUMENTS; asked += 1) {
      // One after the other: making all of them at once would block the server for minutes.
      const [document] = fc.sample(documents, { numRuns: 1, seed: SEED + asked });
      if (!document) throw new Error('No document was made');
      if (isCompilable(schema, document)) compilable += 1;
      const answers = await expectOneAnswer(document, withoutRace);
      for (const answer of answers) {
        if (answer.includes('errors and')) failed += 1;
        else answered += 1;
      }
    }
    // Enough of them are compiled, answered, and answered with errors: all of this is compared.
    const counts = { seed: SEED, documents: DOCUMENTS, compilable, answered, failed };
    if (process.env['TEST_DOCUMENTS']) process.stderr.write(`${JSON.stringify(counts)}\n`);
    expect({
      ...counts,
      enough: compilable > DOCUMENTS / 5 && answered > DOCUMENTS / 2 && failed > DOCUMENTS / 10,
    }).toEqual({
      ...counts,
      enough: true,
    });
  }, 7_200_000);
});
