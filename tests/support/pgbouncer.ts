import { once } from 'node:events';
import { chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnAs } from '../../src/database/embedded/command.js';
import { waitFor } from '../jobs/wait-for.js';
import { CLUSTER_PASSWORD, type Cluster } from './cluster.js';
import { freePort } from './free-port.js';

export type PoolMode = 'session' | 'transaction' | 'statement';

/** A PgBouncer in front of a cluster, with its default settings but those. */
export async function startPgbouncer(
  program: string,
  cluster: Cluster,
  mode: PoolMode,
  settings: Readonly<Record<string, string | number>> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'docket-pgbouncer-'));
  const port = await freePort();
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'plain',
    auth_file: join(folder, 'users'),
    pool_mode: mode,
    default_pool_size: 40,
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const configuration = join(folder, 'pgbouncer.ini');
  const content = ['[databases]', `* = host=127.0.0.1 port=${cluster.port}`, '[pgbouncer]', ...lines, ''].join('\n');
  await writeFile(configuration, content);
  await writeFile(join(folder, 'users'), `"postgres" "${CLUSTER_PASSWORD}"\n`);
  const { account } = cluster;
  if (account) {
    for (const path of [folder, configuration, join(folder, 'users')]) await chown(path, account.uid, account.gid);
  }
  const logFile = join(folder, 'log');
  const log = await open(logFile, 'a');
  const child = spawnAs(program, [configuration], { account, outputTo: log.fd });
  await log.close();
  await waitFor(async () => (await readFile(logFile, 'utf8')).includes('process up'));
  return {
    url: (database: string) => cluster.url(database).replace(`:${cluster.port}/`, `:${port}/`),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}
