// Mails under kill -9 (docs/hardening.md, "Mail"): an API and two workers as processes of their own, one worker killed each
// 20 s, tickets that change hands at random while staff watch them, comment and mention each other, an SMTP server that
// counts. Then a comment on a ticket with a thousand watchers. Against the PostgreSQL job store, and the
// MongoDB one when MONGODB_TEST_URL is set. Exits with 1 when a bar is not met.
// Run: npm run chaos:mail [-- --assignments 200 --seconds 45 --kill-every 20 --burst 1000 --watchers 1000 --accept-ms 50 --store MongoDB]
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { startEmbeddedDatabase } from '../src/database/embedded/embedded-database.js';
import { startMailSink } from './chaos/mail-sink.js';
import { DocketProcess } from './chaos/process.js';
import { Api, assignAtRandom } from './chaos/tickets.js';
import { brokenBars, judge, type PendingMail, type Verdict } from './chaos/verdict.js';

const { values } = parseArgs({
  options: {
    assignments: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '45' },
    'kill-every': { type: 'string', default: '20' },
    burst: { type: 'string', default: '1000' },
    watchers: { type: 'string', default: '1000' },
    // As long as a server on the same network takes.
    'accept-ms': { type: 'string', default: '50' },
    store: { type: 'string' },
  },
});
const ASSIGNMENTS = Number(values.assignments);
const LOAD_MS = Number(values.seconds) * 1000;
const KILL_EVERY_MS = Number(values['kill-every']) * 1000;
const BURST = Number(values.burst);
const WATCHERS = Number(values.watchers);
const ACCEPT_MS = Number(values['accept-ms']);

const MAIL_DELAY_MS = 6000;
/** A claim of a dead worker runs out, and a sweep finds the mail. */
const SETTLE_MS = 90_000;
/** docs/hardening.md: with the job store lost, and for a thousand due mails. */
const MAX_DELAY_WITHOUT_JOBS_MS = 60_000;
const MAX_BURST_MS = 60_000;
const WITHOUT_JOBS = 50;

const ADMIN = {
  ADMIN_EMAIL: 'admin@docket.example',
  ADMIN_USERNAME: 'admin',
  ADMIN_PASSWORD: randomBytes(12).toString('hex'),
};

interface Store {
  readonly name: string;
  readonly jobsUrl: (databaseUrl: string) => string;
  /** Removes every job. */
  empty(db: Client): Promise<void>;
}

const POSTGRES: Store = {
  name: 'PostgreSQL',
  jobsUrl: (databaseUrl) => databaseUrl,
  async empty(db) {
    await db.query('delete from docket_jobs.agenda_jobs');
  },
};

function mongoAt(serverUrl: string): Store {
  const url = new URL(serverUrl);
  url.pathname = `/chaos_${randomBytes(4).toString('hex')}`;
  return {
    name: 'MongoDB',
    jobsUrl: () => url.href,
    async empty() {
      const client = new MongoClient(url.href);
      await client.db().collection('agendaJobs').deleteMany({});
      await client.close();
    },
  };
}

async function readMails(db: Client): Promise<PendingMail[]> {
  const { rows } = await db.query<PendingMail>(`
    select n.id, n.kind, case when n.cancel_reason = 'MERGED' then n.merged_into else n.id end as "mailId",
      n.ticket_id as "ticketId", u.email::text as email, n.status,
      (extract(epoch from n.send_at) * 1000)::float8 as "sendAt"
    from notification n join "user" u on u.id = n.recipient_id where n.kind <> 'DIGEST'`);
  return rows;
}

/** Until nothing waits any more, or the time is over. */
async function settled(db: Client): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  while (Date.now() < deadline) {
    const waiting = (await readMails(db)).some(({ status }) => status === 'SCHEDULED');
    if (!waiting) return;
    await delay(250);
  }
}

/** Two workers, of which one is killed each so often and started again at once. */
class Workers {
  readonly kills: number[] = [];
  readonly #env: Readonly<Record<string, string>>;
  #running: DocketProcess[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = { ...env, RUN: 'worker' };
  }

  async start(count: number): Promise<void> {
    this.#running = Array.from({ length: count }, () => new DocketProcess(this.#env));
    await Promise.all(this.#running.map(async (worker) => worker.started()));
  }

  startKilling(): void {
    this.#timer = setInterval(() => {
      const victim = this.#running.shift();
      if (victim === undefined) return;
      this.kills.push(Date.now());
      void victim.stop('SIGKILL');
      this.#running.push(new DocketProcess(this.#env));
    }, KILL_EVERY_MS);
  }

  stopKilling(): void {
    clearInterval(this.#timer);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map(async (worker) => worker.stop('SIGTERM')));
    this.#running = [];
  }
}

interface Result extends Verdict {
  store: string;
  lateWithoutJobs: number;
  burstSeconds: number;
  watcherSeconds: number;
  broken: string[];
}

