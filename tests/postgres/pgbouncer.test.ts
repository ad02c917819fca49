import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { createJobQueue } from '../../src/jobs/create-job-queue.js';
import { migrate } from '../../src/database/migrate.js';
import { connect } from '../../src/app/orm.js';
import { cli } from '../cli/support.js';
import { succeed } from '../support/calls.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { migrated, serveOn, useThreeConnections } from '../support/docket-database.js';
import { buildPerson } from '../support/factories.js';
import { type PoolMode, startPgbouncer } from '../support/pgbouncer.js';
import { findPgbouncer } from '../support/programs.js';

jest.setTimeout(60_000);

const program = await findPgbouncer();
/** The last lines of the run say that it is missing. */
const withPgbouncer = program === undefined ? describe.skip : describe;

let cluster: Cluster;
const endings: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  if (program !== undefined) cluster = await startCluster();
});
afterAll(async () => {
  for (const end of endings.toReversed()) await end();
  await cluster?.remove();
});

async function bouncerIn(mode: PoolMode, settings: Record<string, string | number> = {}) {
  const bouncer = await startPgbouncer(program ?? '', cluster, mode, settings);
  endings.push(async () => bouncer.stop());
  return bouncer;
}

async function advisoryLocks(): Promise<number> {
  const rows = await cluster.rows('postgres', `select from pg_locks where locktype = 'advisory'`);
  return rows.length;
}

withPgbouncer('Behind PgBouncer', () => {
  test('in session mode all works, and no lock is left on its connections', async () => {
    await cluster.execute(
      'postgres',
      'create database docket_session',
      `alter database docket_session set datestyle = 'German'`,
    );
    // As some do for speed: then nobody but Docket gives its locks back.
    const bouncer = await bouncerIn('session', { server_reset_query: '' });
    const server = await serveOn(bouncer.url('docket_session'));
    try {
      const { client } = await buildPerson(server);
      const { ticket } = await succeed(
        client,
        'createTicket',
        { title: 'Pooled', description: 'By session.' },
        'ticket { id }',
      );
      await succeed(client, 'updateTicket', { id: ticket.id, status: 'IN_PROGRESS' });
      const { tickets } = await client.query('{ tickets { nodes { title status createdAt } } }');
      expect(tickets.nodes).toEqual([
        { title: 'Pooled', status: 'IN_PROGRESS', createdAt: server.clock.now().toISOString() },
      ]);
      await server.deliverDue();
      expect(await cli(server, ['export-tickets'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Pooled'),
      });
    } finally {
      await server.stop();
    }
    expect(await advisoryLocks()).toBe(0);
  });

  test.each(['transaction', 'statement'] as const)(
    'in %s mode the start is refused in a sentence, and nothing is left',
    async (mode) => {
      await cluster.execute('postgres', `create database docket_${mode}`);
      const bouncer = await bouncerIn(mode);
      const url = bouncer.url(`docket_${mode}`);
      const sentence = /^DATABASE_URL leads to a connection pooler, such as PgBouncer, .*set pool_mode = session/;
      await expect(migrated(url)).rejects.toThrow(sentence);
      expect(await advisoryLocks()).toBe(0);
      expect(await cluster.rows(`docket_${mode}`, `select from pg_tables where schemaname = 'public'`)).toEqual([]);
      await expect(createJobQueue({ url, logger: pino({ level: 'silent' }) })).rejects.toThrow(/connection pooler/);
    },
  );

  // PgBouncer itself lets those wait for two minutes who find no connection.
  test('a pool of 1 is too small, and that is told soon', async () => {
    await cluster.execute('postgres', 'create database docket_pool_of_1');
    const bouncer = await bouncerIn('session', { default_pool_size: 1 });
    await expect(migrated(bouncer.url('docket_pool_of_1'))).rejects.toThrow(
      /cannot be used: no answer within 10000 ms\. .*whether a pooler in between has a connection left/,
    );
  });

  test('a pool of 2 is enough to migrate, and what needs a third connection is told so soon', async () => {
    await cluster.execute('postgres', 'create database docket_pool_of_2');
    const bouncer = await bouncerIn('session', { default_pool_size: 2 });
    const url = bouncer.url('docket_pool_of_2');
    await migrated(url);
    await expect(useThreeConnections(url)).rejects.toThrow(
      /^The database gave no answer within 5000 ms: .*a pooler in between has too few connections/,
    );
  });

  test('options are told to be what it refuses', async () => {
    const url = `${(await bouncerIn('session')).url('postgres')}&options=-c%20work_mem%3D5MB`;
    await expect(migrated(url)).rejects.toThrow(
      /unsupported startup parameter.*: options\. This is the message of a pooler\. If it takes no options, leave them out/,
    );
  });

  test('transaction mode is recognised while others use the pooler', async () => {
    await cluster.execute('postgres', 'create database docket_busy');
    const bouncer = await bouncerIn('transaction', { server_round_robin: 1 });
    const others = await connect(cluster.url('docket_busy'));
    await migrate(others);
    await others.close(true);
    const orm = await connect(bouncer.url('docket_busy'));
    const over = new AbortController();
    const use = async () => {
      while (!over.signal.aborted) await orm.em.fork().execute('select 1');
    };
    const users = Array.from({ length: 6 }, use);
    await expect(migrated(bouncer.url('docket_busy'))).rejects.toThrow(/connection pooler/);
    over.abort();
    await Promise.all(users);
    await orm.close(true);
  });
});
