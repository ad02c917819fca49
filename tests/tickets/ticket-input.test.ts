import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { select } from '../support/database-state.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { expectError, expectRefused } from '../support/refusals.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CREATE = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) {
    ticket { id title description details type priority status version }
    ticketEdge { cursor node { id } }
    userErrors { code message field }
  }
}`;
const UPDATE = `mutation ($input: UpdateTicketInput!) {
  updateTicket(input: $input) {
    ticket { id title description details assignedTo { id } product { id } version updatedAt }
    userErrors { code message field }
  }
}`;
const DELETE = `mutation ($input: DeleteTicketInput!) {
  deleteTicket(input: $input) { ticket { id } userErrors { code message field } }
}`;

let server: TestServer;
let creator: Person;
let deleted: Person;
let ticket: { id: string };
beforeAll(async () => {
  server = await startTestServer();
  creator = await buildPerson(server);
  deleted = await buildPerson(server);
  await select(server, sql`update "user" set deleted_at = now() where id = ${deleted.id}`);
  ticket = await buildTicket(server, { createdBy: creator });
});
afterAll(async () => server.stop());

const GOOD = { title: 'Printer on fire', description: 'It burns.' };

const create = async (input: Record<string, unknown>) =>
  (await creator.client.query(CREATE, { input: { ...GOOD, ...input } })).createTicket;

/** The same faulty fields in a creation and in an update: the same answer. */
async function refused(fields: Record<string, unknown>, ...faults: string[]) {
  const created = await expectRefused(
    server,
    creator.client,
    { mutation: CREATE, input: { ...GOOD, ...fields } },
    ...faults,
  );
  expect(created).toMatchObject({ ticket: null, ticketEdge: null });
  const call = { mutation: UPDATE, input: { id: ticket.id, ...fields } };
  expect(await expectRefused(server, creator.client, call, ...faults)).toMatchObject({ ticket: null });
}

describe("a ticket's texts", () => {
  test.each([
    ['a title of nothing', { title: '' }, 'REQUIRED input.title'],
    ['a title of spaces', { title: ' \t\n\u00a0 ' }, 'REQUIRED input.title'],
    ['a title of 201 characters', { title: 'x'.repeat(201) }, 'INVALID input.title'],
    ['a title of 201 emoji', { title: '🔥'.repeat(201) }, 'INVALID input.title'],
    ['a title with NUL', { title: 'Printer\0on fire' }, 'INVALID input.title'],
    ['a title with a lone high surrogate', { title: 'Printer \ud83d on fire' }, 'INVALID input.title'],
    ['a title with a lone low surrogate', { title: '\udd25' }, 'INVALID input.title'],
    ['a description of spaces', { description: '   ' }, 'REQUIRED input.description'],
    ['a description of 10,001 characters', { description: 'x'.repeat(10_001) }, 'INVALID input.description'],
    ['a description with NUL', { description: 'It\0burns' }, 'INVALID input.description'],
  ])('refuse %s', async (_name, fields, fault) => refused(fields, fault));

  test('are told of together', async () => {
    await refused(
      { title: ' ', description: '\0', productId: 'none' },
      'REQUIRED input.title',
      'INVALID input.description',
      'NOT_FOUND input.productId',
    );
  });

  test.each([
    ['200 characters', 'x'.repeat(200)],
    ['200 emoji, of two UTF-16 units each', '🔥'.repeat(200)],
    ['SQL', `'; drop table ticket; --`],
    ['another script, combined characters and markup', 'Ａ\u0301 <b>नमस्ते</b> "\\" \u202etxet'],
  ])('take a title of %s, and give it back unchanged', async (_name, title) => {
    expect(await create({ title })).toMatchObject({ ticket: { title }, userErrors: [] });
  });

  test('take a description of 10,000 characters', async () => {
    const description = '🔥'.repeat(10_000);
    expect(await create({ description })).toMatchObject({ ticket: { description }, userErrors: [] });
  });

  test('are trimmed before they are counted', async () => {
    const { ticket: made } = await create({ title: `  ${'x'.repeat(200)}\n`, description: ' It burns. ' });
    expect(made).toMatchObject({ title: 'x'.repeat(200), description: 'It burns.' });
  });

  test.each(['title', 'description', 'type', 'priority', 'status'])('cannot clear %s by null', async (field) => {
    const call = { mutation: UPDATE, input: { id: ticket.id, [field]: null } };
    await expectRefused(server, creator.client, call, `REQUIRED input.${field}`);
  });
});

const deep = (depth: number) => Array.from({ length: depth }).reduce<object>((inner) => ({ inner }), {});

