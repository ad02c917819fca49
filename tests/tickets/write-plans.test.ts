import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { type SentStatement, sentStatements } from '../support/sent-statements.js';
import { startTestServer, type TestServer } from '../support/server.js';

const PEOPLE = 5000;
/** More than any of these writes needs, and far less than the tables hold. */
const MAX_ROWS_READ = 50;
/** A plan for whatever values, as connections keep it, or one for those that are given. */
const PLAN_MODES = ['force_generic_plan', 'force_custom_plan'];

const CREATE = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } userErrors { code } } }`;
const UPDATE = `mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { ticket { id } userErrors { code } } }`;
const COMMENT = `mutation ($input: CreateCommentInput!) { createComment(input: $input) { comment { id } userErrors { code } } }`;

let server: TestServer;
let database: Client;
let prepared = 0;
let tech: Person;
let creator: Person;
beforeAll(async () => {
  server = await startTestServer();
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  creator = await buildPerson(server);
  database = new Client({ connectionString: server.databaseUrl });
  await database.connect();
  await database.query(
    `insert into "user" (id, username, email, email_confirmed, first_name, password_hash, role_id, created_at)
     select gen_random_uuid(), 'reader' || n, 'reader' || n || '@example.test', true, 'Reader', u.password_hash, u.role_id, now()
     from "user" u, generate_series(1, $2::int) n where u.id = $1`,
    [creator.id, PEOPLE],
  );
  await database.query(
    `insert into ticket (id, title, description, created_by_id, created_at)
     select gen_random_uuid(), 'Ticket ' || n, 'Text', $1, now() from generate_series(1, $2::int) n`,
    [creator.id, PEOPLE],
  );
  // Keeps autovacuum from analysing what is inserted last.
  await database.query('alter table notification set (autovacuum_enabled = false)');
  await insertMails('NEW_UNASSIGNED', 'SENT');
  await insertMails('NEW_UNASSIGNED', 'SCHEDULED');
  await database.query('analyze "user", ticket, notification');
  // Not analysed: by PostgreSQL's statistics no mail of these kinds waits.
  for (const kind of ['UPDATED', 'MENTIONED']) await insertMails(kind, 'SCHEDULED');
}, 60_000);
afterAll(async () => {
  await database.end();
  await server.stop();
});

/** A mail about each ticket. */
async function insertMails(kind: string, status: string): Promise<void> {
  await database.query(
    `insert into notification (id, kind, status, recipient_id, ticket_id, changes, created_at, send_at, sent_at)
     select gen_random_uuid(), $1::notification_kind, $2::notification_status, u.id, t.id, '[]', now(),
       now() + interval '1 day', case when $2 = 'SENT' then now() end
     from (select id, row_number() over () as place from "user" where username like 'reader%') u
       join (select id, row_number() over () as place from ticket) t using (place)`,
    [kind, status],
  );
}

/** Rows of people and mails that this transaction has read. */
async function rowsRead(): Promise<Record<string, number>> {
  const { rows } = await database.query<{ table: string; read: string }>(
    `select relname as table, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as read
     from pg_stat_xact_user_tables where relname in ('user', 'notification')`,
  );
  return Object.fromEntries(rows.map(({ table, read }) => [table, Number(read)]));
}

/** How many rows of each table the statement reads, in a transaction in which it can write the ticket once more. */
async function readBy({ text, values }: SentStatement, ticketId: string, planMode: string) {
  await database.query(`begin; set local plan_cache_mode = ${planMode}`);
  try {
    await database.query('delete from ticket_event where ticket_id = $1', [ticketId]);
    if (text.includes('insert into ticket (')) {
      await database.query('delete from notification where ticket_id = $1', [ticketId]);
      await database.query('delete from ticket where id = $1', [ticketId]);
    } else {
      await database.query('update ticket set version = version where id = $1', [ticketId]);
    }
    const before = await rowsRead();
    await database.query({ name: `statement${(prepared += 1)}`, text, values });
    const after = await rowsRead();
    const { rows } = await database.query('select from ticket_event where ticket_id = $1', [ticketId]);
    expect(rows.length).toBeGreaterThan(0);
    return Object.fromEntries(Object.entries(after).map(([table, read]) => [table, read - (before[table] ?? 0)]));
  } finally {
    await database.query('rollback');
  }
}

async function createdIn(productId: string | null): Promise<string> {
  const input = { title: 'A printer burns', description: 'On floor 2', ...(productId && { productId }) };
  const { createTicket } = await creator.client.query(CREATE, { input });
  return createTicket.ticket.id;
}

const WRITES: Readonly<Record<string, () => Promise<string>>> = {
  'a new ticket of a product with an owner': async () =>
    createdIn((await buildProduct(server, { ownerEmail: tech.email })).id),
  'a new ticket that everybody who may assign hears of': async () => createdIn(null),
  'a change': async () => {
    const { id } = await buildTicket(server, { createdBy: creator });
    await tech.client.query(UPDATE, { input: { id, title: 'A copier burns' } });
    return id;
  },
  'a comment': async () => {
    const { id } = await buildTicket(server, { createdBy: creator });
    await tech.client.query(COMMENT, { input: { ticketId: id, content: 'I am on my way' } });
    return id;
  },
};

test.each(Object.entries(WRITES))('%s reads only the people and mails that it concerns', async (_what, write) => {
  let ticketId = '';
  const statements = await sentStatements(async () => (ticketId = await write()));
  const enqueuing = statements.filter(
    ({ text, values }) => text.includes('insert into notification') && JSON.stringify(values).includes(ticketId),
  );
  expect(enqueuing.length).toBeGreaterThan(0);
  for (const statement of enqueuing) {
    for (const mode of PLAN_MODES) {
      const read = await readBy(statement, ticketId, mode);
      expect({ mode, read, isBounded: Math.max(...Object.values(read)) <= MAX_ROWS_READ }).toEqual({
        mode,
        read,
        isBounded: true,
      });
    }
  }
});
