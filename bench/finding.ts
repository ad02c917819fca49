// Measures lists and searches over HTTP, one client, on servers whose databases seeds/bench-data.ts filled; several take
// turns. Prints a table for bench/results.md: milliseconds that a client waits, and of PostgreSQL's CPU, which a busy
// machine changes less, if the folder of its data is given.
// Run: npx tsx bench/finding.ts [--postgres DATA_DIR] [--only WORD] before=http://127.0.0.1:4001 now=http://127.0.0.1:4002
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  options: {
    postgres: { type: 'string' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '40' },
  },
  allowPositionals: true,
});
const servers = positionals.map((each) => {
  const [, name = '', url = each] = /^([^=]+)=(.*)$/.exec(each) ?? [];
  return { name, url: `${url}/graphql` };
});
const PASSWORD = 'bench correct horse';
const WARM_UP = 5;
const ROUNDS = Number(options.rounds);

/** What the processes of PostgreSQL have been on a CPU, as far as they still run; NaN if it is not known. */
async function postgresCpuMs(): Promise<number> {
  if (options.postgres === undefined) return NaN;
  const [postmaster = ''] = (await readFile(join(options.postgres, 'postmaster.pid'), 'utf8')).split('\n');
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  const used = children
    .trim()
    .split(' ')
    .map(async (pid) => readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0'));
  return (await Promise.all(used)).reduce((sum, times) => sum + Number(times.split(' ')[0]), 0) / 1e6;
}

async function send(url: string, query: string, variables: object, token?: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const answer = JSON.parse(await response.text());
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

async function signIn(url: string, login: string): Promise<string> {
  const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
  return (await send(url, query, { input: { login, password: PASSWORD } })).signIn.accessToken;
}

const LIST = `query ($filter: TicketFilter, $orderBy: [TicketOrder!]) { tickets(first: 50, filter: $filter, orderBy: $orderBy) {
  nodes { id number title status priority createdAt updatedAt createdBy { name } assignedTo { name } product { name } }
  pageInfo { endCursor hasNextPage } } }`;
const COMMENTS = `query ($filter: CommentFilter) { comments(first: 50, filter: $filter) {
  nodes { id content createdAt author { name } ticket { number title } } pageInfo { endCursor hasNextPage } } }`;
const COUNTED = LIST.replace('pageInfo', 'totalCount pageInfo');
const NESTED = {
  and: [
    { or: [{ priority: ['HIGH', 'EMERGENCY'] }, { unassigned: true }] },
    { not: { or: [{ type: ['FEATURE'] }, { status: ['ON_HOLD'] }] } },
  ],
  active: true,
};
const by = (field: string, direction = 'DESC') => ({ orderBy: { field, direction } });
const found = (search: string) => ({ filter: { search } });

const tokens = await Promise.all(
  servers.map(async ({ url }) => ({ tech: await signIn(url, 'bench-tech'), own: await signIn(url, 'bench-own') })),
);
const { viewer, products } = await send(
  servers[0]?.url ?? '',
  '{ viewer { id } products(first: 1) { nodes { id } } }',
  {},
  tokens[0]?.tech,
);
const product = products.nodes[0].id;
const [tech, own] = ['tech', 'own'] as const;

const CASES: [what: string, query: string, variables: object, who: 'tech' | 'own'][] = [
  ['newest first', LIST, {}, tech],
  ['newest first, with totalCount', COUNTED, {}, tech],
  ['by last change', LIST, by('UPDATED_AT'), tech],
  ['active, by priority', LIST, { filter: { active: true }, ...by('PRIORITY') }, tech],
  [
    'bugs of a product, by status',
    LIST,
    { filter: { type: ['BUG'], productId: [product] }, ...by('STATUS', 'ASC') },
    tech,
  ],
  [
    'assigned to me, active, by last change',
    LIST,
    { filter: { assignedToId: [viewer.id], active: true }, ...by('UPDATED_AT', 'ASC') },
    tech,
  ],
  [
    'unassigned emergencies, oldest first',
    LIST,
    { filter: { unassigned: true, priority: ['EMERGENCY'] }, ...by('CREATED_AT', 'ASC') },
    tech,
  ],
  ['and, or, not, by priority', LIST, { filter: NESTED, ...by('PRIORITY') }, tech],
  [
    'changed in one week, by number',
    LIST,
    { filter: { updatedAt: { from: '2025-06-01T00:00:00Z', to: '2025-06-08T00:00:00Z' } }, ...by('NUMBER') },
    tech,
  ],
  ['without canViewAll, newest first', LIST, {}, own],
  ['without canViewAll, active, by last change', LIST, { filter: { active: true }, ...by('UPDATED_AT') }, own],
  ['search: a word in 4 of 10 tickets', LIST, found('printer'), tech],
  ['search: a word in all', LIST, found('the'), tech],
  ['search: a word in 1 of 10, by priority', LIST, { ...found('mortgage'), ...by('PRIORITY') }, tech],
  ['search: three words', LIST, found('printer invoice mortgage'), tech],
  ['search: a rare word', LIST, found('kernelfriday'), tech],
  ['search: an unfinished word', LIST, found('reconc'), tech],
  ['search: misspelt', LIST, found('recieption'), tech],
  ['search: two misspelt words', LIST, found('conection reseption'), tech],
  ['search: no match', LIST, found('qqqqqzzzz'), tech],
  ['search: #4711', LIST, found('#4711'), tech],
  ['search: with a filter and totalCount', COUNTED, { filter: { search: 'printer paper', active: true } }, tech],
  ['search: in or and not', LIST, { filter: { or: [{ search: 'mortgage' }, { not: { search: 'the' } }] } }, tech],
  ['search: without canViewAll', LIST, found('printer'), own],
  ['search of comments: three words', COMMENTS, found('printer invoice mortgage'), tech],
  ['search of comments: a common word', COMMENTS, found('printer'), tech],
  ['search of comments: misspelt', COMMENTS, found('recieption'), tech],
];

interface Measured {
  readonly times: number[];
  cpu: number;
  rows: number;
}

async function measure(query: string, variables: object, who: 'tech' | 'own'): Promise<Measured[]> {
  const measured = servers.map((): Measured => ({ times: [], cpu: 0, rows: 0 }));
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const [index, { url }] of servers.entries()) {
      const result = measured[index];
      if (!result) continue;
      const cpu = await postgresCpuMs();
      const started = performance.now();
      const data = await send(url, query, variables, tokens[index]?.[who]);
      result.rows = (data.tickets ?? data.comments).nodes.length;
      if (round < WARM_UP) continue;
      result.times.push(performance.now() - started);
      result.cpu += (await postgresCpuMs()) - cpu;
    }
  }
  return measured;
}

const columns = ['median ms', 'p95 ms', 'PostgreSQL CPU ms', 'rows'];
console.log(
  `| query | ${servers.flatMap(({ name }) => columns.map((column) => `${name} ${column}`.trim())).join(' | ')} |`,
);
console.log(`|---|${'---:|'.repeat(columns.length * servers.length)}`);
for (const [what, query, variables, who] of CASES.filter(([name]) => name.includes(options.only))) {
  const cells = (await measure(query, variables, who)).flatMap(({ times, cpu, rows }) => {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(1);
    return [at(0.5), at(0.95), (cpu / times.length).toFixed(2), String(rows)];
  });
  console.log(`| ${what} | ${cells.join(' | ')} |`);
}
