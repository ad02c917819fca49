import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import { openSession } from '../../src/database/connection/open-session.js';
import { cli } from '../cli/support.js';
import { faults, succeed } from '../support/calls.js';
import { CLUSTER_PASSWORD, type Cluster, startCluster } from '../support/cluster.js';
import { migrated, serveOn, useThreeConnections } from '../support/docket-database.js';
import { buildPerson, PASSWORD } from '../support/factories.js';
import { type TestServer } from '../support/server.js';

jest.setTimeout(60_000);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  await cluster.execute('postgres', `create role plain login password '${CLUSTER_PASSWORD}'`);
});
afterAll(async () => cluster.remove());

/** The same database, as a user who may do nothing but what was granted. */
const asPlainUser = (database: string) => cluster.url(database).replace('//postgres:', '//plain:');

/** What a first session does: sign-up, a ticket, finding it by a slip, a mail. */
async function firstSession(server: TestServer): Promise<void> {
  const { client, username } = await buildPerson(server);
  const input = { title: 'The printer is blank', description: 'Ça ne marche pas.', assignedTo: { username } };
  await succeed(client, 'createTicket', input);
  const { tickets } = await client.query(
    '{ tickets(filter: { search: "printre" }) { nodes { title createdAt createdBy { username } } } }',
  );
  expect(tickets.nodes).toEqual([
    { title: input.title, createdAt: server.clock.now().toISOString(), createdBy: { username } },
  ]);
  const shouted = await client.query('query ($u: String!) { users(first: 1, filter: { search: $u }) { totalCount } }', {
    u: username.toUpperCase(),
  });
  expect(shouted.users.totalCount).toBe(1);
}

/** Several at once, of which PostgreSQL refuses all but one after each of them has looked. */
async function refuseATakenName({ anonymous }: TestServer): Promise<void> {
  const input = { username: 'taken', email: 'taken@docket.example', firstName: 'Taken', password: PASSWORD };
  const outcomes = await Promise.all(Array.from({ length: 8 }, async () => faults(anonymous, 'signUp', input)));
  expect(outcomes.filter((told) => told.length === 0)).toHaveLength(1);
  expect(outcomes.flat().filter((told) => !told.startsWith('TAKEN '))).toEqual([]);
}

