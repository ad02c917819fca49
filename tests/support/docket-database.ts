import { exclusively, migrate } from '../../src/database/migrate.js';
import { connect } from '../../src/app/orm.js';
import { startTestServer, TestClock, type TestServer } from './server.js';

/** Brings a database up to date as every start of the server does. */
export async function migrated(url: string, tell?: (message: string) => void): Promise<void> {
  const orm = await connect(url);
  try {
    await exclusively(url, async () => migrate(orm), tell);
  } finally {
    await orm.close(true);
  }
}

/** Needs three connections at once: that of the lock of a start, a transaction's, and one beside it. */
export async function useThreeConnections(url: string): Promise<void> {
  const orm = await connect(url);
  try {
    const third = async () => orm.em.fork().execute('select 1');
    await exclusively(url, async () => orm.em.fork().transactional(third));
  } finally {
    await orm.close(true);
  }
}

/** The server on a database that is there already: brought up to date first, and left there afterwards. */
export async function serveOn(url: string): Promise<TestServer> {
  await migrated(url);
  return startTestServer({ on: { databaseUrl: url, clock: new TestClock() } });
}