async function run(store: Store, databaseUrl: string, dataDir: string): Promise<Result> {
  const sink = await startMailSink(ACCEPT_MS);
  const db = new Client({ connectionString: databaseUrl });
  await db.connect();
  const env = {
    ...ADMIN,
    DATABASE_URL: databaseUrl,
    JOBS_URL: store.jobsUrl(databaseUrl),
    DATA_DIR: dataDir,
    JWT_PRIVATE_KEYS: JSON.stringify([generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })]),
    PORT: '0',
    EMAIL_HOST: '127.0.0.1',
    EMAIL_PORT: String(sink.port),
    ASSIGN_REPORT_SCHEDULE: String(MAIL_DELAY_MS / 60_000),
    REPLY_DELAY_SECONDS: String(MAIL_DELAY_MS / 1000),
    ACCESS_TOKEN_SECONDS: '86400',
    DEMO_DATA: 'false',
    LOG_LEVEL: 'error',
  };
  const api = new DocketProcess({ ...env, RUN: 'api' });
  const workers = new Workers(env);
  try {
    const client = new Api(await api.started());
    await workers.start(2);
    await client.signIn(ADMIN.ADMIN_USERNAME, ADMIN.ADMIN_PASSWORD);
    const [people, staff] = [await client.people(), await client.staff()];
    const cast = { creatorEmail: ADMIN.ADMIN_EMAIL, people, staff };
    const seeAll = new Set([ADMIN.ADMIN_EMAIL, ...staff.map(({ email }) => email)]);

    workers.startKilling();
    const load = { count: ASSIGNMENTS, overMs: LOAD_MS, delayMs: MAIL_DELAY_MS };
    const stories = await assignAtRandom(client, cast, load);
    workers.stopKilling();
    await settled(db);
    const verdict = judge(stories, await readMails(db), sink.mails, workers.kills, seeAll);

    const [[someone], [author]] = [people, staff];
    if (someone === undefined || author === undefined) throw new Error('There is nobody');
    sink.mails.length = 0;
    const begun = Date.now();
    await Promise.all(Array.from({ length: WITHOUT_JOBS }, async () => client.assign(someone, ADMIN.ADMIN_EMAIL)));
    await store.empty(db);
    await settled(db);
    const pending = new Map((await readMails(db)).map(({ id, sendAt }) => [id, sendAt]));
    const late = sink.mails.map(
      ({ messageId, takenAt }) => takenAt - (pending.get(messageId.replace(/@.*/, '')) ?? begun),
    );
    const lateWithoutJobs = sink.mails.length === WITHOUT_JOBS ? Math.max(...late) : Number.POSITIVE_INFINITY;

    await workers.stop();
    const burstSeconds = (await burst(db, someone.id, workers, sink)) / 1000;
    const watched = await client.assign(someone, ADMIN.ADMIN_EMAIL);
    await addWatchers(db, watched.id);
    await workers.start(2);
    await settled(db);
    const watcherSeconds =
      (await commentToWatchers(db, async () => author.api.comment(watched.id, 'It burns.'), sink)) / 1000;
    const broken = brokenBars(verdict);
    if (watcherSeconds * 1000 > MAX_BURST_MS) broken.push(`${WATCHERS} watchers were told in ${watcherSeconds} s`);
    if (lateWithoutJobs > MAX_DELAY_WITHOUT_JOBS_MS) broken.push('too late, or lost, with the job store emptied');
    if (burstSeconds * 1000 > MAX_BURST_MS) broken.push(`${BURST} mails took ${burstSeconds} s`);
    return { ...verdict, store: store.name, lateWithoutJobs, burstSeconds, watcherSeconds, broken };
  } catch (error) {
    console.error(api.output);
    throw error;
  } finally {
    workers.stopKilling();
    await workers.stop();
    await api.stop('SIGTERM');
    await db.end();
    await sink.close();
  }
}

/** How long two workers, from their start on, take for so many mails that are due; in milliseconds. */
async function burst(
  db: Client,
  userId: string,
  workers: Workers,
  sink: Awaited<ReturnType<typeof startMailSink>>,
): Promise<number> {
  sink.mails.length = 0;
  await db.query(
    `with made as (
       insert into ticket (id, title, description, created_by_id, assigned_to_id, created_at)
       select gen_random_uuid(), 'Printer on fire', 'It burns.', $1, $1, now() from generate_series(1, $2) returning id
     )
     insert into notification (id, kind, recipient_id, actor_id, ticket_id, changes, created_at, send_at)
     -- By somebody who may assign tickets: others cause twenty mails an hour at most.
     select gen_random_uuid(), 'ASSIGNED', $1,
       (select u.id from "user" u join role r on r.id = u.role_id where r.can_assign_tickets and u.id <> $1 limit 1),
       id, '[]', now(), now() from made`,
    [userId, BURST],
  );
  const begun = Date.now();
  await workers.start(2);
  await settled(db);
  await workers.stop();
  return sink.mails.length === BURST ? Date.now() - begun : Number.POSITIVE_INFINITY;
}

