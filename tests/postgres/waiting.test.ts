import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withAdvisoryLock } from '../../src/database/connection/advisory-lock.js';
import { openSession } from '../../src/database/connection/open-session.js';
import { exclusively } from '../../src/database/migrate.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { migrated } from '../support/docket-database.js';
import { startProcess } from '../support/server-process.js';
import { waitFor } from '../jobs/wait-for.js';

jest.setTimeout(90_000);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ started: false });
});
afterAll(async () => cluster.remove());

test('A server that starts before its PostgreSQL waits for it and says so', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-waiting-'));
  const server = startProcess(dataDir, { DATABASE_URL: cluster.url() });
  try {
    const said = await server.said('does not answer yet');
    expect(said).toMatch(
      /PostgreSQL at localhost:\d+ does not answer yet \(.*ECONNREFUSED.*\)\. Waiting for up to 30 seconds/,
    );
    await cluster.start();
    await server.said('Docket is ready');
  } finally {
    server.child.kill('SIGTERM');
    await server.exitCode;
    await rm(dataDir, { recursive: true });
  }
});

test('A PostgreSQL that stops during the migrations is told in a sentence, and they succeed at the next start', async () => {
  await cluster.execute('postgres', 'create database docket_broken');
  const url = cluster.url('docket_broken');
  const begun = Promise.withResolvers<void>();
  const starting = exclusively(url, async () => {
    const client = await openSession(url);
    try {
      await client.query('begin');
      await client.query('create table half_done ()');
      begun.resolve();
      await client.query('select pg_sleep(60)');
    } finally {
      await client.end();
    }
  });
  const told = expect(starting).rejects.toThrow(
    /^The database at localhost:\d+ broke off while Docket was starting: .+\. Start Docket again once PostgreSQL runs;/,
  );
  await begun.promise;
  await cluster.stop();
  await told;
  await cluster.start();
  await migrated(url);
  expect(
    await cluster.rows('docket_broken', "select to_regclass('half_done') as half, to_regclass('ticket') as whole"),
  ).toEqual([{ half: null, whole: 'ticket' }]);
});

test('Nobody waits for longer than that', async () => {
  const nobody = 'postgres://postgres@127.0.0.1:1/docket';
  await expect(openSession(nobody, { timeoutMs: 100 })).rejects.toThrow(
    /^The database at 127.0.0.1:1 cannot be used: connect ECONNREFUSED .* Look at DATABASE_URL, and whether PostgreSQL runs there.$/,
  );
});

describe('Two that start at once', () => {
  test('wait for each other, and say so', async () => {
    await cluster.execute('postgres', 'create database docket_two');
    const url = cluster.url('docket_two');
    const first = await openSession(url);
    const told: string[] = [];
    // As a start has that migrates for long.
    await first.query('select pg_advisory_lock($1)', [0x44_4f_43_4b]);
    const second = migrated(url, (message) => told.push(message));
    await waitFor(() => told.length > 0);
    await first.end();
    await second;
    expect(told).toEqual(['Another process of Docket starts on this database. Waiting for its end, up to 15 minutes.']);
  });

  test('do not wait for ever', async () => {
    const [holder, other] = [await openSession(cluster.url()), await openSession(cluster.url())];
    const lock = { key: 7, meanwhile: 'Somebody works', timeoutMs: 0 };
    try {
      await withAdvisoryLock(holder, lock, async () => {
        await expect(withAdvisoryLock(other, lock, async () => {})).rejects.toThrow(
          'Somebody works, and has not ended',
        );
      });
      // Given back by the one that had it.
      await withAdvisoryLock(other, lock, async () => {});
    } finally {
      await holder.end();
      await other.end();
    }
  });
});
