// Measures lists and searches over HTTP, one client, on a server whose database scripts/seed-bench.ts filled.
// Run: npx tsx scripts/bench-finding.ts http://127.0.0.1:4000 — it prints a table for bench/results.md.
const url = `${process.argv[2] ?? 'http://127.0.0.1:4000'}/graphql`;
const PASSWORD = 'bench correct horse';
const WARM_UP = 5;
const ROUNDS = 40;

async function send(query: string, variables: object, token?: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const answer = JSON.parse(await response.text());
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

async function signIn(login: string): Promise<string> {
  const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
  return (await send(query, { input: { login, password: PASSWORD } })).signIn.accessToken;
}

const LIST = `query ($filter: TicketFilter, $orderBy: TicketOrder) { tickets(first: 50, filter: $filter, orderBy: $orderBy) {
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

const tech = await signIn('bench-tech');
const own = await signIn('bench-own');
const { viewer, products } = await send('{ viewer { id } products(first: 1) { nodes { id } } }', {}, tech);
const product = products.nodes[0].id;

const CASES: [what: string, query: string, variables: object, token: string][] = [
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

console.log('| query | median ms | p95 ms | rows |\n|---|---:|---:|---:|');
for (const [what, query, variables, token] of CASES) {
  const times: number[] = [];
  let rows = 0;
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const started = performance.now();
    const data = await send(query, variables, token);
    if (round >= WARM_UP) times.push(performance.now() - started);
    rows = (data.tickets ?? data.comments).nodes.length;
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1);
  console.log(`| ${what} | ${at(0.5)} | ${at(0.95)} | ${rows} |`);
}
