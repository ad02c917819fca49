import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { select } from '../support/database-state.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let admin: Person;
let tech: Person;
let user: Person;
let own: Person;
beforeAll(async () => {
  server = await startTestServer({ frontEndUrl: 'https://desk.example/help' });
  admin = await buildPerson(server, { role: BuiltInRole.ADMIN });
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  user = await buildPerson(server);
  own = await buildPerson(server, { role: {} });
});
afterAll(async () => server.stop());

const TICKET = `commentCount lastActivityAt lastComment { content author { username } }`;
const activityFor = async ({ client }: Person, id: string) =>
  (await client.query(`query ($id: ID!) { ticket(id: $id) { ${TICKET} } }`, { id })).ticket;

async function comment({ client }: Person, ticketId: string, content: string, internal = false): Promise<string> {
  const { createComment } = await client.query(
    'mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } userErrors { code } } }',
    { input: { ticketId, content, internal } },
  );
  expect(createComment.userErrors).toEqual([]);
  return createComment.comment.id;
}
const now = () => server.clock.now().toISOString();
const change = async ({ client }: Person, mutation: string, input: object) => {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const { [mutation]: payload } = await client.query(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`,
    { input },
  );
  expect(payload.userErrors).toEqual([]);
};

describe('the comments of a ticket', () => {
  test('are counted, and the newest is shown, without internal ones for those who may not read them', async () => {
    const created = now();
    const { id } = await buildTicket(server, { createdBy: user });
    expect(await activityFor(user, id)).toEqual({ commentCount: 0, lastActivityAt: created, lastComment: null });

    server.clock.advance({ minutes: 1 });
    const commented = now();
    await comment(user, id, 'It still burns.');
    server.clock.advance({ minutes: 1 });
    const advised = now();
    const internal = await comment(tech, id, 'Look at the fuse.', true);

    const publicly = { content: 'It still burns.', author: { username: user.username } };
    const internally = { content: 'Look at the fuse.', author: { username: tech.username } };
    expect(await activityFor(user, id)).toEqual({ commentCount: 1, lastActivityAt: commented, lastComment: publicly });
    expect(await activityFor(tech, id)).toEqual({ commentCount: 2, lastActivityAt: advised, lastComment: internally });

    server.clock.advance({ minutes: 1 });
    await change(tech, 'updateComment', { id: internal, content: 'Look at the plug.' });
    expect(await activityFor(tech, id)).toMatchObject({ commentCount: 2, lastActivityAt: advised });
    await change(tech, 'deleteComment', { id: internal });
    expect(await activityFor(tech, id)).toEqual({ commentCount: 1, lastActivityAt: commented, lastComment: publicly });

    const changed = now();
    await change(user, 'updateTicket', { id, title: 'Printer on fire' });
    expect(await activityFor(user, id)).toMatchObject({ commentCount: 1, lastActivityAt: changed });
  });

  test('change neither updatedAt nor the version', async () => {
    const { id } = await buildTicket(server, { createdBy: user });
    await comment(user, id, 'It still burns.');
    const { ticket } = await user.client.query('query ($id: ID!) { ticket(id: $id) { updatedAt version } }', { id });
    expect(ticket).toEqual({ updatedAt: null, version: 1 });
    await change(user, 'updateTicket', { id, expectedVersion: 1, title: 'Another' });
  });

  test('are hidden with a deleted ticket, and come back with it', async () => {
    const created = now();
    const { id } = await buildTicket(server, { createdBy: user });
    server.clock.advance({ minutes: 1 });
    const commented = now();
    await comment(user, id, 'It still burns.');
    await change(admin, 'deleteTicket', { id });
    const { tickets } = await admin.client.query(
      `query ($id: ID!) { tickets(filter: { deleted: true, id: [$id] }) { nodes { ${TICKET} } } }`,
      { id },
    );
    expect(tickets.nodes).toEqual([{ commentCount: 0, lastActivityAt: created, lastComment: null }]);
    await change(admin, 'restoreTicket', { id });
    expect(await activityFor(user, id)).toMatchObject({ commentCount: 1, lastActivityAt: commented });
  });

  test('are hidden in the payload of a change after which the viewer may not see the ticket', async () => {
    const { id } = await buildTicket(server, { createdBy: tech, assignedTo: own });
    await comment(tech, id, 'For you.');
    const { id: role } = (await admin.client.query('{ roles { id name } }')).roles.find(({ name }: { name: string }) =>
      name.startsWith('role'),
    );
    await change(admin, 'updateRole', { id: role, canAssignTickets: true });
    server.clock.advance({ seconds: 10 });
    const { updateTicket } = await own.client.query(
      `mutation ($id: ID!) { updateTicket(input: { id: $id, assignedTo: null }) { ticket { ${TICKET} } } }`,
      { id },
    );
    expect(updateTicket.ticket).toEqual({ commentCount: 0, lastActivityAt: now(), lastComment: null });
    await change(admin, 'updateRole', { id: role, canAssignTickets: false });
  });

  test('are counted and found by as many statements for twenty tickets as for one', async () => {
    const counts: number[] = [];
    for (const size of [1, 20]) {
      const ids: string[] = [];
      for (let index = 0; index < size; index += 1) {
        const ticket = await buildTicket(server, { createdBy: user });
        await buildComment(server, { ticket, author: index % 2 ? user : tech });
        ids.push(ticket.id);
      }
      const list = `query ($ids: [ID!]) { tickets(first: 20, filter: { id: $ids }) { nodes { id url ${TICKET} } } }`;
      await user.client.query(list, { ids });
      counts.push(await server.countStatements(async () => user.client.query(list, { ids })));
    }
    expect(counts).toEqual([3, 3]);
  });
});

test('a ticket has the address where people read it', async () => {
  const { id, number } = await buildTicket(server, { createdBy: user });
  const query = 'query ($id: ID!) { ticket(id: $id) { url } }';
  expect((await user.client.query(query, { id })).ticket.url).toBe(`https://desk.example/help/tickets/${number}`);
  const other = await startTestServer({ beside: server, publicUrl: 'https://docket.example/support' });
  const here = other.anonymous.withToken(user.client.token);
  expect((await here.query(query, { id })).ticket.url).toBe(`https://docket.example/support/tickets/${number}`);
  await other.stop();
});