describe('Settings of the database', () => {
  const SETTINGS = {
    datestyle: "'German'",
    intervalstyle: "'sql_standard'",
    timezone: "'Asia/Kolkata'",
    bytea_output: "'escape'",
    extra_float_digits: '-15',
    standard_conforming_strings: 'off',
    client_encoding: "'LATIN1'",
    array_nulls: 'off',
    transform_null_equals: 'on',
    default_transaction_isolation: "'serializable'",
    default_transaction_deferrable: 'on',
    search_path: 'desk, public',
    gin_fuzzy_search_limit: '1',
    exit_on_error: 'on',
    'plpgsql.variable_conflict': "'use_column'",
    'plpgsql.extra_errors': "'all'",
  };

  test('change nothing of what Docket does', async () => {
    const name = 'docket_settings';
    await cluster.execute('postgres', `create database ${name}`);
    await cluster.execute(name, 'create schema desk');
    for (const [setting, value] of Object.entries(SETTINGS)) {
      await cluster.execute('postgres', `alter database ${name} set ${setting} = ${value}`);
    }
    const server = await serveOn(cluster.url(name));
    try {
      await firstSession(server);
      await refuseATakenName(server);
      await server.deliverDue();
      const file = join(cluster.folder, 'settings.tar');
      expect(await cli(server, ['backup', file])).toMatchObject({ code: 0 });
      expect(await cli(server, ['export-tickets'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Ça ne'),
      });
    } finally {
      await server.stop();
    }
    const rows = await cluster.rows<{ schema: string }>(
      name,
      `select schemaname as schema from pg_tables where tablename = 'ticket'`,
    );
    expect(rows).toEqual([{ schema: 'public' }]);
  });

  test('what searches, functions and refused rows rely on is set for each session', async () => {
    const relied = {
      exit_on_error: 'off',
      gin_fuzzy_search_limit: '0',
      'plpgsql.extra_errors': 'none',
      'plpgsql.variable_conflict': 'error',
    };
    const name = 'docket_relied_on';
    await cluster.execute('postgres', `create database ${name}`);
    for (const [setting, value] of Object.entries(SETTINGS)) {
      if (setting in relied) await cluster.execute('postgres', `alter database ${name} set ${setting} = ${value}`);
    }
    const session = await openSession(cluster.url(name));
    const { rows } = await session.query<{ name: string; value: string }>(
      'select name, current_setting(name) as value from unnest($1::text[]) as settings (name)',
      [Object.keys(relied)],
    );
    await session.end();
    expect(Object.fromEntries(rows.map((row) => [row.name, row.value]))).toEqual(relied);
  });

  test("limits of time are Docket's own", async () => {
    const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout'];
    await cluster.execute(
      'postgres',
      'create database docket_limits',
      ...limits.map((limit) => `alter database docket_limits set ${limit} = 2000`),
    );
    const session = await openSession(cluster.url('docket_limits'));
    const { rows } = await session.query<{ value: string }>(
      'select current_setting(name) as value from unnest($1::text[]) as limits (name)',
      [limits],
    );
    await session.end();
    expect(rows.map(({ value }) => value)).toEqual(['0', '0', '0', '0']);
  });

  test.each(['serializable', 'repeatable read'])(
    'default_transaction_isolation = %s lets 20 of 20 changes at once succeed',
    async (level) => {
      const name = `docket_${level.replace(' ', '_')}`;
      await cluster.execute(
        'postgres',
        `create database ${name}`,
        `alter database ${name} set default_transaction_isolation = '${level}'`,
      );
      const server = await serveOn(cluster.url(name));
      try {
        const { client } = await buildPerson(server, { role: { canEditAll: true } });
        const { ticket } = await succeed(
          client,
          'createTicket',
          { title: 'Busy', description: 'Many write.' },
          'ticket { id }',
        );
        const changes = Array.from({ length: 20 }, async (_, number) =>
          succeed(client, 'updateTicket', { id: ticket.id, title: `Busy ${number}` }),
        );
        await Promise.all(changes);
        const { node } = await client.query('query ($id: ID!) { node(id: $id) { ... on Ticket { version } } }', {
          id: ticket.id,
        });
        expect(node.version).toBe(21);
      } finally {
        await server.stop();
      }
    },
  );

  test('default_transaction_read_only is respected, and told', async () => {
    await cluster.execute(
      'postgres',
      'create database docket_read_only',
      'alter database docket_read_only set default_transaction_read_only = on',
    );
    await expect(migrated(cluster.url('docket_read_only'))).rejects.toThrow(
      'The database "docket_read_only" is read-only',
    );
  });

  test('a schema that is missing is told', async () => {
    await cluster.execute('postgres', 'create database docket_schema');
    await cluster.execute(
      'docket_schema',
      'drop schema public',
      `create role "the ""desk" login password '${CLUSTER_PASSWORD}'`,
    );
    const url = cluster.url('docket_schema').replace('//postgres:', '//the%20%22desk:');
    await expect(migrated(url)).rejects.toThrow(
      /has no schema "public".*: create schema public authorization "the ""desk"$/,
    );
  });
});

describe('Encodings', () => {
  test.each(['LATIN1', 'SQL_ASCII'])('%s is refused in a sentence, and nothing is made', async (encoding) => {
    const name = `docket in ${encoding.toLowerCase()}`;
    await cluster.execute('postgres', `create database "${name}" encoding '${encoding}' template template0`);
    await expect(migrated(cluster.url(name))).rejects.toThrow(
      `The database "${name}" is in ${encoding}, and could not hold every text. Make one in UTF-8: create database "${name}_utf8" encoding`,
    );
    expect(await cluster.rows(name, `select from pg_tables where schemaname = 'public'`)).toEqual([]);
  });
});

const MADE_BEFOREHAND = ['create extension citext', 'create extension pg_trgm', 'create extension unaccent'];

describe('Extensions', () => {
  test('that a superuser made beforehand, in a database of somebody else: start and restore work', async () => {
    await cluster.execute(
      'postgres',
      'create database docket_given owner plain',
      'create database docket_restored owner plain',
    );
    for (const name of ['docket_given', 'docket_restored']) await cluster.execute(name, ...MADE_BEFOREHAND);
    const server = await serveOn(asPlainUser('docket_given'));
    const file = join(cluster.folder, 'given.tar');
    try {
      await firstSession(server);
      expect(await cli(server, ['backup', file])).toMatchObject({ code: 0 });
    } finally {
      await server.stop();
    }
    const { clock } = server;
    const restored = await cli({ databaseUrl: asPlainUser('docket_restored'), clock }, ['restore', file]);
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('counts and checksums agree') });
  });

  test('that are in a schema of their own are found there, and texts stay alike in any letter case', async () => {
    await cluster.execute(
      'postgres',
      'create database docket_elsewhere owner plain',
      'create database docket_elsewhere_too owner plain',
    );
    for (const name of ['docket_elsewhere', 'docket_elsewhere_too']) {
      await cluster.execute(
        name,
        'create schema "Ext ra"',
        'grant usage on schema "Ext ra" to plain',
        ...MADE_BEFOREHAND.map((statement) => `${statement} schema "Ext ra"`),
      );
    }
    const server = await serveOn(asPlainUser('docket_elsewhere'));
    const file = join(cluster.folder, 'elsewhere.tar');
    try {
      await firstSession(server);
      expect(await cli(server, ['backup', file])).toMatchObject({ code: 0 });
    } finally {
      await server.stop();
    }
    const there = { databaseUrl: asPlainUser('docket_elsewhere_too'), clock: server.clock };
    expect(await cli(there, ['restore', file])).toMatchObject({ code: 0 });
  });

  test('in a schema that the user may not use are told', async () => {
    await cluster.execute('postgres', 'create database docket_closed owner plain');
    await cluster.execute(
      'docket_closed',
      'create schema closed',
      ...MADE_BEFOREHAND.map((each) => `${each} schema closed`),
    );
    await expect(migrated(asPlainUser('docket_closed'))).rejects.toThrow(
      'may not use the schema of the extension citext: grant usage on schema closed to plain',
    );
  });
});

