import type { Logger } from 'pino';
import type { JobStore } from './job-store.js';
import { PostgresJobStore } from './postgres-job-store.js';

/**
 * Creates the store for a JOBS_URL, without connecting. MongoDB's driver is loaded only where it is used, as it takes a
 * tenth of the time of the start. Throws if the URL is of no known kind.
 */
export async function openJobStore(url: string, logger: Logger): Promise<JobStore> {
  const protocol = url.slice(0, url.indexOf(':'));
  switch (protocol) {
    case 'mongodb':
    case 'mongodb+srv': {
      const { MongoJobStore } = await import('./mongo-job-store.js');
      return new MongoJobStore(url);
    }
    case 'postgres':
    case 'postgresql':
      return new PostgresJobStore(url, logger);
    default:
      throw new Error(`JOBS_URL must begin with mongodb:// or postgres://, not ${protocol}:`);
  }
}
