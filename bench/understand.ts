// How long similarTickets and ticketInsights take over HTTP, one client, warm: on a server whose database
// seeds/bench-data.ts has filled. Texts to compare with are those of tickets that the server has.
// Run: npx tsx bench/understand.ts http://127.0.0.1:4000 [bench-user [PASSWORD]]
const [url, login = 'bench-user', password = 'bench correct horse'] = process.argv.slice(2);
if (url === undefined) throw new Error('Name the server: npx tsx bench/understand.ts http://127.0.0.1:4000');

const WARM_UP = 10;
const ROUNDS = 100;

interface Answer {
  readonly data: {
    readonly signIn: { readonly accessToken: string };
    readonly tickets: { readonly nodes: readonly { id: string; title: string; description: string }[] };
  };
  readonly errors?: unknown;
}

async function send(
  token: string | null,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Answer['data']> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  // The questions below say what comes back.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { data, errors } = (await response.json()) as Answer;
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function measure(name: string, once: (round: number) => Promise<unknown>): Promise<void> {
  const milliseconds: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const started = performance.now();
    await once(round);
    if (round >= WARM_UP) milliseconds.push(performance.now() - started);
  }
  milliseconds.sort((a, b) => a - b);
  const at = (share: number) => milliseconds[Math.floor(share * (ROUNDS - 1))]?.toFixed(1);
  console.log(`| ${name} | ${at(0.5)} | ${at(0.95)} |`);
}

const { signIn } = await send(
  null,
  'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }',
  { input: { login, password } },
);
const token = signIn.accessToken;
const { tickets } = await send(token, '{ tickets(first: 100) { nodes { id title description } } }');
const ticketOf = (round: number) => tickets.nodes[round % tickets.nodes.length];

const SIMILAR = 'score ticket { id number title status createdBy { name } }';
const WORKLOAD = 'workload { user { name } active inProgress emergency closedInRange }';
const COUNTS =
  'byStatus { status count } byPriority { priority count } byType { type count } byProduct { product { name } count }';
const DAYS = 'created { day count } closed { day count } medianSecondsToClose';
const year = { range: { from: '2025-03-01T00:00:00Z', to: '2026-03-01T00:00:00Z' } };
const month = { range: { from: '2026-01-30T00:00:00Z', to: '2026-03-01T00:00:00Z' } };
const everything = `query ($input: TicketInsightsInput) { ticketInsights(input: $input) { total active unassigned stale ${COUNTS} ${WORKLOAD} ${DAYS} } }`;

console.log('| query | median ms | p95 ms |\n|---|---|---|');
await measure('similarTickets, five with their people', async (round) => {
  const { title = '', description } = ticketOf(round) ?? {};
  await send(token, `query ($input: SimilarTicketsInput!) { similarTickets(input: $input) { ${SIMILAR} } }`, {
    input: { title, description },
  });
});
await measure('Ticket.similar, five with their people', async (round) =>
  send(token, `query ($id: ID!) { ticket(id: $id) { title similar { ${SIMILAR} } } }`, { id: ticketOf(round)?.id }),
);
await measure('ticketInsights, every field, thirty days', async () => send(token, everything, { input: month }));
await measure('ticketInsights, every field, a year', async () => send(token, everything, { input: year }));
await measure('ticketInsights, total only', async () => send(token, '{ ticketInsights { total } }'));
await measure('ticketInsights, active and stale', async () => send(token, '{ ticketInsights { active stale } }'));
