import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { TestClock, startTestServer } from '../support/server.js';
import { cli } from '../cli/support.js';
import { KEY_PASSWORD, makeCertificates } from '../support/certificates.js';
import { CLUSTER_PASSWORD, type Cluster, startCluster } from '../support/cluster.js';
import { succeed } from '../support/calls.js';
import { buildPerson } from '../support/factories.js';
import { connectClient } from '../../src/database/connection/database-config.js';
import { openSession } from '../../src/database/connection/open-session.js';
import { exclusively, migrate } from '../../src/database/migrate.js';
import { connect } from '../../src/app/orm.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

jest.setTimeout(60_000);

let secure: Cluster;
let plain: Cluster;
let strangersRoot: string;
beforeAll(async () => {
  secure = await startCluster({
    tls: true,
    hba: ['hostssl all certified 127.0.0.1/32 cert map=tests', 'hostssl all all 127.0.0.1/32 scram-sha-256'],
  });
  plain = await startCluster();
  const folder = join(secure.folder, 'stranger');
  await mkdir(folder);
  strangersRoot = (await makeCertificates(folder, 'DNS:localhost', 'docket')).ca;
});
afterAll(async () => {
  await secure.remove();
  await plain.remove();
});

/** Whether a connection by the URL is encrypted; rejects when there is none. */
async function isEncrypted(url: string): Promise<boolean> {
  const client = await connectClient(url, '', { timeoutMs: 5_000 });
  try {
    const { rows } = await client.query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return rows[0]?.ssl === true;
  } finally {
    await client.end();
  }
}

const withRoot = (mode: string, root = secure.certificates.ca) =>
  `sslmode=${mode}&sslrootcert=${encodeURIComponent(root)}`;

const byAddress = (mode: string) => secure.url('postgres', withRoot(mode)).replace('@localhost', '@127.0.0.1');

describe('With a server that has TLS', () => {
  test.each([
    '',
    'sslmode=allow',
    'sslmode=prefer',
    'sslmode=require',
    'ssl=true',
    'sslmode=require&ssl_min_protocol_version=TLSv1.3',
  ])('"%s" encrypts', async (query) => {
    expect(await isEncrypted(secure.url('postgres', query))).toBe(true);
  });

  test('sslmode=disable does not, and such a server refuses it in a sentence', async () => {
    const refused = openSession(secure.url('postgres', 'sslmode=disable'));
    await expect(refused).rejects.toThrow(
      /cannot be used: no pg_hba.conf entry .* no encryption. Look at the user and sslmode/,
    );
  });

  test('verify-full and verify-ca make sure of the CA, and require does with sslrootcert', async () => {
    for (const mode of ['verify-full', 'verify-ca', 'require']) {
      expect(await isEncrypted(secure.url('postgres', withRoot(mode)))).toBe(true);
      const refused = openSession(secure.url('postgres', withRoot(mode, strangersRoot)));
      await expect(refused).rejects.toThrow(/certificate.*Look at sslmode and sslrootcert/);
    }
    // By a CA that nobody knows, where no certificate is named.
    await expect(openSession(secure.url('postgres', 'sslmode=verify-full'))).rejects.toThrow(/Look at sslmode/);
  });

  test('only verify-full makes sure of the name, that of an address too', async () => {
    expect(await isEncrypted(byAddress('verify-ca'))).toBe(true);
    await expect(openSession(byAddress('verify-full'))).rejects.toThrow(/IP: 127.0.0.1 is not in the cert/);
  });

  test('a file that is not there is told', async () => {
    const missing = openSession(secure.url('postgres', withRoot('verify-full', '/nowhere/ca.crt')));
    await expect(missing).rejects.toThrow('names as sslrootcert, /nowhere/ca.crt, cannot be read: ENOENT.');
  });

  test.each(['', 'no certificate\n'])('a file that holds %j in place of a certificate is told', async (text) => {
    const file = join(secure.folder, 'empty.crt');
    await writeFile(file, text);
    await expect(openSession(secure.url('postgres', withRoot('verify-ca', file)))).rejects.toThrow(
      `The file that the database URL names as sslrootcert, ${file}, holds no certificate in PEM format.`,
    );
  });

  test('a client certificate that cannot be used is told', async () => {
    const { clientCert, clientKey, lockedKey, serverKey, ca } = secure.certificates;
    const pairs = [
      [clientCert, serverKey, ''],
      [clientCert, lockedKey, '&sslpassword=wrong'],
      [clientCert, ca, ''],
      [clientKey, clientKey, ''],
    ];
    for (const [cert, key, more] of pairs) {
      const url = `postgres://certified@localhost:${secure.port}/postgres?sslmode=require&sslcert=${cert}&sslkey=${key}${more}`;
      await expect(openSession(url)).rejects.toThrow(
        /^The client certificate of the database URL cannot be used: .*\. Look at sslcert, sslkey and sslpassword\.$/,
      );
    }
  });

  test('a client certificate lets in, its key with a password too', async () => {
    const { clientCert, clientKey, lockedKey } = secure.certificates;
    await secure.execute('postgres', 'create role certified login');
    const url = (key: string, more = '') =>
      `postgres://certified@localhost:${secure.port}/postgres?${withRoot('verify-full')}&sslcert=${clientCert}&sslkey=${key}${more}`;
    expect(await isEncrypted(url(clientKey))).toBe(true);
    expect(await isEncrypted(url(lockedKey, `&sslpassword=${encodeURIComponent(KEY_PASSWORD)}`))).toBe(true);
    await expect(openSession(url(lockedKey))).rejects.toThrow();
    await expect(
      openSession(`postgres://certified@localhost:${secure.port}/postgres?sslmode=require`),
    ).rejects.toThrow();
  });

  test('every connection of the server, its jobs and the command line is encrypted', async () => {
    await secure.execute('postgres', 'create database docket_tls');
    const url = secure.url('docket_tls', withRoot('verify-full'));
    const orm = await connect(url);
    await exclusively(url, async () => migrate(orm));
    await orm.close(true);
    const clock = new TestClock();
    const server = await startTestServer({ on: { databaseUrl: url, clock } });
    try {
      const { client } = await buildPerson(server);
      await succeed(client, 'createTicket', { title: 'In secret', description: 'Nobody listens.' });
      await server.deliverDue();
      const connections = await secure.rows<{ name: string; ssl: boolean }>(
        'docket_tls',
        `select application_name as name, ssl from pg_stat_ssl join pg_stat_activity using (pid)
         where datname = 'docket_tls' and application_name <> ''`,
      );
      expect(new Set(connections.map(({ name }) => name))).toEqual(new Set(['docket', 'docket-jobs']));
      expect(connections.filter(({ ssl }) => !ssl)).toEqual([]);
      // The server lets in nobody without TLS.
      const exported = await cli({ databaseUrl: url, clock }, ['export-tickets']);
      expect(exported).toMatchObject({ code: 0, stdout: expect.stringContaining('In secret') });
      expect(await cli({ databaseUrl: url, clock }, ['backup', join(secure.folder, 'tls.tar')])).toMatchObject({
        code: 0,
      });
    } finally {
      await server.stop();
    }
    await secure.execute('postgres', 'create database docket_tls_restored');
    const restored = { databaseUrl: secure.url('docket_tls_restored', withRoot('verify-full')), clock };
    expect(await cli(restored, ['restore', join(secure.folder, 'tls.tar')])).toMatchObject({ code: 0 });
  });
});

