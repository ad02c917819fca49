import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isInvisible } from '../../src/common/visible-text.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const CREATE = `mutation ($ticket: CreateTicketInput!) {
  createTicket(input: $ticket) { ticket { id title description details } userErrors { code field } }
}`;
const COMMENT = `mutation ($comment: CreateCommentInput!) {
  createComment(input: $comment) { comment { content } userErrors { code field } }
}`;

const naughty = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve('big-list-of-naughty-strings')), 'utf8'),
) as string[];
const hostile = [
  ...naughty,
  'a\0b',
  '\uD800',
  'a\uDFFFb',
  "'; drop table ticket; --",
  '\u{10FFFF}',
  'x'.repeat(20_000),
];

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

describe('a text that somebody thought would break things', () => {
  test(`is stored unchanged or refused with a userError, in each of ${hostile.length} cases`, async () => {
    const refused: string[] = [];
    for (const text of hostile) {
      const details =
        text.includes('\0') || !text.isWellFormed() ? null : { [Array.from(text).slice(0, 50).join('')]: text };
      const { errors, data } = await person.client.send(CREATE, {
        ticket: { title: text, description: text, details },
      });
      expect({ text, errors }).toEqual({ text, errors: [] });
      const { ticket, userErrors } = data.createTicket;
      if (ticket === null) {
        expect(userErrors).not.toEqual([]);
        refused.push(text);
        continue;
      }
      expect(ticket).toMatchObject({ title: text.trim(), description: text.trim(), details });
      const answer = await person.client.query(COMMENT, { comment: { ticketId: ticket.id, content: text } });
      expect(answer.createComment.comment).toEqual({ content: text.trim() });
    }
    // Without a visible character, too long, or with what PostgreSQL cannot hold: nothing else.
    const storable = refused.filter(
      (text) => !isInvisible(text) && Array.from(text.trim()).length <= 200 && text.isWellFormed(),
    );
    expect(storable).toEqual(['a\0b']);
    // Two calls for each of them.
  }, 120_000);

  test.each(['login', 'password'])('as %s is a wrong sign-in', async (field) => {
    for (const text of hostile.filter((_text, index) => index % 40 === 0)) {
      const { data, errors } = await server.anonymous.send(
        'mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }',
        { input: { login: `nobody${text.length}`, password: 'x', [field]: text } },
      );
      expect(errors.filter(({ extensions }) => extensions.code !== 'RATE_LIMITED')).toEqual([]);
      if (errors.length === 0) expect(data.signIn.userErrors).toEqual([{ code: 'INVALID_CREDENTIALS' }]);
    }
  });
});