describe("a ticket's details", () => {
  test('come back as they were sent', async () => {
    const details = { 'room number': '12b', floors: [1, 2.5, null, true], nested: { emoji: '🔥', empty: {} } };
    expect((await create({ details })).ticket.details).toEqual(details);
  });

  test.each([
    ['NUL in a value', { room: 'a\0b' }],
    ['NUL in a key', { 'a\0b': 1 }],
    ['a lone surrogate in a list', { rooms: ['\ud83d'] }],
    ['a lone surrogate in a key', { inner: { '\udd25': 1 } }],
    ['a thousand levels', deep(1000)],
  ])('refuse %s', async (_name, details) => refused({ details }, 'INVALID input.details'));

  test('are refused before anything runs when they have as many levels as fit into a request', async () => {
    const variables = `{"input":{"title":"x","description":"x","details":${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}}}`;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${creator.client.token}` },
      body: `{"query":${JSON.stringify(CREATE)},"variables":${variables}}`,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] });
  });

  test('are refused when they become large by numbers that are stored in full', async () => {
    await refused({ details: { numbers: Array<number>(400).fill(1e308) } }, 'INVALID input.details');
    await refused({ details: { numbers: Array<number>(400).fill(-1.25e-308) } }, 'INVALID input.details');
  });

  test('are stored with some such numbers, and shown as they came', async () => {
    const details = { numbers: [1e308, -1.25e-300, 1e21, 12.5, -0.001] };
    const { createTicket } = await creator.client.query(
      'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { details } } }',
      { input: { title: 'x', description: 'x', details } },
    );
    expect(createTicket.ticket).toEqual({ details });
  });

  test('refuse an infinity', async () => {
    const { createTicket } = await creator.client.query(
      `mutation {
        createTicket(input: { title: "x", description: "x", details: { most: 1e999 } }) {
          ticket { id } userErrors { code field }
        }
      }`,
    );
    expect(createTicket).toEqual({ ticket: null, userErrors: [{ code: 'INVALID', field: ['input', 'details'] }] });
  });

  test.each([
    ['a list', [1]],
    ['a text', 'x'],
    ['a number', 1],
  ])('refuse %s', async (_name, details) => {
    await expectError(server, creator.client, 'BAD_USER_INPUT', CREATE, { input: { ...GOOD, details } });
  });

  test('sent again in another order of keys change nothing', async () => {
    const { ticket: made } = await create({ details: { bb: 1, a: { y: 1, x: 2 } } });
    for (const details of ['{ bb: 1, a: { y: 1, x: 2 } }', '{ a: { x: 2, y: 1 }, bb: 1 }']) {
      const { updateTicket } = await creator.client.query(
        `mutation { updateTicket(input: { id: "${made.id}", details: ${details} }) { ticket { version updatedAt } } }`,
      );
      expect(updateTicket.ticket).toEqual({ version: 1, updatedAt: null });
    }
  });
});

describe('an assignee', () => {
  const nobody = '01890a5d-ac96-774b-bcce-b302099a8057';
  test.each([
    ['an unknown id', { id: nobody }, 'NOT_FOUND input.assignedTo.id'],
    ['an id that is no UUID', { id: '7' }, 'NOT_FOUND input.assignedTo.id'],
    ['an unknown username', { username: 'nobody' }, 'NOT_FOUND input.assignedTo.username'],
    ['a username with NUL', { username: 'no\0body' }, 'NOT_FOUND input.assignedTo.username'],
    ['a username with a lone surrogate', { username: '\ud800' }, 'NOT_FOUND input.assignedTo.username'],
    ['an empty username', { username: '' }, 'NOT_FOUND input.assignedTo.username'],
    ['an unknown address', { email: 'nobody@docket.example' }, 'NOT_FOUND input.assignedTo.email'],
  ])('named by %s is refused', async (_name, assignedTo, fault) => refused({ assignedTo }, fault));

  test.each<[string, () => object]>([
    ['no field', () => ({})],
    ['null', () => ({ id: null })],
    ['two fields', () => ({ username: 'nobody', email: 'nobody@docket.example' })],
    ['two fields that name the same person', () => ({ id: creator.id, username: creator.username })],
    ['a field and a null', () => ({ id: creator.id, username: null })],
  ])('named by %s is refused by the schema, in variables and in the document', async (_name, reference) => {
    const input = { title: 'T', description: 'D', assignedTo: reference() };
    await expectError(server, creator.client, 'BAD_USER_INPUT', CREATE, { input });
    const fields = Object.entries(reference()).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    const document = `mutation { createTicket(input: { title: "T", description: "D", assignedTo: { ${fields.join(', ')} } }) { userErrors { code } } }`;
    await expectError(server, creator.client, 'GRAPHQL_VALIDATION_FAILED', document);
  });

  test('that is a deleted person is refused', async () => {
    await refused({ assignedTo: { id: deleted.id } }, 'NOT_FOUND input.assignedTo.id');
    await refused({ assignedTo: { username: deleted.username } }, 'NOT_FOUND input.assignedTo.username');
    await refused({ assignedTo: { email: deleted.email } }, 'NOT_FOUND input.assignedTo.email');
  });

  test('is found by id, username and address in whatever case', async () => {
    const { id, username, email } = await buildPerson(server);
    for (const assignedTo of [
      { id: id.toUpperCase() },
      { username: username.toUpperCase() },
      { email: email.toUpperCase() },
    ]) {
      const { ticket: made } = await create({});
      const { updateTicket } = await creator.client.query(UPDATE, { input: { id: made.id, assignedTo } });
      expect(updateTicket).toMatchObject({ ticket: { assignedTo: { id } }, userErrors: [] });
    }
  });
});

describe('a product', () => {
  test('that is unknown, no UUID or deleted is refused', async () => {
    const { id } = await buildProduct(server);
    await select(server, sql`update product set deleted_at = now() where id = ${id}`);
    for (const productId of [randomUUID(), 'x', id]) await refused({ productId }, 'NOT_FOUND input.productId');
  });

  test('is cleared by null', async () => {
    const product = await buildProduct(server);
    const { ticket: made } = await create({ productId: product.id });
    const set = await creator.client.query(UPDATE, { input: { id: made.id, title: 'Another' } });
    expect(set.updateTicket.ticket.product).toEqual(product);
    const cleared = await creator.client.query(UPDATE, { input: { id: made.id, productId: null } });
    expect(cleared.updateTicket.ticket.product).toBeNull();
  });
});

describe("a ticket's id", () => {
  test.each(['01890a5d-ac96-774b-bcce-b302099a8057', 'x', '', "'; drop table ticket; --", '\0', '1'.repeat(5000)])(
    'that is unknown (%#) is NOT_FOUND in a change and a deletion',
    async (id) => {
      await expectRefused(
        server,
        creator.client,
        { mutation: UPDATE, input: { id, title: 'x' } },
        'NOT_FOUND input.id',
      );
      await expectRefused(server, creator.client, { mutation: DELETE, input: { id } }, 'NOT_FOUND input.id');
    },
  );

  test('may be written in capitals', async () => {
    const { ticket: made } = await create({});
    const { updateTicket } = await creator.client.query(UPDATE, {
      input: { id: made.id.toUpperCase(), title: 'Found', expectedVersion: 1 },
    });
    expect(updateTicket).toMatchObject({ ticket: { id: made.id, title: 'Found', version: 2 }, userErrors: [] });
  });

  test.each(['x', '', '7', 'g1890a5d-ac96-774b-bcce-b302099a8057'])(
    "of the client's own choice must be a UUID, not %j",
    async (id) => {
      const call = { mutation: CREATE, input: { ...GOOD, id } };
      await expectRefused(server, creator.client, call, 'INVALID input.id');
    },
  );

  test("of the client's own choice returns the first ticket when it is sent again, and changes nothing", async () => {
    const id = randomUUID();
    const first = await create({ id: id.toUpperCase(), assignedTo: { id: creator.id } });
    expect(first).toMatchObject({ ticket: { id }, userErrors: [] });
    const before = await select(server, sql`select count(*) from ticket_event, notification`);
    expect(await create({ id, title: 'Something else' })).toEqual(first);
    expect(await select(server, sql`select count(*) from ticket_event, notification`)).toEqual(before);
  });

  test("that is another person's, or a deleted ticket's, is a CONFLICT that tells nothing of it", async () => {
    const gone = await buildTicket(server, { createdBy: creator, deletedAt: server.clock.now() });
    const others = await buildTicket(server, { title: 'The secret of another person' });
    for (const { id } of [gone, others]) {
      const call = { mutation: CREATE, input: { ...GOOD, id } };
      const payload = await expectRefused(server, creator.client, call, 'CONFLICT input.id');
      expect(payload).toMatchObject({ ticket: null, ticketEdge: null });
      expect(JSON.stringify(payload)).not.toContain('secret');
    }
  });
});

describe('a variable of the wrong type', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a number as title', { title: 7 }],
    ['a title left out', { title: undefined }],
    ['a title of null', { title: null }],
    ['an unknown priority', { priority: 'URGENT' }],
    ['a priority in lower case', { priority: 'high' }],
    ['an unknown field', { colour: 'red' }],
    ['a creator', { createdBy: { id: '01890a5d-ac96-774b-bcce-b302099a8057' } }],
    ['an address that is none', { assignedTo: { email: 'nobody' } }],
    ['a user as text', { assignedTo: 'nobody' }],
  ])('is BAD_USER_INPUT: %s', async (_name, fields) => {
    await expectError(server, creator.client, 'BAD_USER_INPUT', CREATE, { input: { ...GOOD, ...fields } });
  });

  test('is BAD_USER_INPUT: a version that is no integer', async () => {
    for (const expectedVersion of ['1', 1.5, 2 ** 31, true]) {
      const input = { id: ticket.id, title: 'x', expectedVersion };
      await expectError(server, creator.client, 'BAD_USER_INPUT', UPDATE, { input });
    }
  });
});