/** Accounts that see every ticket and watch this one. */
async function addWatchers(db: Client, ticketId: string): Promise<void> {
  await db.query(
    `with made as (
       insert into "user" (id, username, first_name, email, password_hash, role_id, created_at)
       select gen_random_uuid(), 'watcher' || i, 'Watcher', 'watcher' || i || '@docket.example', 'none', r.id, now()
       from (select id from role where built_in = 'TECH') r, generate_series(1, $2) i
       returning id
     )
     insert into ticket_watch (ticket_id, user_id, state, created_at) select $1, id, 'WATCHING', now() from made`,
    [ticketId, WATCHERS],
  );
}

/** How long after the comment's mails are due two workers have told all watchers; in milliseconds. */
async function commentToWatchers(
  db: Client,
  comment: () => Promise<void>,
  sink: Awaited<ReturnType<typeof startMailSink>>,
): Promise<number> {
  sink.mails.length = 0;
  const due = Date.now() + MAIL_DELAY_MS;
  await comment();
  await settled(db);
  const told = new Set(sink.mails.map(({ to }) => to).filter((address) => address.startsWith('watcher')));
  return told.size === WATCHERS
    ? Math.max(...sink.mails.map(({ takenAt }) => takenAt)) - due
    : Number.POSITIVE_INFINITY;
}

/** A database of its own for a run, on the server at DATABASE_URL or on an embedded one. */
async function withDatabase<T>(action: (url: string, dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'docket-chaos-'));
  const given = process.env['DATABASE_URL'];
  const embedded = given ? null : await startEmbeddedDatabase({ dataDir, databaseName: 'postgres' });
  const server = given ?? embedded?.url ?? '';
  const name = `docket_chaos_${randomBytes(4).toString('hex')}`;
  const maintenance = new Client({ connectionString: server });
  await maintenance.connect();
  try {
    await maintenance.query(`create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return await action(url.href, dataDir);
  } finally {
    await maintenance.query(`drop database if exists ${name} with (force)`);
    await maintenance.end();
    await embedded?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const mongoUrl = process.env['MONGODB_TEST_URL'];
const available = mongoUrl ? [POSTGRES, mongoAt(mongoUrl)] : [POSTGRES];
const stores = available.filter(({ name }) => values.store === undefined || values.store === name);
const results: Result[] = [];
for (const store of stores) {
  console.log(
    `${store.name}: ${ASSIGNMENTS} tickets over ${LOAD_MS / 1000} s, a kill -9 each ${KILL_EVERY_MS / 1000} s`,
  );
  results.push(await withDatabase(async (url, dataDir) => run(store, url, dataDir)));
}

const columns: [string, (result: Result) => string | number][] = [
  ['job store', ({ store }) => store],
  ['assignments', ({ assignments }) => assignments],
  ['kills', ({ kills }) => kills],
  ['sent', ({ sent }) => sent],
  ['lost', ({ lost }) => lost],
  ['comments', ({ comments }) => comments],
  ['to be told of a comment', ({ tellings }) => tellings],
  ['not told', ({ untold }) => untold],
  ['told by two mails', ({ toldTwice }) => toldTwice],
  [
    'sent to people who may not see the ticket',
    ({ afterUnassigned, overlapMs }) => `${afterUnassigned} (longest overlap ${overlapMs} ms)`,
  ],
  ['duplicates, same Message-ID', ({ duplicates }) => duplicates],
  ['another Message-ID', ({ twiceForOneTurn }) => twiceForOneTurn],
  ['late p50 / p99, healthy', ({ lateP50, lateP99 }) => `${Math.round(lateP50)} / ${Math.round(lateP99)} ms`],
  ['late p99, kills included', ({ lateP99All }) => `${Math.round(lateP99All)} ms`],
  ['latest with jobs emptied', ({ lateWithoutJobs }) => `${(lateWithoutJobs / 1000).toFixed(1)} s`],
  [`${BURST} due mails, two workers`, ({ burstSeconds }) => `${burstSeconds.toFixed(1)} s`],
  [`a comment to ${WATCHERS} watchers, two workers`, ({ watcherSeconds }) => `${watcherSeconds.toFixed(1)} s`],
];
console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}\n`);
console.log(`| | ${results.map(({ store }) => store).join(' | ')} |\n|---|${results.map(() => '---|').join('')}`);
for (const [name, value] of columns.slice(1)) console.log(`| ${name} | ${results.map(value).join(' | ')} |`);
for (const { store, broken } of results) for (const fault of broken) console.error(`\n${store}: ${fault}`);
if (!mongoUrl) console.log('\nMongoDB was not tried: MONGODB_TEST_URL is not set (scripts/ferretdb.sh runs one).');
process.exit(results.some(({ broken }) => broken.length > 0) ? 1 : 0);
