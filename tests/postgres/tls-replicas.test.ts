import { afterAll, expect, jest, test } from '@jest/globals';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseAccount } from '../../src/database/embedded/account.js';
import { findBinaries } from '../../src/database/embedded/binaries.js';
import { startEmbeddedDatabase } from '../../src/database/embedded/embedded-database.js';
import { waitFor } from '../jobs/wait-for.js';
import { succeed } from '../support/calls.js';
import { makeCertificates } from '../support/certificates.js';
import { migrated } from '../support/docket-database.js';
import { buildPerson } from '../support/factories.js';
import { startReplica } from '../support/replica.js';
import { startTestServer, TestClock } from '../support/server.js';
import { databaseUrl, FAST_AND_LOOSE, onServer } from '../support/test-database.js';
import { query } from '../cli/backups.js';

jest.setTimeout(120_000);

const DATABASE = 'docket_tls';
/** Only the tests and the supervisor of the server may come in clear, and only to the maintenance database. */
const RULES = [
  'hostnossl postgres postgres 127.0.0.1/32 scram-sha-256',
  'hostssl all,replication all 127.0.0.1/32 scram-sha-256',
  '',
];

const endings: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of endings.toReversed()) await end();
});

/** Whether each connection of Docket to the server is encrypted, by its name there. */
async function encryption(server: string): Promise<Record<string, boolean>> {
  const rows = await query<{ name: string; ssl: boolean }>(
    server,
    `select application_name as name, bool_and(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid)
     where datname = '${DATABASE}' group by 1`,
  );
  return Object.fromEntries(rows.map(({ name, ssl }) => [name, ssl]));
}

test('connections to replicas and the probes of both are encrypted, with direct negotiation too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docket-tls-'));
  endings.push(async () => rm(folder, { recursive: true, force: true }));
  const { postgres } = await findBinaries();
  await mkdir(join(folder, 'primary'));
  const account = await chooseAccount({
    program: postgres,
    dataDir: folder,
    clusterDir: join(folder, 'primary/postgres'),
  });
  if (account) await chown(folder, account.uid, account.gid);
  const certificates = await makeCertificates(folder, 'DNS:localhost', 'docket', account);
  const rules = join(folder, 'hba');
  await writeFile(rules, RULES.join('\n'));
  const settings = {
    ...FAST_AND_LOOSE,
    synchronous_commit: 'on',
    wal_keep_size: '64MB',
    ssl: 'on',
    ssl_cert_file: certificates.serverCert,
    ssl_key_file: certificates.serverKey,
    hba_file: rules,
  };
  const primary = await startEmbeddedDatabase({ dataDir: join(folder, 'primary'), databaseName: 'postgres', settings });
  endings.push(async () => primary.stop());
  const replica = await startReplica(primary.url, join(folder, 'replica'), settings);
  endings.push(async () => replica.stop());

  const encrypted = (server: string, more = '') => {
    const url = new URL(server);
    url.hostname = 'localhost';
    url.search = `sslmode=verify-full&sslrootcert=${encodeURIComponent(certificates.ca)}${more}`;
    return url.href;
  };
  await onServer(primary.url, `create database ${DATABASE}`);
  const url = encrypted(databaseUrl(primary.url, DATABASE));
  await migrated(url);
  const server = await startTestServer({
    on: { databaseUrl: url, clock: new TestClock() },
    replicas: [encrypted(replica.url, '&sslnegotiation=direct')],
  });
  endings.push(async () => server.stop());

  const { client } = await buildPerson(server);
  await succeed(client, 'createTicket', { title: 'In secret', description: 'Nobody listens.' });
  await waitFor(async () => {
    await client.query('{ tickets { totalCount } }');
    return 'docket' in (await encryption(replica.url));
  }, 30_000);
  expect(await encryption(replica.url)).toEqual({ docket: true, 'docket-probe': true });
  expect(await encryption(primary.url)).toEqual({ docket: true, 'docket-jobs': true, 'docket-probe': true });
});
