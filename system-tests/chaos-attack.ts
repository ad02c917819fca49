// One attacker beside an honest client (docs/hardening.md, "Abuse of the query language"): what a page takes while each
// hostile request is sent over one connection, one after the other, and how soon /healthz answers meanwhile. Prints a
// table of the slowest, and exits with 1 when a bar is not met. Everything runs in a temporary folder.
// Run: npm run chaos:attack [-- --seconds 2 --tickets 20000 --only introspection]
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DOCKET_DOCUMENTS } from '../bench/documents.js';
import { hashPassword } from '../src/accounts/passwords/password.js';
import { startEmbeddedDatabase } from '../src/database/embedded/embedded-database.js';
import { migrate } from '../src/database/migrate.js';
import { connect } from '../src/app/orm.js';
import { bodyOf, HOSTILE, type HostileRequest } from '../tests/graphql/hostile-documents.js';
import { KeptAlive, type Outcome } from './chaos/http-client.js';
import { DocketProcess } from './chaos/process.js';
import { freePort } from '../tests/support/free-port.js';
import { seed } from '../seeds/seed.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    tickets: { type: 'string', default: '5000' },
    only: { type: 'string', default: '' },
  },
});

/** The bars. */
const MAX_RATIO = 3;
const MAX_HEALTH_MS = 150;
const PASSWORD = 'attack correct horse';
/** A person who looks at pages one after the other, and a load balancer that looks more often than most do. */
const BETWEEN_PAGES_MS = 5;
const BETWEEN_LOOKS_MS = 20;
const SHOWN = 12;

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** Within the limits: they are answered, and must leave others their share. */
const ADMITTED: readonly HostileRequest[] = [
  {
    name: 'admitted: similar tickets, nine times',
    query: `{ ${times(9, (i) => `a${i}: similarTickets(input: { title: "printer broker network", description: "${'the printer in the hall is broken again since the update '.repeat(20)}" }) { score }`)} }`,
  },
  {
    name: 'admitted: searches, ten times',
    query: `{ ${times(10, (i) => `a${i}: tickets(first: 10, filter: { search: "broker" }) { nodes { id } }`)} }`,
  },
  { name: 'admitted: insights, nine times', query: `{ ${times(9, (i) => `a${i}: ticketInsights { total }`)} }` },
  { name: 'admitted: fifteen counts', query: `{ ${times(15, (i) => `a${i}: tickets(first: 1) { totalCount }`)} }` },
];

interface Beside {
  readonly name: string;
  readonly codes: string;
  readonly sent: number;
  readonly p95: number;
  readonly healthMs: number;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}

/** What becomes of one kind of requests, one after the other, until the signal. */
async function repeat(signal: AbortSignal, pauseMs: number, send: () => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  while (!signal.aborted) {
    outcomes.push(await send());
    if (pauseMs > 0) await delay(pauseMs);
  }
  return outcomes;
}

const sorted = (outcomes: readonly Outcome[]) => outcomes.map(({ ms }) => ms).toSorted((a, b) => a - b);

const dataDir = await mkdtemp(join(tmpdir(), 'docket-attack-'));
const postgres = await startEmbeddedDatabase({ dataDir });
const port = await freePort();
const server = new DocketProcess({
  DATABASE_URL: postgres.url,
  DATA_DIR: dataDir,
  PORT: String(port),
  ACCESS_TOKEN_SECONDS: '86400',
  LOG_LEVEL: 'error',
});
let broken = false;
try {
  const orm = await connect(postgres.url);
  await migrate(orm);
  await orm.close(true);
  const tickets = Number(values.tickets);
  await seed(postgres.url, { tickets, comments: 3 * tickets, users: 200 }, await hashPassword(PASSWORD));
  const url = await server.started();

  const signIn = async (login: string) => {
    const query = `mutation ($login: String!, $password: String!) { signIn(input: { login: $login, password: $password }) { accessToken } }`;
    const { body } = await new KeptAlive(url).graphql(query, { login, password: PASSWORD }, '');
    const [, token] = /"accessToken":"([^"]+)"/.exec(body) ?? [];
    if (token === undefined) throw new Error(`Nobody could sign in: ${body}`);
    return token;
  };
  const honest = { connection: new KeptAlive(url), token: await signIn('bench-tech') };
  const attacker = { connection: new KeptAlive(url), token: await signIn('bench-user') };
  const probe = new KeptAlive(url);
  const page = async () => honest.connection.graphql(DOCKET_DOCUMENTS.page ?? '', {}, honest.token);

  const beside = async (name: string, attack: (() => Promise<Outcome>) | null): Promise<Beside> => {
    const signal = AbortSignal.timeout(Number(values.seconds) * 1000);
    const [pages, looks, attacks] = await Promise.all([
      repeat(signal, BETWEEN_PAGES_MS, page),
      repeat(signal, BETWEEN_LOOKS_MS, async () => probe.get('/healthz')),
      attack ? repeat(signal, 0, attack) : [],
    ]);
    const wrong = pages.find(({ code }) => code !== 'OK');
    if (wrong) throw new Error(`A page was answered ${wrong.code} beside ${name}: ${wrong.body.slice(0, 500)}`);
    const codes = [...new Set(attacks.map(({ status, code }) => `${status} ${code}`))].join(', ');
    return {
      name,
      codes,
      sent: attacks.length,
      p95: percentile(sorted(pages), 0.95),
      healthMs: Math.max(...sorted(looks)),
    };
  };

  for (let warm = 0; warm < 200; warm += 1) await page();
  const usual: number[] = [];
  for (let round = 0; round < 5; round += 1) usual.push((await beside('nobody', null)).p95);
  const usually = percentile(
    usual.toSorted((a, b) => a - b),
    0.5,
  );
  console.log(
    `${tickets} tickets; a page of 50 beside nobody: p95 ${usually.toFixed(1)} ms (${usual.map((ms) => ms.toFixed(1)).join(', ')})`,
  );

  const rows: Beside[] = [];
  for (const request of [...HOSTILE, ...ADMITTED].filter(({ name }) => name.includes(values.only))) {
    const body = bodyOf(request);
    rows.push(await beside(request.name, async () => attacker.connection.send(body, attacker.token)));
  }
  const faulty = rows.filter(({ p95, healthMs }) => p95 > MAX_RATIO * usually || healthMs > MAX_HEALTH_MS);
  broken = faulty.length > 0;
  console.log(
    `\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, load ${loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log('| beside | its answers | p95 of a page | × usual | slowest /healthz |\n| --- | --- | --- | --- | --- |');
  for (const { name, codes, sent, p95, healthMs } of rows.toSorted((a, b) => b.p95 - a.p95).slice(0, SHOWN)) {
    console.log(
      `| ${name} | ${sent} × ${codes} | ${p95.toFixed(1)} ms | ${(p95 / usually).toFixed(1)} | ${healthMs.toFixed(0)} ms |`,
    );
  }
  const health = Math.max(...rows.map(({ healthMs }) => healthMs));
  console.log(`\n${rows.length} kinds, ${faulty.length} beyond a bar; slowest /healthz ${health.toFixed(0)} ms.`);
  for (const { name } of faulty) console.log(`  beyond: ${name}`);
} finally {
  await server.stop('SIGTERM');
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(broken ? 1 : 0);
