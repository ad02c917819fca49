// How well similar tickets find duplicates that people have labelled: a folder with *-reports.csv (Summary, Issue id,
// Created, Description) and *-duplicates.csv (Issue id, Duplicate id: a list with commas), as made from GitBugs.
// Works on an embedded PostgreSQL in a temporary folder, through the reader that the API uses, cut-off and all.
// Run: npm run bench:duplicates -- FOLDER
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type Viewer } from '../src/accounts/viewer.js';
import { startEmbeddedDatabase } from '../src/database/embedded/embedded-database.js';
import { newId } from '../src/common/id.js';
import { migrate } from '../src/database/migrate.js';
import { connect } from '../src/app/orm.js';
import { Db } from '../src/database/db.js';
import { SearchLimiter } from '../src/search/search-limiter.js';
import { SimilarTicketReader } from '../src/tickets/similar-ticket.reader.js';
import { MAX_SIMILAR_TICKETS } from '../src/tickets/similar-ticket.inputs.js';
import { Ticket } from '../src/tickets/ticket.entity.js';
import { Role } from '../src/accounts/roles/role.entity.js';
import { User } from '../src/accounts/users/user.entity.js';

type Orm = Awaited<ReturnType<typeof connect>>;

interface Report {
  readonly id: string;
  readonly ticketId: string;
  readonly title: string;
  readonly description: string;
  readonly createdAt: Date;
}

const FLOORS = [
  ['floor: BM25, title × 3 + description', '0.41', '0.68', '0.73', '0.52'],
  ['floor: BM25, title only', '0.30', '0.51', '0.55', '0.40'],
  ['floor: trigram similarity of titles', '', '0.55', '', ''],
] as const;

async function csvOf(folder: string, ending: string): Promise<Record<string, string>[]> {
  const name = (await readdir(folder)).find((file) => file.endsWith(ending));
  if (name === undefined) throw new Error(`There is no *${ending} in ${folder}.`);
  return parse<Record<string, string>>(await readFile(join(folder, name), 'utf8'), { columns: true });
}

/** Oldest first, cut to what a ticket holds. */
async function readReports(folder: string): Promise<Report[]> {
  const reports = (await csvOf(folder, '-reports.csv')).map((row) => ({
    id: row['Issue id'] ?? '',
    ticketId: newId(),
    title: (row['Summary'] ?? '').trim().slice(0, 200),
    description: (row['Description'] ?? '').replaceAll('\0', '').trim().slice(0, 10_000) || '-',
    createdAt: new Date(`${(row['Created'] ?? '').replaceAll('/', ' ')} UTC`),
  }));
  return reports.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || Number(a.id) - Number(b.id));
}

async function readLabels(folder: string): Promise<[string, string][]> {
  return (await csvOf(folder, '-duplicates.csv')).flatMap((row) =>
    (row['Duplicate id'] ?? '').split(',').map((id): [string, string] => [row['Issue id'] ?? '', id.trim()]),
  );
}

function byFirst(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const [key, value] of pairs) groups.set(key, (groups.get(key) ?? new Set()).add(value));
  return groups;
}

/** Ranks of the first labelled duplicate, and how long the asking took. */
class Measurement {
  readonly #name: string;
  readonly #ranks: number[] = [];
  readonly #milliseconds: number[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  async ask(duplicates: ReadonlySet<string>, find: () => Promise<readonly string[]>): Promise<void> {
    const started = performance.now();
    const found = await find();
    this.#milliseconds.push(performance.now() - started);
    const index = found.findIndex((id) => duplicates.has(id));
    this.#ranks.push(index === -1 ? Infinity : index + 1);
  }

  row(): readonly string[] {
    const count = this.#ranks.length;
    const recall = (k: number) => (this.#ranks.filter((rank) => rank <= k).length / count).toFixed(3);
    const mrr = this.#ranks.reduce((sum, rank) => sum + 1 / rank, 0) / count;
    const median = this.#milliseconds.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
    const name = `${this.#name} (${count} questions, median ${median.toFixed(1)} ms)`;
    return [name, recall(1), recall(5), recall(10), mrr.toFixed(3)];
  }
}

async function makeReporter(orm: Orm): Promise<Viewer> {
  const em = orm.em.fork();
  const role = await em.findOneOrFail(Role, { name: 'user' });
  const user = em.create(User, {
    username: 'reporter',
    firstName: 'Reporter',
    email: 'reporter@docket.example',
    passwordHash: '',
    role: role.id,
    createdAt: new Date(),
  });
  await em.flush();
  const { canViewAll, canEditAll, canDeleteAll, canManageUsers, canManageTickets, canAssignTickets } = role;
  return {
    id: user.id,
    sessionId: newId(),
    role: { canViewAll, canEditAll, canDeleteAll, canManageUsers, canManageTickets, canAssignTickets },
    permissions: { create: true, edit: true, view: true, delete: true },
  };
}

async function measure(orm: Orm, folder: string): Promise<void> {
  const reports = await readReports(folder);
  const labels = await readLabels(folder);
  const duplicatesOf = byFirst(labels);
  // Of each pair the later report asks, whichever of the two the label names first.
  const order = new Map(reports.map(({ id }, index) => [id, index]));
  const earlierOf = byFirst(
    labels.map(([a, b]) => ((order.get(a) ?? 0) > (order.get(b) ?? 0) ? ([a, b] as const) : ([b, a] as const))),
  );

  const viewer = await makeReporter(orm);
  const reader = new SimilarTicketReader(new Db(orm), new SearchLimiter());
  const reportIds = new Map(reports.map(({ ticketId, id }) => [ticketId, id]));
  const idsOf = (found: readonly { ticket: { id: string } }[]) =>
    found.map(({ ticket }) => reportIds.get(ticket.id) ?? '');

  const atCreation = new Measurement('earlier reports only');
  for (const { id, ticketId, title, description, createdAt } of reports) {
    const earlier = earlierOf.get(id);
    if (earlier) {
      await atCreation.ask(earlier, async () =>
        idsOf(await reader.toText(viewer, { title, description }, MAX_SIMILAR_TICKETS, new Map())),
      );
    }
    const em = orm.em.fork();
    em.create(Ticket, { id: ticketId, title, description, createdBy: viewer.id, createdAt });
    await em.flush();
  }

  const amongAll = new Measurement('all other reports');
  for (const { id, ticketId } of reports) {
    const duplicates = duplicatesOf.get(id);
    if (!duplicates) continue;
    await amongAll.ask(duplicates, async () => {
      const [found = []] = await reader.toTickets(viewer, [ticketId], MAX_SIMILAR_TICKETS, new Map());
      return idsOf(found);
    });
  }

  const table = [
    ['ranking', 'R@1', 'R@5', 'R@10', 'MRR'],
    ['---', '---', '---', '---', '---'],
    amongAll.row(),
    atCreation.row(),
    ...FLOORS,
  ];
  console.log(`${reports.length} reports, ${labels.length} labels\n`);
  for (const row of table) console.log(`| ${row.join(' | ')} |`);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder with the reports: npm run bench:duplicates -- FOLDER');
const dataDir = await mkdtemp(join(tmpdir(), 'docket-duplicates-'));
const database = await startEmbeddedDatabase({ dataDir, settings: { fsync: 'off' } });
const orm = await connect(database.url);
try {
  await migrate(orm);
  await measure(orm, folder);
} finally {
  await orm.close(true);
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
}
