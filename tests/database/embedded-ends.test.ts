import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '../jobs/wait-for.js';
import { type ServerProcess, startProcess } from '../support/server-process.js';

jest.setTimeout(120_000);

interface Running {
  readonly dataDir: string;
  readonly server: ServerProcess;
  readonly postmaster: () => Promise<number>;
  readonly isReady: () => Promise<boolean>;
}

async function onServer(work: (running: Running) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-ends-'));
  const server = startProcess(dataDir, { DEMO_DATA: 'false' });
  try {
    const [, url = ''] = /GraphQL {2}(\S+)\/graphql/.exec(await server.said('Ctrl-C stops it.')) ?? [];
    await work({
      dataDir,
      server,
      async postmaster() {
        return Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
      },
      async isReady() {
        const response = await fetch(`${url}/readyz`).catch(() => null);
        return response?.status === 200;
      },
    });
  } finally {
    server.child.kill('SIGTERM');
    await server.exitCode;
    await rm(dataDir, { recursive: true, force: true });
  }
}

// Both wait for PostgreSQL most of the time.
describe('When the embedded PostgreSQL ends by itself', () => {
  test.concurrent('it is started again each time, and the server goes on', async () =>
    onServer(async ({ server, postmaster, isReady }) => {
      for (let round = 0; round < 2; round += 1) {
        const killed = await postmaster();
        process.kill(killed, 'SIGKILL');
        await waitFor(async () => (await postmaster().catch(() => killed)) !== killed && isReady(), 60_000);
      }
      expect(server.output()).toMatch(/"level":40.*The embedded PostgreSQL has ended\. It is started again/);
      await server.said('The embedded PostgreSQL is up again');
      const last = await postmaster();
      server.child.kill('SIGTERM');
      expect(await server.exitCode).toBe(0);
      expect(() => process.kill(last, 0)).toThrow('ESRCH');
    }));

  test.concurrent('and cannot be started again, the process ends with an error', async () =>
    onServer(async ({ dataDir, server, postmaster }) => {
      // As after a disk that was full at the wrong moment.
      const control = join(dataDir, 'postgres/global/pg_control');
      await rename(control, `${control}.away`);
      process.kill(await postmaster(), 'SIGKILL');
      expect(await server.exitCode).toBe(1);
      expect(server.output()).toMatch(/"level":60.*cannot be started again; the process ends/);
    }));
});