describe('With a server that has none', () => {
  test('allow, prefer and the default go on in clear; the stricter modes refuse in a sentence', async () => {
    for (const query of ['', 'sslmode=allow', 'sslmode=prefer', 'sslmode=disable']) {
      expect(await isEncrypted(plain.url('postgres', query))).toBe(false);
    }
    for (const query of ['sslmode=require', withRoot('verify-ca'), withRoot('verify-full')]) {
      await expect(openSession(plain.url('postgres', query))).rejects.toThrow(
        'cannot be used: The server does not support SSL connections. Look at sslmode',
      );
    }
  });

  test('a Unix socket is used whatever sslmode says, as libpq does', async () => {
    const query = `host=${encodeURIComponent(plain.socketFolder)}&sslmode=verify-full`;
    expect(await isEncrypted(`postgres://postgres@/postgres?${query}&port=${plain.port}`)).toBe(false);
  });
});

describe('Every part of the URL counts', () => {
  const PASSWORD = 'per%cent/slash?#@:&+ ';

  test('a user, a password and a database that hold any character', async () => {
    await plain.execute('postgres', `create role "a%b@c" login password '${PASSWORD}'`, 'create database "d/e% f"');
    const [user, password, database] = ['a%b@c', PASSWORD, 'd/e% f'].map((part) => encodeURIComponent(part));
    const url = `postgres://${user}:${password}@localhost:${plain.port}/${database}`;
    const client = await openSession(url);
    const { rows } = await client.query('select current_user as person, current_database() as name');
    await client.end();
    expect(rows).toEqual([{ person: 'a%b@c', name: 'd/e% f' }]);
  });

  test('application_name and options', async () => {
    const options = encodeURIComponent('-c work_mem=5MB -c datestyle=German');
    const client = await openSession(plain.url('postgres', `application_name=desk&options=${options}`), {
      use: '-jobs',
    });
    const { rows } = await client.query(
      `select current_setting('application_name') as name, current_setting('work_mem') as memory, current_setting('datestyle') as style`,
    );
    await client.end();
    // What Docket relies on is not anybody's to choose.
    expect(rows).toEqual([{ name: 'desk-jobs', memory: '5MB', style: 'ISO, MDY' }]);
  });

  test('a long application_name is cut, and what the connection is for is seen behind it', async () => {
    const client = await openSession(plain.url('postgres', `application_name=${'desk'.repeat(20)}`), { use: '-jobs' });
    const { rows } = await client.query(`select current_setting('application_name') as name`);
    await client.end();
    expect(rows).toEqual([{ name: `${'desk'.repeat(20).slice(0, 58)}-jobs` }]);
  });

  test('options that PostgreSQL does not know are told', async () => {
    await expect(openSession(plain.url('postgres', 'options=-c%20wokr_mem%3D1MB'))).rejects.toThrow(
      /unrecognized configuration parameter "wokr_mem"\. Look at options in DATABASE_URL\.$/,
    );
  });

  test('a password that is missing is told', async () => {
    await expect(openSession(`postgres://postgres@localhost:${plain.port}/postgres`)).rejects.toThrow(
      /cannot be used: the server asks for a password\. Look at the user and the password in DATABASE_URL\.$/,
    );
  });

  test('the password is used, and a wrong one told in a sentence', async () => {
    const wrong = plain.url().replace(encodeURIComponent(CLUSTER_PASSWORD), 'wrong');
    await expect(openSession(wrong)).rejects.toThrow(
      /^The database at localhost:\d+ cannot be used: password authentication failed for user "postgres". Look at the user and the password in DATABASE_URL.$/,
    );
    await expect(openSession(plain.url('nowhere'))).rejects.toThrow(/database "nowhere" does not exist. .*createdb/);
  });
});
