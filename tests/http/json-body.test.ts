import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { buildPerson, type Person } from '../support/factories.js';
import { databaseState } from '../support/database-state.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

const CREATE = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) { ticket { title details } userErrors { code message field } }
}`;

const bodyOf = (title: string, details = '{}') =>
  `{"query":${JSON.stringify(CREATE)},"variables":{"input":{"title":"${title}","description":"x","details":${details}}}}`;

async function post(body: Buffer | string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${person.client.token}`, ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, answer: JSON.parse(await response.text()) };
}

async function postRefused(status: number, message: RegExp, ...parameters: Parameters<typeof post>) {
  const before = await databaseState(server);
  const { status: given, answer } = await post(...parameters);
  expect({ status: given, answer }).toEqual({
    status,
    answer: { errors: [{ message: expect.stringMatching(message), extensions: { code: 'BAD_REQUEST' } }] },
  });
  expect(await databaseState(server)).toEqual(before);
}

const created = ({ answer }: { answer: { data?: { createTicket: { ticket: unknown } } } }) =>
  answer.data?.createTicket.ticket;

describe('a body', () => {
  test('in UTF-8 is kept as it is', async () => {
    expect(created(await post(Buffer.from(bodyOf('Åke 🔥'))))).toMatchObject({ title: 'Åke 🔥' });
  });

  test.each([
    ['Latin-1', Buffer.from(bodyOf('Åke'), 'latin1')],
    ['UTF-16', Buffer.from(bodyOf('Åke'), 'utf16le')],
    ['a character cut off', Buffer.from(bodyOf('x\u00c3'), 'latin1')],
    ['an encoded surrogate', Buffer.from(bodyOf('\u00ed\u00a0\u00bd'), 'latin1')],
    ['an overlong form', Buffer.from(bodyOf('\u00c0\u00af'), 'latin1')],
  ])('that is not UTF-8 is refused: %s', async (_name, body) => {
    // UTF-16 of ASCII letters is valid UTF-8 with NULs in it, and no JSON.
    await postRefused(400, /not valid UTF-8|not valid JSON/, body);
  });

  test.each(['iso-8859-1', 'utf-16', 'windows-1252', '"latin1"'])('that names %s is refused', async (charset) => {
    const headers = { 'content-type': `application/json; charset=${charset}` };
    await postRefused(415, /UTF-8/, bodyOf('x'), headers);
  });

  test.each(['1', '9007199254740993'])(
    'that nests too deeply is told so, whatever numbers are in it: %s',
    async (leaf) => {
      const depth = 15_000;
      const details = `${'{"a":'.repeat(depth)}${leaf}${'}'.repeat(depth)}`;
      const { status, answer } = await post(bodyOf('x', details));
      expect([status, answer.errors[0].message]).toEqual([400, expect.stringMatching(/nests? .*deep/)]);
    },
  );

  test('that names no charset and no encoding, in headers without a value, is read', async () => {
    const headers = { 'content-type': 'application/json; charset=', 'content-encoding': '' };
    expect(created(await post(bodyOf('x'), headers))).toMatchObject({ title: 'x' });
  });

  test.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'application/json; charset=utf8'])(
    'that names UTF-8 is read: %s',
    async (type) => {
      expect(created(await post(bodyOf('x'), { 'content-type': type }))).toMatchObject({ title: 'x' });
    },
  );

  test('with a byte order mark is read', async () => {
    expect(created(await post(`\uFEFF${bodyOf('x')}`))).toMatchObject({ title: 'x' });
  });

  test.each(['gzip', 'deflate', 'br', 'GZIP', 'identity, gzip', 'x-unknown'])(
    'that is encoded as %s is refused by name',
    async (encoding) => {
      const body = gzipSync(bodyOf('x'));
      await postRefused(415, new RegExp(`encoded as ${encoding}\\.`), body, { 'content-encoding': encoding });
    },
  );

  test('of a megabyte that is encoded is refused, and the answer arrives', async () => {
    await postRefused(415, /encoded as gzip/, Buffer.alloc(1_000_000), { 'content-encoding': 'gzip' });
  });

  test('that is encoded as identity is read', async () => {
    const { status } = await post(bodyOf('x'), { 'content-encoding': 'identity' });
    expect(status).toBe(200);
  });

  test('that is refused is counted', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/refusals_total\{rule="body_type"\} \d/);
    expect(text).toMatch(/refusals_total\{rule="bad_request"\} \d/);
  });
});

