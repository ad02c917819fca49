import { MongoJobRepository } from '@agendajs/mongo-backend';
import type { Collection, Db } from 'mongodb';
import { MongoClient } from 'mongodb';
import { StartError } from '../common/start-error.js';
import type { JobStore } from './job-store.js';
import { STORE_ANSWER_TIMEOUT_MS, STORE_CONNECT_TIMEOUT_MS, STORE_MAX_CONNECTIONS } from './job-store.js';

const DEFAULT_DATABASE = 'docket';
const COLLECTION = 'agendaJobs';

/**
 * Jobs in MongoDB. The driver reconnects by itself. The URL must name a database: by default the driver would write to
 * "test".
 */
export class MongoJobStore implements JobStore {
  readonly name = 'MongoDB';
  readonly repository: MongoJobRepository;
  readonly #client: MongoClient;
  readonly #database: Db;

  /** @throws StartError for a URL that the driver cannot read */
  constructor(url: string) {
    this.#client = clientOf(url);
    this.#database = this.#client.db(namesDatabase(url) ? undefined : DEFAULT_DATABASE);
    this.repository = new MongoJobRepository({ mongo: this.#database, db: { collection: COLLECTION } });
  }

  async connect(): Promise<void> {
    await this.#client.connect();
    await this.repository.connect();
  }

  async ping(): Promise<void> {
    await this.#database.command({ ping: 1 });
  }

  async removeLeftovers(dueBefore: Date): Promise<number> {
    const result = await this.#jobs().deleteMany({
      $or: [
        { lockedAt: null, nextRunAt: null },
        { lockedAt: null, nextRunAt: { $lt: dueBefore } },
        { lockedAt: { $lt: dueBefore } },
      ],
    });
    return result.deletedCount;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #jobs(): Collection {
    return this.#database.collection(COLLECTION);
  }
}

/** Whether a path follows the hosts. Not `new URL()`: it takes no list of hosts. */
function namesDatabase(url: string): boolean {
  return /^[^:]+:\/\/[^/]+\/[^?]/.test(url);
}

function clientOf(url: string): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'docket-jobs',
      maxPoolSize: STORE_MAX_CONNECTIONS,
      connectTimeoutMS: STORE_CONNECT_TIMEOUT_MS,
      serverSelectionTimeoutMS: STORE_CONNECT_TIMEOUT_MS,
      socketTimeoutMS: STORE_ANSWER_TIMEOUT_MS,
      heartbeatFrequencyMS: STORE_CONNECT_TIMEOUT_MS,
    });
  } catch (cause) {
    // The driver's message is not shown: it may contain part of the URL, such as a password.
    throw new StartError(
      'JOBS_URL cannot be read by the driver of MongoDB. It is like mongodb://user:password@host:27017/database?option=value, with %40 for @ and the like in user and password.',
      { cause },
    );
  }
}
