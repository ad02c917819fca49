// What the log of changes costs writes: two servers on two databases of one PostgreSQL, of which one has no triggers that write
// the log. They take turns, a few seconds each.
// Run: npm run bench:change-log [-- --rounds 12 --seconds 4]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { startEmbeddedDatabase } from '../src/database/embedded/embedded-database.js';
import { DocketProcess } from '../system-tests/chaos/process.js';
import { freePort } from '../tests/support/free-port.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '12' }, seconds: { type: 'string', default: '4' } },
});
const ROUNDS = Number(values.rounds);
const SECONDS = Number(values.seconds);
const CONNECTIONS = 8;

const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }';
const UPDATE = 'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { ticket { id } } }';

interface Side {
  readonly url: string;
  readonly token: string;
  readonly process: DocketProcess;
}

async function call(url: string, token: string, query: string, input: object): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const answer = await response.text();
  if (answer.includes('"errors"')) throw new Error(answer);
  return answer;
}

async function start(dataDir: string, databaseUrl: string, name: string): Promise<Side> {
  const database = new URL(databaseUrl);
  database.pathname = `/${name}`;
  const process = new DocketProcess({
    RUN: 'api',
    DATA_DIR: join(dataDir, name),
    DATABASE_URL: database.href,
    PORT: String(await freePort()),
    DEMO_DATA: 'false',
    ACCESS_TOKEN_SECONDS: '86400',
    LOG_LEVEL: 'error',
  });
  const url = await process.started();
  const person = { email: 'a@docket.example', username: 'writer', firstName: 'A', password: 'correct horse battery' };
  const signUp = 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }';
  const [, token = ''] = /"accessToken":"([^"]+)"/.exec(await call(url, '', signUp, person)) ?? [];
  return { url, token, process };
}

/** How many writes a second, by some clients at once. */
async function measure({ url, token }: Side, kind: 'create' | 'update'): Promise<number> {
  const begun = performance.now();
  let written = 0;
  const write = async () => {
    let [, id = ''] = /"id":"([^"]+)"/.exec(await call(url, token, CREATE, { title: 'x', description: 'x' })) ?? [];
    for (let turn = 0; performance.now() - begun < SECONDS * 1000; turn += 1) {
      if (kind === 'update') await call(url, token, UPDATE, { id, priority: turn % 2 === 0 ? 'HIGH' : 'LOW' });
      else [, id = ''] = /"id":"([^"]+)"/.exec(await call(url, token, CREATE, { title: 'x', description: 'x' })) ?? [];
      written += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, write));
  return written / ((performance.now() - begun) / 1000);
}

function median(all: readonly number[]): number {
  const sorted = all.toSorted((one, other) => one - other);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
}

const dataDir = await mkdtemp(join(tmpdir(), 'docket-bench-log-'));
const database = await startEmbeddedDatabase({ dataDir });
const admin = new Client({ connectionString: database.url });
const sides: Side[] = [];
try {
  await admin.connect();
  for (const name of ['docket_with', 'docket_without']) {
    await admin.query(`create database ${name}`);
    sides.push(await start(dataDir, database.url, name));
  }
  const url = new URL(database.url);
  url.pathname = '/docket_without';
  const without = new Client({ connectionString: url.href });
  await without.connect();
  const { rows } = await without.query<{ text: string }>(
    `select format('drop trigger %I on %s', tgname, tgrelid::regclass) as text from pg_trigger t join pg_proc p on p.oid = tgfoid
     where not tgisinternal and p.prosrc like '%into ticket_change%'`,
  );
  for (const { text } of rows) await without.query(text);
  await without.end();
  console.log(`${rows.length} triggers left out.`);
  for (const kind of ['create', 'update'] as const) {
    for (const side of sides) await measure(side, kind);
    const figures: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      // Each is first in every other round.
      for (const place of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const side = sides[place];
        if (side) figures[place].push(await measure(side, kind));
      }
    }
    const ratios = figures[0].map((value, round) => value / (figures[1][round] ?? Number.NaN));
    console.log(
      `${kind}: ${median(figures[0]).toFixed(0)} a second with the log, ${median(figures[1]).toFixed(0)} without; ratio ${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
    );
  }
} finally {
  await Promise.all(sides.map(async ({ process }) => process.stop('SIGTERM')));
  await admin.end();
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
}