/** As fetch would escape what is not ASCII. */
async function getStatus(path: string): Promise<number | undefined> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const headers = { 'apollo-require-preflight': 'true' };
    request({ port, host: '127.0.0.1', path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('a query string', () => {
  test('in escaped UTF-8 is read', async () => {
    expect(await getStatus(`/graphql?query=${encodeURIComponent('{ viewer { id } # Åke 🔥\n}')}`)).toBe(200);
    expect(await getStatus('/graphql?query=%7B+viewer+%7B+id+%7D+%7D')).toBe(200);
  });

  test.each(['%C5ke', '%E5', '%ED%A0%BD', '%C0%AF', '%FF%FE', '%zz', '%'])(
    'that is not is refused: %s',
    async (text) => {
      expect(await getStatus(`/graphql?query=%7B%20viewer%20%7B%20id%20%7D%20%7D%23${text}`)).toBe(400);
      expect(await getStatus(`/graphql?query=%7B__typename%7D&variables=%7B%22a%22%3A%22${text}%22%7D`)).toBe(400);
    },
  );
});

const INEXACT = ['9007199254740993', '1e400', '123456789012345678901', '0.1000000000000000055511151231257827'];
const fault = (number: string) => ({
  code: 'INVALID',
  field: ['input', 'details'],
  message: expect.stringContaining(number.slice(0, 40)),
});

describe("numbers in a ticket's details", () => {
  test.each(INEXACT)('that JavaScript cannot hold are refused, in variables and in literals: %s', async (number) => {
    const before = await databaseState(server);
    for (const details of [`{"a":${number}}`, `{"a":[{"b":-${number}}]}`, `{ "a" : [1, ${number}] }`]) {
      const inVariable = await post(bodyOf('x', details));
      expect(inVariable.answer.data.createTicket).toEqual({ ticket: null, userErrors: [fault(number)] });
    }
    const literal = `mutation { createTicket(input: { title: "x", description: "x", details: { a: [{ b: ${number} }] } }) {
      ticket { title } userErrors { code message field } } }`;
    expect((await person.client.query(literal)).createTicket).toEqual({ ticket: null, userErrors: [fault(number)] });
    expect(await databaseState(server)).toEqual(before);
  });

  test('are kept as long as they are the same ones, however they are written', async () => {
    const written = '[1.0, 1e3, 0.10, -12.50, 9007199254740992, 123456789012345678, 1E22]';
    const held = [1, 1000, 0.1, -12.5, 9007199254740992, '123456789012345680', 1e22];
    const { answer } = await post(bodyOf('x', `{"n":${written.replace('678,', '680,')}}`));
    expect(answer.data.createTicket).toEqual({
      ticket: { title: 'x', details: { n: held.map(Number) } },
      userErrors: [],
    });
  });

  test.each([
    ['query ($first: Int) { tickets(first: $first) { totalCount } }', '"first":9007199254740993'],
    ['query ($id: ID!) { ticket(id: $id) { id } }', '"id":9007199254740993'],
    ['query ($filter: UserFilter) { users(filter: $filter) { totalCount } }', '"filter":9007199254740993'],
    [
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }',
      '"filter":{"status":9007199254740993}',
    ],
    [CREATE, '"input":{"title":9007199254740993,"description":"x"}'],
    [CREATE, '"input":{"title":"x","description":"x","details":9007199254740993}'],
  ])('where none belongs are refused as of the wrong type: %s %s', async (query, variables) => {
    const { status, answer } = await post(`{"query":${JSON.stringify(query)},"variables":{${variables}}}`);
    expect(status).toBe(400);
    expect(answer.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe("members of a ticket's details", () => {
  const UPDATE = `mutation ($input: UpdateTicketInput!) {
    updateTicket(input: $input) { ticket { title details } userErrors { code field } }
  }`;
  /** As lists of names and values, for toEqual passes over a member named __proto__. */
  const members = (value: unknown): [string, unknown][] =>
    Object.entries(Object(value)).map(([name, held]) => [
      name,
      typeof held === 'object' && held !== null ? members(held) : held,
    ]);
  const DETAILS =
    '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":1,"hasOwnProperty":2}';

  test('are kept whatever their names are, in variables and in literals', async () => {
    const { answer } = await post(bodyOf('x', DETAILS));
    const stored = members(answer.data.createTicket.ticket.details);
    expect(stored).toHaveLength(4);
    expect(stored).toEqual(expect.arrayContaining(members(JSON.parse(DETAILS))));
    const { createTicket } = await person.client.query(
      `mutation { createTicket(input: { title: "x", description: "x", details: ${DETAILS.replaceAll(/"(\w+)":/g, '$1:')} }) {
        ticket { details } } }`,
    );
    expect(members(createTicket.ticket.details)).toEqual(stored);
    expect(Object({})['isAdmin']).toBeUndefined();
  });

  test('stay through changes, with the unit of work and without, and in the history', async () => {
    const { createTicket } = await person.client.query(
      `mutation { createTicket(input: { title: "x", description: "x" }) { ticket { id } } }`,
    );
    const { id } = createTicket.ticket;
    const update = async (rest: string) => {
      const { answer } = await post(`{"query":${JSON.stringify(UPDATE)},"variables":{"input":{"id":"${id}",${rest}}}}`);
      return answer.data.updateTicket;
    };
    const added = await update(`"details":${DETAILS}`);
    expect(added.userErrors).toEqual([]);
    expect(members(added.ticket.details)).toHaveLength(4);
    const more = DETAILS.replace('{', '{"more":[{"__proto__":1}],');
    const alone = await update(`"details":${more},"assignedTo":{"id":"${person.id}"}`);
    expect(alone.userErrors).toEqual([]);
    expect(members(alone.ticket.details)).toHaveLength(5);
    const { ticket } = await person.client.query(
      'query ($id: ID!) { ticket(id: $id) { details history(last: 1) { nodes { changes { field to } } } } }',
      { id },
    );
    expect(members(ticket.details)).toHaveLength(5);
    const { to } = ticket.history.nodes[0].changes.find(({ field }: { field: string }) => field === 'details');
    expect(members(JSON.parse(to))).toHaveLength(5);
    expect(Object({})['isAdmin']).toBeUndefined();
  });

  test('elsewhere in a request are refused where no field has their name', async () => {
    const { answer } = await post(bodyOf('x').replace('"title"', '"__proto__":{"internal":true},"title"'));
    expect(answer.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });
});
