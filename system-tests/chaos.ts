// What an operator fears, done to a running server under load (docs/hardening.md, "Running"): prints a table and exits with 1
// when a bar is not met. Everything runs in a temporary folder, with an embedded PostgreSQL of its own.
// With --live: subscribers of changes instead (chaos/live.ts).
// Run: npm run chaos [-- --short] [-- --live]
import { readdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Client } from 'pg';
import { Load, type Acknowledged } from './chaos/load.js';
import { type Outcome } from './chaos/http-client.js';
import { runLive } from './chaos/live.js';
import { faultsOf, type StepResult, tableOf } from './chaos/running-verdict.js';
import { canFillDisk, ServerUnderTest } from './chaos/server-under-test.js';
import { allSteps, type Step } from './chaos/steps.js';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, live: { type: 'boolean', default: false } },
});
if (values.live) process.exit((await runLive({ changes: values.short ? 300 : 10_000 })) ? 0 : 1);

const CONNECTIONS = 12;
const WRITER = 'mei';
const ASSIGNEE = 'leo';
/** Load before and after what is done, so that something is under way and something comes afterwards. */
const SETTLE_MS = 800;
/** A refused mail waits for a minute, and longer when it is refused again. */
const MAX_MAIL_MS = 120_000;

/** What a step led to; what of it was lost is known in the end. */
interface Performed {
  readonly step: Step;
  readonly acknowledged: readonly Acknowledged[];
  readonly result: Omit<StepResult, 'lost'>;
}

function countCodes(outcomes: readonly Outcome[]): Record<string, number> {
  const answers: Record<string, number> = {};
  for (const { code } of outcomes) answers[code] = (answers[code] ?? 0) + 1;
  return answers;
}

async function perform(step: Step, server: ServerUnderTest, load: Load, token: string): Promise<Performed> {
  await delay(SETTLE_MS);
  const done = await step.run(server, token).catch((error: unknown) => {
    console.error(server.process.output);
    throw error;
  });
  await delay(SETTLE_MS);
  const { outcomes, acknowledged } = load.take();
  const all = [...outcomes, ...(done.outcomes ?? [])];
  const result = {
    what: done.note === undefined ? step.what : `${step.what}: ${done.note}`,
    acknowledged: acknowledged.length,
    answers: countCodes(all),
    slowestMs: Math.max(0, ...all.map(({ ms }) => ms)),
    readyAfterMs: done.readyAfterMs,
    faults: done.faults,
  };
  console.log(`${result.what}: ${JSON.stringify(result.answers)}, ${acknowledged.length} writes acknowledged`);
  return { step, acknowledged, result };
}

/** Those of the acknowledged writes that the database does not have. */
async function missing(db: Client, acknowledged: readonly Acknowledged[]): Promise<Set<string>> {
  const ids = acknowledged.map(({ id }) => id);
  const { rows } = await db.query<{ id: string }>(
    'select id from ticket where id = any($1) union all select id from comment where id = any($1)',
    [ids],
  );
  const found = new Set(rows.map(({ id }) => id));
  return new Set(ids.filter((id) => !found.has(id)));
}

/** Waits until no mail waits any more; gives how many were enqueued, and how many of them are not in the folder. */
async function mailsLost(db: Client, server: ServerUnderTest, acknowledged: readonly Acknowledged[]) {
  const tickets = acknowledged.filter(({ owesMail }) => owesMail).map(({ id }) => id);
  const mailsNow = async () => {
    const { rows } = await db.query<{ id: string; status: string }>(
      `select id, status from notification where kind = 'ASSIGNED' and ticket_id = any($1)`,
      [tickets],
    );
    return rows;
  };
  const deadline = Date.now() + MAX_MAIL_MS;
  while ((await mailsNow()).some(({ status }) => status === 'SCHEDULED') && Date.now() < deadline) await delay(500);
  const pending = await mailsNow();
  const captured = (await readdir(server.mailDirectory)).join('\n');
  const lost = tickets.length - pending.filter(({ id }) => captured.includes(id)).length;
  return { pending: tickets.length, lost };
}

const begun = Date.now();
const server = await ServerUnderTest.start();
let broken = false;
try {
  const token = await server.signIn(WRITER);
  const options = { url: server.url, token, connections: CONNECTIONS, isReady: server.isReady, assignee: ASSIGNEE };
  const load = new Load(options);
  const canFill = await canFillDisk();
  const performed: Performed[] = [];
  for (const step of allSteps({ short: values.short, assignee: ASSIGNEE, canFillDisk: canFill })) {
    performed.push(await perform(step, server, load, token));
  }
  await load.stop();

  const db = await server.connect();
  const all = [...performed.flatMap(({ acknowledged }) => acknowledged), ...load.take().acknowledged];
  const gone = await missing(db, all);
  const rows = performed.map(({ step, acknowledged, result }) => {
    const judged = { ...result, lost: acknowledged.filter(({ id }) => gone.has(id)).length };
    return { result: judged, faults: faultsOf(judged, step.allowed) };
  });
  const mails = await mailsLost(db, server, all);
  await db.end();

  console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}\n`);
  console.log(tableOf(rows));
  console.log(
    `\n${all.length} acknowledged writes, ${gone.size} lost; ${mails.pending} mails enqueued, ${mails.lost} lost.`,
  );
  if (!canFill) console.log('A full disk was not tried: it takes prlimit, of util-linux.');
  console.log(`It took ${Math.round((Date.now() - begun) / 1000)} s.`);
  broken = gone.size > 0 || mails.lost > 0 || rows.some(({ faults }) => faults.length > 0);
} finally {
  await server.close();
}
process.exit(broken ? 1 : 0);