describe('Connections that are too few', () => {
  test('for the role are told in a sentence', async () => {
    await cluster.execute(
      'postgres',
      `create role few login password '${CLUSTER_PASSWORD}' connection limit 2`,
      'create database docket_few owner few',
    );
    const url = cluster.url('docket_few').replace('//postgres:', '//few:');
    await migrated(url);
    await expect(useThreeConnections(url)).rejects.toThrow(
      /^The database refuses: too many connections for role "few"\. See docs\/postgresql\.md/,
    );
  });
});

describe('Rights that are missing are told in a sentence', () => {
  test('to make extensions', async () => {
    await cluster.execute('postgres', 'create database docket_rights');
    await cluster.execute('docket_rights', 'grant create on schema public to plain');
    await expect(migrated(asPlainUser('docket_rights'))).rejects.toThrow(
      /^The database refuses: permission denied to create extension "citext".*create extension citext; create extension pg_trgm/,
    );
  });

  test('to make tables', async () => {
    await cluster.execute('postgres', 'create database docket_tables');
    await cluster.execute('docket_tables', ...MADE_BEFOREHAND);
    await expect(migrated(asPlainUser('docket_tables'))).rejects.toThrow(
      /^The database refuses: permission denied for schema public\. .*grant usage, create on schema public/,
    );
  });

  test('on tables that a superuser restored', async () => {
    await cluster.execute('postgres', 'create database docket_tables_of_others owner plain');
    await migrated(cluster.url('docket_tables_of_others'));
    await expect(migrated(asPlainUser('docket_tables_of_others'))).rejects.toThrow(
      /^The database refuses: relation "migration" already exists\. .*make the user of DATABASE_URL the owner of all its tables\.$/,
    );
  });

  test('on the place of a table that another program has', async () => {
    await cluster.execute('postgres', 'create database docket_shared');
    await cluster.execute('docket_shared', 'create table ticket (id int)');
    await expect(migrated(cluster.url('docket_shared'))).rejects.toThrow(
      /^The database refuses: relation "ticket" already exists\. .*Give Docket a database of its own/,
    );
  });

  test('to connect', async () => {
    await cluster.execute(
      'postgres',
      'create database docket_connect',
      'revoke connect on database docket_connect from public',
    );
    await expect(migrated(asPlainUser('docket_connect'))).rejects.toThrow(
      /cannot be used: permission denied for database.*grant connect/,
    );
  });
});
