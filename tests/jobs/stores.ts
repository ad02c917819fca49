import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { Client, Pool } from 'pg';

/** An empty job store of its own for one test, and the ways around the queue that a test needs. */
export interface TestStore {
  readonly url: string;
  readonly port: number;
  /** The URL of the same store by way of another port of this machine. */
  urlThrough(port: number): string;
  /**
   * Whether no two workers can lock the same job. FerretDB 1.24 cannot promise it: two clients that took 50 documents
   * by findAndModify, each setting the field they select by, took 77. MongoDB and PostgreSQL can.
   */
  readonly locksAtomically: boolean;
  countJobs(): Promise<number>;
  countLocked(): Promise<number>;
  /** Puts in a job as if another release had queued it; null for a time means a job that has finished. */
  insertJob(name: string, data: unknown, nextRunAt: Date | null): Promise<void>;
  drop(): Promise<void>;
}

/** A kind of store that the suite runs against. */
export interface StoreKind {
  readonly name: string;
  open(): Promise<TestStore>;
}

/** PostgreSQL always; MongoDB when MONGODB_TEST_URL says where one is. */
export function storesToTest(): StoreKind[] {
  const kinds: StoreKind[] = [];
  const { TEST_DATABASE_URL: postgresUrl, MONGODB_TEST_URL: mongoUrl } = process.env;
  if (!postgresUrl) throw new Error('TEST_DATABASE_URL is not set');
  kinds.push({ name: 'PostgreSQL', open: async () => openPostgres(postgresUrl) });
  if (mongoUrl) kinds.push({ name: 'MongoDB', open: async () => openMongo(mongoUrl) });
  return kinds;
}

async function openPostgres(maintenanceUrl: string): Promise<TestStore> {
  const name = `jobs_${randomUUID()}`;
  const maintenance = new Client({ connectionString: maintenanceUrl });
  await maintenance.connect();
  await maintenance.query(`create database "${name}"`);
  const url = new URL(maintenanceUrl);
  url.pathname = `/${name}`;
  const pool = new Pool({ connectionString: url.toString(), max: 1, options: '-c search_path=docket_jobs' });
  pool.on('error', () => {});
  return {
    url: url.toString(),
    port: Number(url.port || 5432),
    urlThrough: (port) => withPort(url, port),
    locksAtomically: true,
    countJobs: async () => {
      const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from agenda_jobs');
      return rows[0]?.count ?? 0;
    },
    countLocked: async () => {
      const { rowCount } = await pool.query('select from agenda_jobs where locked_at is not null');
      return rowCount ?? 0;
    },
    insertJob: async (job, data, nextRunAt) => {
      await pool.query('insert into agenda_jobs (name, data, next_run_at) values ($1, $2, $3)', [
        job,
        JSON.stringify(data),
        nextRunAt,
      ]);
    },
    drop: async () => {
      await pool.end();
      await maintenance.query(`drop database "${name}" with (force)`);
      await maintenance.end();
    },
  };
}

async function openMongo(serverUrl: string): Promise<TestStore> {
  const url = new URL(serverUrl);
  url.pathname = `/jobs_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  // A replica set would tell its own address, and the driver would go around the proxy.
  url.searchParams.set('directConnection', 'true');
  const client = new MongoClient(url.toString());
  const buildInfo = await client.db().command({ buildInfo: 1 });
  const jobs = client.db().collection('agendaJobs');
  return {
    url: url.toString(),
    port: Number(url.port || 27017),
    urlThrough: (port) => withPort(url, port),
    locksAtomically: !('ferretdbVersion' in buildInfo),
    countJobs: async () => jobs.countDocuments(),
    countLocked: async () => jobs.countDocuments({ lockedAt: { $ne: null } }),
    insertJob: async (name, data, nextRunAt) => {
      await jobs.insertOne({ name, data, nextRunAt, priority: 0, type: 'normal', lockedAt: null, disabled: null });
    },
    drop: async () => {
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

function withPort(url: URL, port: number): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.toString();
}
