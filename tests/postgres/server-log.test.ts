import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { withTrailer, tarEntries, tarEntry } from '../../src/cli/backup/tar.js';
import { cli, file } from '../cli/support.js';
import { succeed } from '../support/calls.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { serveOn } from '../support/docket-database.js';
import { buildPerson } from '../support/factories.js';
import { type TestServer } from '../support/server.js';

jest.setTimeout(60_000);

/** As PostgreSQL comes, it logs the text of each statement that fails; here that of all others, too. */
const SETTINGS = { log_statement: 'all', log_parameter_max_length: '0' };

let cluster: Cluster;
let server: TestServer;
beforeAll(async () => {
  cluster = await startCluster({ settings: SETTINGS });
  await cluster.execute('postgres', 'create database docket_log');
  server = await serveOn(cluster.url('docket_log'));
});
afterAll(async () => {
  await server.stop();
  await cluster.remove();
});

const SIGN_UP = `mutation ($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }`;

/** A backup in which each row of the tables says something else than its checksum, and nothing that a column can hold. */
async function damagedBackup(): Promise<Buffer> {
  const path = join(cluster.folder, 'log.tar');
  expect(await cli(server, ['backup', path])).toMatchObject({ code: 0 });
  const blocks: Buffer[] = [];
  for await (const { name, content } of tarEntries(Readable.from([await readFile(path)]))) {
    const rows = name.startsWith('data/') ? gunzipSync(content).toString() : '';
    const changed = rows === '' ? content : gzipSync(rows.replaceAll(/^[\da-f-]{36}\t/gm, 'canary-row\t'));
    blocks.push(...tarEntry(name, changed, new Date(0)));
  }
  return buffer(withTrailer(Readable.from(blocks), new Date(0)));
}

test("PostgreSQL's log holds no row of a damaged backup, from a file or through a pipe", async () => {
  const { client } = await buildPerson(server);
  await succeed(client, 'createTicket', { title: 'Canary-backup', description: 'canary-backed-up' });
  await cluster.execute('postgres', 'create database docket_log_restored');
  const damaged = await damagedBackup();
  const there = { databaseUrl: cluster.url('docket_log_restored'), clock: server.clock };
  for (const [name, input] of [[await file('damaged.tar', damaged), ''] as const, ['-', damaged] as const]) {
    const restored = await cli(there, ['restore', name], input);
    expect(restored).toMatchObject({ code: 1, stderr: expect.stringMatching(/is damaged \(table "\w+"\)/) });
  }
  expect((await cluster.log()).split('\n').filter((line) => /canary/i.test(line))).toEqual([]);
});

test("PostgreSQL's log holds no value that anybody wrote, also of statements that failed", async () => {
  const { client } = await buildPerson(server, { role: { canManageUsers: true, canManageTickets: true } });

  // Several at once, of which all but one are refused after each of them has looked.
  const account = {
    username: 'canary-name',
    email: 'canary@address.example',
    password: 'canary password 42',
    firstName: 'Canary-first',
  };
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, async () => server.anonymous.query(SIGN_UP, { input: account })),
  );
  expect(outcomes.filter(({ signUp }) => signUp.userErrors.length === 0)).toHaveLength(1);

  const text = { title: 'Canary-title', description: 'canary-description' };
  const { ticket } = await succeed(client, 'createTicket', text, 'ticket { id }');
  await Promise.all(
    Array.from({ length: 5 }, async (_, number) =>
      succeed(client, 'updateTicket', { id: ticket.id, title: `Canary-${number}` }),
    ),
  );
  await succeed(client, 'createComment', { ticketId: ticket.id, content: 'Canary-comment' });
  await client.query('{ tickets(filter: { search: "canary-search" }) { totalCount } }');
  await server.anonymous.send(
    'mutation { signIn(input: { login: "canary-login", password: "canary-wrong" }) { accessToken } }',
  );

  // Statements that fail in the middle of a transaction: the table is gone.
  await cluster.execute('docket_log', 'alter table comment rename to comment_away');
  await client.send(
    `mutation { createComment(input: { ticketId: "${ticket.id}", content: "Canary-lost" }) { comment { id } } }`,
  );
  const rows = [{ title: 'Canary-import', description: 'canary-imported', comments: [{ content: 'Canary-said' }] }];
  const imported = await cli(server, [
    'import-tickets',
    await file('tickets.json', JSON.stringify(rows)),
    '--default-user',
    'canary-name',
  ]);
  expect(imported.code).toBe(1);
  await cluster.execute('docket_log', 'alter table comment_away rename to comment');

  const log = await cluster.log();
  expect(log).toMatch(/execute docket_\d+: insert into "ticket"|execute <unnamed>: insert into/i);
  expect(log).toMatch(/ERROR: {2}relation "comment" does not exist/);
  expect(log).toMatch(/ERROR: {2}duplicate key value violates unique constraint/);
  const told = log.split('\n').filter((line) => /canary|\$argon2/i.test(line));
  expect(told).toEqual([]);
});
