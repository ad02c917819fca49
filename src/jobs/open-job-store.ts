import type { Logger } from 'pino';
import type { JobStore } from './job-store.js';
import { MongoJobStore } from './mongo-job-store.js';
import { PostgresJobStore } from './postgres-job-store.js';

/** Creates the store for a JOBS_URL, without connecting. Throws if the URL is of no known kind. */
export function openJobStore(url: string, logger: Logger): JobStore {
  const protocol = url.slice(0, url.indexOf(':'));
  switch (protocol) {
    case 'mongodb':
    case 'mongodb+srv':
      return new MongoJobStore(url);
    case 'postgres':
    case 'postgresql':
      return new PostgresJobStore(url, logger);
    default:
      throw new Error(`JOBS_URL must begin with mongodb:// or postgres://, not ${protocol}:`);
  }
}
