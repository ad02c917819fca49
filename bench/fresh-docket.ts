import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DocketProcess } from '../system-tests/chaos/process.js';
import { freePort } from '../tests/support/free-port.js';

/** A Docket on an embedded PostgreSQL of its own, for as long as `use` takes. */
export async function withDocket<Result>(
  options: { readonly words?: string[] },
  use: (docket: DocketProcess, url: string) => Promise<Result>,
): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-bench-live-'));
  const env = {
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    DEMO_DATA: 'false',
    ACCESS_TOKEN_SECONDS: '86400',
    LOG_LEVEL: 'error',
  };
  const docket = new DocketProcess(env, options);
  try {
    return await use(docket, await docket.started());
  } finally {
    await docket.stop('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
}
