import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const UPDATE = `mutation ($input: UpdateCommentInput!) {
  updateComment(input: $input) { comment { content updatedAt } userErrors { code field } }
}`;
const DELETE = `mutation ($input: DeleteCommentInput!) {
  deleteComment(input: $input) { deletedCommentId userErrors { code field } }
}`;

let server: TestServer;
let author: Person;
let admin: Person;
let tech: Person;
let ticket: { id: string };
beforeAll(async () => {
  server = await startTestServer();
  author = await buildPerson(server);
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  ticket = await buildTicket(server, { createdBy: author });
});
afterAll(async () => server.stop());

const codes = (errors: { extensions: { code: string } }[]) => errors.map(({ extensions }) => extensions.code);

describe('changing a comment', () => {
  test.each(['author', 'tech'] as const)('is for its author and for canEditAll: %s', async (who) => {
    const { id } = await buildComment(server, { ticket, author });
    const person = { author, tech }[who];
    const { updateComment } = await person.client.query(UPDATE, { input: { id, content: ' new ' } });
    expect(updateComment).toEqual({
      comment: { content: 'new', updatedAt: server.clock.now().toISOString() },
      userErrors: [],
    });
  });

  test('is forbidden to others, and to an author without the edit bit', async () => {
    const bound = await buildPerson(server, { may: { edit: false } });
    const stranger = await buildPerson(server);
    const { id } = await buildComment(server, { ticket, author: bound, content: 'old' });
    for (const { client } of [stranger, bound]) {
      expect(codes((await client.send(UPDATE, { input: { id, content: 'new' } })).errors)).toEqual(['FORBIDDEN']);
    }
    expect((await admin.client.query('query ($id: ID!) { comment(id: $id) { content } }', { id })).comment).toEqual({
      content: 'old',
    });
  });

  test.each([
    ['', 'REQUIRED'],
    ['  ', 'REQUIRED'],
    ['x'.repeat(10_001), 'INVALID'],
    ['a\0b', 'INVALID'],
  ])('refuses an unfit text', async (content, code) => {
    const { id } = await buildComment(server, { ticket, author });
    const { updateComment } = await author.client.query(UPDATE, { input: { id, content } });
    expect(updateComment).toEqual({ comment: null, userErrors: [{ code, field: ['input', 'content'] }] });
  });
});

describe('deleting a comment', () => {
  test('hides it everywhere, and is for its author and for canDeleteAll', async () => {
    for (const person of [author, admin]) {
      const { id } = await buildComment(server, { ticket, author });
      const { deleteComment } = await person.client.query(DELETE, { input: { id: id.toUpperCase() } });
      expect(deleteComment).toEqual({ deletedCommentId: id, userErrors: [] });
      const seen = await author.client.query(
        'query ($id: ID!, $ticket: [ID!]) { comment(id: $id) { id } node(id: $id) { id } comments(filter: { ticketId: $ticket }) { nodes { id } } }',
        { id, ticket: [ticket.id] },
      );
      expect([seen.comment, seen.node]).toEqual([null, null]);
      expect(seen.comments.nodes).not.toContainEqual({ id });
      const again = await person.client.query(DELETE, { input: { id } });
      expect(again.deleteComment.userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'id'] }]);
    }
  });

  test('is forbidden to others, tech included', async () => {
    const { id } = await buildComment(server, { ticket, author });
    expect(codes((await tech.client.send(DELETE, { input: { id } })).errors)).toEqual(['FORBIDDEN']);
  });
});

describe('a comment that cannot be seen', () => {
  test('is not found, to change or to delete', async () => {
    const hidden = await buildTicket(server, { createdBy: tech });
    const own = await buildPerson(server, { role: {} });
    const onHidden = await buildComment(server, { ticket: hidden, author: own });
    const internal = await buildComment(server, { ticket, author, internal: true });
    const gone = await buildTicket(server, { createdBy: author, deletedAt: server.clock.now() });
    const onGone = await buildComment(server, { ticket: gone, author });
    for (const [person, id] of [
      [own, onHidden.id],
      [author, internal.id],
      [author, onGone.id],
      [author, '5'],
    ] as const) {
      const notFound = [{ code: 'NOT_FOUND', field: ['input', 'id'] }];
      const { updateComment } = await person.client.query(UPDATE, { input: { id, content: 'x' } });
      expect(updateComment.userErrors).toEqual(notFound);
      const { deleteComment } = await person.client.query(DELETE, { input: { id } });
      expect(deleteComment).toEqual({ deletedCommentId: null, userErrors: notFound });
    }
  });
});