describe('what is kept of comments with a ticket', () => {
  /** Each statement that somebody could write by hand: to one, several, or none. */
  const STATEMENTS = [
    `insert into comment (id, content, internal, ticket_id, author_id, created_at, deleted_at)
       select gen_random_uuid(), 'x', n % 2 = 0, ticket, $author, timestamptz '2026-02-01' + $n * n * interval '1 hour',
         case when n % 5 = 0 then now() end
       from unnest($tickets) with ordinality as t (ticket, n) cross join generate_series(1, 2)`,
    `update comment set deleted_at = now() where $where`,
    `update comment set deleted_at = null where $where`,
    `update comment set internal = not internal where $where`,
    `update comment set created_at = created_at - interval '1 day' where $where`,
    `update comment set content = 'y' where $where`,
    `update comment set ticket_id = ($tickets)[1] where $where`,
    `delete from comment where $where`,
    `update ticket set updated_at = timestamptz '2026-02-02' where id = ($tickets)[2]`,
    `update ticket set deleted_at = case when deleted_at is null then now() end where id = ($tickets)[1]`,
  ];

  test('is what their rows say, whatever is done to them', async () => {
    const tickets: string[] = [];
    for (let index = 0; index < 3; index += 1) tickets.push((await buildTicket(server, { createdBy: user })).id);
    const run = async (statement: string, n: number) =>
      server.app.orm.em.fork().execute(
        statement
          .replaceAll('$where', `ticket_id = any($tickets) and hashtext(id::text) % 3 = ${n % 3}`)
          .replaceAll('$tickets', `'{${tickets.join()}}'::uuid[]`)
          .replaceAll('$author', `'${user.id}'`)
          .replaceAll('$n', String(n)),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(STATEMENTS.length - 1), fc.nat(9)), { maxLength: 8 }),
        async (actions) => {
          for (const [index, n] of actions) await run(STATEMENTS[index] ?? '', n);
          const rows = await select(
            server,
            sql`select t.comment_count, t.internal_comment_count, t.last_activity_at, t.last_internal_activity_at,
                c.comments, c.internal_comments,
                greatest(t.created_at, t.updated_at, case when t.deleted_at is null then c.last_at end) as activity,
                greatest(t.created_at, t.updated_at, case when t.deleted_at is null then c.last_of_all_at end) as internal_activity
              from ticket t cross join lateral (
                select count(*) filter (where not internal)::int as comments, count(*) filter (where internal)::int as internal_comments,
                  max(created_at) filter (where not internal) as last_at, max(created_at) as last_of_all_at
                from comment where ticket_id = t.id and deleted_at is null
              ) c where t.id = any(${tickets}::uuid[])`,
          );
          for (const row of rows as Record<string, unknown>[]) {
            expect([row['comment_count'], row['internal_comment_count']]).toEqual([
              row['comments'],
              row['internal_comments'],
            ]);
            expect([row['last_activity_at'], row['last_internal_activity_at']]).toEqual([
              row['activity'],
              row['internal_activity'],
            ]);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('counts comments that are written at the same time', async () => {
    const ticket = await buildTicket(server, { createdBy: user });
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) =>
        comment(index % 2 ? user : tech, ticket.id, `${index}`, index % 4 === 0),
      ),
    );
    expect((await activityFor(user, ticket.id)).commentCount).toBe(9);
    expect((await activityFor(tech, ticket.id)).commentCount).toBe(12);
  });
});
