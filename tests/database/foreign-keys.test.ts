import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { databaseState, select } from '../support/database-state.js';
import { buildComment, buildPerson, buildProduct, buildTicket } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const [creator, assignee] = [await buildPerson(server), await buildPerson(server)];
  const ticket = await buildTicket(server, { createdBy: creator, product: await buildProduct(server) });
  await buildComment(server, { ticket, author: assignee });
  await creator.client.query(
    'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }',
    {
      input: { id: ticket.id, assignedTo: { id: assignee.id } },
    },
  );
});
afterAll(async () => server.stop());

test.each(['user', 'role', 'product', 'ticket', 'comment', 'session'])(
  'a row of %s that others refer to cannot be deleted, and takes nothing with it',
  async (table) => {
    // A comment is referred to by its event, which the API writes; the factories do not.
    await select(server, sql`update ticket_event set comment_id = (select id from comment limit 1)`);
    const before = await databaseState(server);
    await expect(select(server, sql`delete from ${sql.table(table)}`)).rejects.toThrow(/foreign key|RESTRICT/);
    expect(await databaseState(server)).toEqual(before);
  },
);

test('an id that others refer to cannot be changed', async () => {
  for (const table of ['user', 'product', 'ticket']) {
    await expect(select(server, sql`update ${sql.table(table)} set id = gen_random_uuid()`)).rejects.toThrow(
      /foreign key|RESTRICT/,
    );
  }
});

/** Words for the search, made from tickets and comments by triggers: nothing of theirs is history. */
const DERIVED = ['ticket_search', 'ticket_stem'];

test('every foreign key restricts deletion and change: none cascades, none forgets', async () => {
  const keys = await select(
    server,
    sql<{ name: string; onDelete: string; onUpdate: string }>`
      select conname as name, confdeltype as "onDelete", confupdtype as "onUpdate" from pg_constraint
      where contype = 'f' and connamespace = 'public'::regnamespace
        and conrelid <> all (${DERIVED}::regclass[])`,
  );
  expect(keys.length).toBeGreaterThan(10);
  for (const { onDelete, onUpdate } of keys) expect([onDelete, onUpdate]).toEqual(['r', 'r']);
});
