import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { chooseAccount } from '../../src/database/embedded/account.js';
import { type Account, runCommand, spawnAs } from '../../src/database/embedded/command.js';
import { waitFor } from '../jobs/wait-for.js';
import { type Certificates, makeCertificates } from './certificates.js';
import { freePort } from './free-port.js';
import { findPostgres } from './programs.js';

export const CLUSTER_PASSWORD = 'a password of the tests';

/** A PostgreSQL of a test's own: Debian's where it is installed, with its own settings and rules of who may connect. */
export interface Cluster {
  readonly port: number;
  readonly folder: string;
  readonly socketFolder: string;
  readonly certificates: Certificates;
  readonly account: Account | undefined;
  /** A URL of the superuser, by TCP without TLS unless the query says otherwise. */
  url(database?: string, query?: string): string;
  /** Runs statements as the superuser, by the socket. */
  execute(database: string, ...statements: string[]): Promise<void>;
  rows<Row extends object>(database: string, query: string): Promise<Row[]>;
  log(): Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes everything. */
  remove(): Promise<void>;
}

interface ClusterOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of pg_hba.conf behind one that lets the tests in by the socket. */
  readonly hba?: readonly string[];
  readonly tls?: boolean;
  readonly started?: boolean;
}

const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '16MB' };

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { hba = ['host all all 127.0.0.1/32 scram-sha-256'], tls = false } = options;
  const binaries = await findPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'docket-cluster-'));
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  const socketFolder = join(folder, 'socket');
  const account = await chooseAccount({ program: binaries.postgres, dataDir: folder, clusterDir: data });
  for (const made of [data, socketFolder]) {
    await mkdir(made, { mode: made === data ? 0o700 : 0o755 });
    if (account) await chown(made, account.uid, account.gid);
  }
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, CLUSTER_PASSWORD);
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '--pwfile',
    passwordFile,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const { exitCode, stderr } = await runCommand(binaries.initdb, initdb, account);
  if (exitCode !== 0) throw new Error(`initdb: ${stderr}`);
  // Lets the holder of the client's certificate be any user that the rules name.
  await writeFile(join(data, 'pg_ident.conf'), 'tests docket certified\n');
  await writeFile(join(data, 'pg_hba.conf'), ['local all all trust', ...hba, ''].join('\n'));

  const certificates = await makeCertificates(folder, 'DNS:localhost', 'docket', account);
  const port = await freePort();
  const settings = {
    ...FAST,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketFolder,
    max_connections: '100',
    ...(tls && {
      ssl: 'on',
      ssl_cert_file: certificates.serverCert,
      ssl_key_file: certificates.serverKey,
      ssl_ca_file: certificates.ca,
    }),
    ...options.settings,
  };
  const logFile = join(folder, 'log');
  let process: ChildProcess | undefined;

  async function connected(database: string): Promise<Client> {
    const client = new Client({ host: socketFolder, port, user: 'postgres', database, ssl: false });
    await client.connect();
    return client;
  }

  async function start(): Promise<void> {
    const log = await open(logFile, 'a');
    const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    process = spawnAs(binaries.postgres, ['-D', data, ...words], { account, detached: true, outputTo: log.fd });
    await log.close();
    await waitFor(async () => {
      if (process?.exitCode !== null) throw new Error(`PostgreSQL ended: ${await readFile(logFile, 'utf8')}`);
      return connected('postgres').then(
        async (client) => client.end().then(() => true),
        () => false,
      );
    });
  }

  async function stop(): Promise<void> {
    if (process === undefined) return;
    const ended = once(process, 'exit');
    process.kill('SIGINT');
    await ended;
    process = undefined;
  }

  async function rows<Row extends object>(database: string, query: string): Promise<Row[]> {
    const client = await connected(database);
    try {
      return (await client.query<Row>(query)).rows;
    } finally {
      await client.end();
    }
  }

  if (options.started !== false) await start();
  return {
    port,
    folder,
    socketFolder,
    certificates,
    account,
    url: (database = 'postgres', query = 'sslmode=disable') =>
      `postgres://postgres:${encodeURIComponent(CLUSTER_PASSWORD)}@localhost:${port}/${database}?${query}`,
    async execute(database, ...statements) {
      for (const statement of statements) await rows(database, statement);
    },
    rows,
    log: async () => readFile(logFile, 'utf8'),
    start,
    stop,
    async remove() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}
