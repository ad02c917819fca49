import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedDatabase } from '../../src/database/embedded/embedded-database.js';
import { startSmtpServer } from '../../tests/support/smtp.js';
import { DocketProcess } from '../chaos/process.js';
import { readComposeFile, readDockerfile } from './compose-file.js';

/** Words for the values that docker-compose.yml takes from .env. */
export const ADMIN = { username: 'admin', password: randomBytes(12).toString('hex') };
const VARIABLES = {
  POSTGRES_PASSWORD: randomBytes(12).toString('hex'),
  MONGO_PASSWORD: randomBytes(12).toString('hex'),
  ADMIN_EMAIL: 'admin@docket.example',
  ADMIN_USERNAME: ADMIN.username,
  ADMIN_PASSWORD: ADMIN.password,
  // Five seconds.
  ASSIGN_REPORT_SCHEDULE: '0.0833',
  // For the people of this try-out, whose mails are counted.
  SIGN_UP: 'open',
  CONFIRM_EMAIL: 'off',
  LOG_LEVEL: 'warn',
};

/** The services of docker-compose.yml that are not ours, each by what is there without Docker. */
async function startSurroundings(folder: string, environment: Record<string, string>) {
  const { POSTGRES_USER = '', POSTGRES_PASSWORD = '', POSTGRES_DB = '' } = environment;
  const postgres = await startEmbeddedDatabase({ dataDir: join(folder, 'postgres'), databaseName: 'postgres' });
  const setUp = new Client({ connectionString: postgres.url });
  await setUp.connect();
  await setUp.query(`create role "${POSTGRES_USER}" superuser login password '${POSTGRES_PASSWORD}'`);
  await setUp.query(`create database "${POSTGRES_DB}" owner "${POSTGRES_USER}"`);
  await setUp.end();
  const smtp = await startSmtpServer();
  const mongo = process.env['MONGODB_TEST_URL'];
  return {
    smtp,
    mongo,
    /** Puts the addresses here in the place of the names in Docker's network. */
    here(settings: Readonly<Record<string, string>>): Record<string, string> {
      const { JOBS_URL: _jobs, DATABASE_URL: given = '', ...rest } = settings;
      const database = new URL(given);
      if (database.host !== 'postgres:5432' || rest['EMAIL_HOST'] !== 'mailpit')
        throw new Error('unexpected addresses');
      const { host } = new URL(postgres.url);
      database.host = host;
      return {
        ...rest,
        DATABASE_URL: database.href,
        // Without FerretDB the jobs wait in PostgreSQL.
        ...(mongo && { JOBS_URL: `${mongo}docket_layout_${randomBytes(4).toString('hex')}` }),
        EMAIL_HOST: '127.0.0.1',
        EMAIL_PORT: String(smtp.port),
        // The mapping of ports: each on a free one of this machine.
        HOST: '127.0.0.1',
        PORT: '0',
      };
    },
    async stop() {
      await smtp.close();
      await postgres.stop();
    },
  };
}

/** Starts what docker-compose.yml describes, all of Docket at the same moment, on an empty database. */
export async function startStack() {
  const folder = await mkdtemp(join(tmpdir(), 'docket-layout-'));
  const [compose, image] = await Promise.all([readComposeFile(VARIABLES), readDockerfile()]);
  const around = await startSurroundings(folder, compose.environmentOf('postgres'));
  const jobsUrl = around.here(compose.containers[0]?.environment ?? {})['JOBS_URL'];
  const processes = new Map<string, DocketProcess>();
  const stop = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await Promise.all([...processes.values()].map(async (container) => container.stop(signal)));
    await around.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const urls: string[] = [];
    let databaseUrl = '';
    for (const { name, environment, volumes } of compose.containers) {
      const settings: Record<string, string> = {
        ...image.environment,
        ...around.here({ ...image.environment, ...environment }),
        ...(jobsUrl && { JOBS_URL: jobsUrl }),
      };
      // A volume that is not named is the container's own.
      const data = join(folder, volumes.get(settings['DATA_DIR'] ?? '') ?? `volume-of-${name}`);
      const work = join(folder, `work-of-${name}`);
      await mkdir(data, { recursive: true });
      await mkdir(work);
      databaseUrl = settings['DATABASE_URL'] ?? '';
      processes.set(name, new DocketProcess({ ...settings, DATA_DIR: data }, { words: image.words, cwd: work }));
    }
    for (const process of processes.values()) urls.push(await process.started());
    return {
      names: [...processes.keys()],
      apis: urls.filter((url) => url !== ''),
      jobs: around.mongo ? 'MongoDB (FerretDB)' : 'PostgreSQL',
      databaseUrl,
      smtp: around.smtp,
      output: () => [...processes].map(([name, { output }]) => `${name}:\n${output}`).join('\n'),
      /** Ends everything as `docker compose down` does. */
      stop: async () => stop('SIGTERM'),
    };
  } catch (error) {
    for (const [name, { output }] of processes) process.stderr.write(`${name}:\n${output}\n`);
    await stop('SIGKILL');
    throw error;
  }
}

export type Stack = Awaited<ReturnType<typeof startStack>>;
