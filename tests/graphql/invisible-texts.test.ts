import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isInvisible } from '../../src/common/visible-text.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildProduct, buildTicket, PASSWORD, type Person } from '../support/factories.js';
import { expectRefused } from '../support/refusals.js';
import { startTestServer, type TestServer } from '../support/server.js';

const INVISIBLE = {
  nothing: '',
  blanks: ' \t\n\u00a0\u2003\u3000',
  'a zero width space': '\u200b',
  'a filler of Hangul': '\u3164',
  'an empty Braille pattern': '\u2800',
  'a soft hyphen': '\u00ad',
  'a byte order mark': '\ufeff',
  'a variation selector': '\ufe0f',
  'a supplementary variation selector': '\u{e0100}',
  tags: '\u{e0001}\u{e0041}\u{e007f}',
  'joiners and marks of direction': '\u200c\u200d\u200e\u200f\u202a\u202c\u2066\u2069\u061c',
  'a word joiner and a combining grapheme joiner': '\u2060\u034f',
  'control characters': '\u0001\u0085\u009f',
  'an object without a name': '\ufffc',
  'some of them together': ' \u200b\u3164\u2800 \u00ad\ufe0f\u{e0041} ',
};

const VISIBLE = [
  '.',
  '0',
  '\u200bx',
  '❤\ufe0f',
  '👩\u200d💻',
  'نام\u200cه',
  '؀',
  '\ufffd',
  '한',
  '⠁',
  '️1️⃣',
  '_',
  '\u0301',
];

describe('a text', () => {
  test.each(Object.entries(INVISIBLE))('of %s shows nothing', (_name, text) => expect(isInvisible(text)).toBe(true));
  test.each(VISIBLE)('with a character that people see does: %s', (text) => expect(isInvisible(text)).toBe(false));
});

let server: TestServer;
let admin: Person;
let ids: Record<'ticket' | 'comment' | 'product' | 'role', string>;
beforeAll(async () => {
  server = await startTestServer();
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  const ticket = await buildTicket(server, { createdBy: admin });
  const comment = await buildComment(server, { ticket, author: admin });
  const product = await buildProduct(server);
  const { createRole } = await admin.client.query(
    `mutation { createRole(input: { name: "Readers", canViewAll: false, canEditAll: false, canDeleteAll: false,
      canManageUsers: false, canManageTickets: false, canAssignTickets: false }) { role { id } } }`,
  );
  ids = { ticket: ticket.id, comment: comment.id, product: product.id, role: createRole.role.id };
});
afterAll(async () => server.stop());

const FLAGS = ['canViewAll', 'canEditAll', 'canDeleteAll', 'canManageUsers', 'canManageTickets', 'canAssignTickets'];
const NO_FLAGS = Object.fromEntries(FLAGS.map((flag) => [flag, false]));
const ACCOUNT = { email: 'new@docket.example', username: 'new', password: PASSWORD, firstName: 'New' };
const PRODUCT = { type: 'OTHERS', ownerEmail: 'owner@docket.example' };

/** Every required text that a person writes, with the rest of its input. */
const TEXTS: [mutation: string, field: string, rest: () => Record<string, unknown>][] = [
  ['createTicket', 'title', () => ({ description: 'x' })],
  ['createTicket', 'description', () => ({ title: 'x' })],
  ['updateTicket', 'title', () => ({ id: ids.ticket })],
  ['updateTicket', 'description', () => ({ id: ids.ticket })],
  ['createComment', 'content', () => ({ ticketId: ids.ticket })],
  ['updateComment', 'content', () => ({ id: ids.comment })],
  ['signUp', 'firstName', () => ACCOUNT],
  ['createUser', 'firstName', () => ({ ...ACCOUNT, roleId: ids.role })],
  ['updateUser', 'firstName', () => ({ id: admin.id })],
  ['createRole', 'name', () => NO_FLAGS],
  ['updateRole', 'name', () => ({ id: ids.role })],
  ['createProduct', 'name', () => PRODUCT],
  ['updateProduct', 'name', () => ({ id: ids.product })],
];

describe('a text that shows nothing is required', () => {
  test.each(TEXTS)('%s %s', async (name, field, rest) => {
    const input = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const mutation = `mutation ($input: ${input}!) { ${name}(input: $input) { userErrors { code message field } } }`;
    for (const text of Object.values(INVISIBLE)) {
      const call = { mutation, input: { ...rest(), [field]: text } };
      await expectRefused(server, admin.client, call, `REQUIRED input.${field}`);
    }
  });
});

test('a last name that shows nothing counts as left out', async () => {
  const { updateUser } = await admin.client.query(
    String.raw`mutation { updateUser(input: { id: "${admin.id}", lastName: "\u200b" }) { user { lastName name } } }`,
  );
  expect(updateUser.user).toEqual({ lastName: null, name: 'Person' });
});

test('white space around a text goes, and what joins its characters stays', async () => {
  const heart = '❤\ufe0f';
  const title = `\u200b ${heart}`;
  const { createTicket } = await admin.client.query(
    'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { title description } } }',
    { input: { title: `\n${title}\u3000`, description: `\t${heart}\n` } },
  );
  expect(createTicket.ticket).toEqual({ title, description: heart });
});
