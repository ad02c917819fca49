// Walks through a first session against a running server with the demo data: signs in, creates a ticket for a
// technician, lists, comments and updates, and waits for the mail. Prints each query and its answer; fails with a
// sentence at the first answer that is not as expected.
// Run: npm run demo [-- URL]   (or DOCKET_URL=…; http://127.0.0.1:4000 by default)
import { setTimeout as delay } from 'node:timers/promises';

const url = (process.argv[2] ?? process.env['DOCKET_URL'] ?? 'http://127.0.0.1:4000').replace(/\/$/, '');

const REPORTER = 'ruth';
const TECHNICIAN = 'tomas';
const PASSWORD = 'docket-demo';
const MAIL_WAIT_MS = 30_000;
const MAIL_POLL_MS = 500;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

class DemoError extends Error {}

/** The value at a path such as `createTicket.ticket.id`. */
function at(data: Json, path: string): Json {
  let value = data;
  for (const step of path.split('.')) {
    const found = Object.entries(typeof value === 'object' && value !== null ? value : {}).find(
      ([key]) => key === step,
    );
    if (found === undefined) throw new DemoError(`The answer has no ${path}`);
    value = found[1];
  }
  return value;
}

/** The string or number at a path, as text. */
function textAt(data: Json, path: string): string {
  const value = at(data, path);
  if (typeof value !== 'string' && typeof value !== 'number') throw new DemoError(`The answer's ${path} is no text`);
  return `${value}`;
}

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new DemoError(otherwise);
}

async function get(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, init);
  } catch (cause) {
    throw new DemoError(`Nothing answers at ${url}. Start the server with npm start, or name another URL.`, { cause });
  }
}

let token: string | undefined;

/** Sends one operation, and shows it and its answer. Gives its data. */
async function run(title: string, query: string, variables: Record<string, Json> = {}): Promise<Json> {
  console.log(`\n── ${title}\n${query}`);
  if (Object.keys(variables).length > 0) console.log(`variables ${JSON.stringify(variables)}`);
  const response = await get('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  console.log(`→ ${text.trim().replaceAll(/"eyJ[^"]{20,}"/g, '"eyJ…"')}`);
  const answer: { data?: Json; errors?: Json } = JSON.parse(text);
  if (answer.errors !== undefined || answer.data == null) throw new DemoError(`"${title}" was answered with errors`);
  return answer.data;
}

/** Runs a mutation, which must have no userErrors; gives its payload. */
async function mutate(title: string, name: string, query: string, input: Record<string, Json>): Promise<Json> {
  const payload = at(await run(title, query, { input }), name);
  expectThat(JSON.stringify(at(payload, 'userErrors')) === '[]', `"${title}" was answered with userErrors`);
  return payload;
}

async function waitForMailAbout(number: string): Promise<string> {
  console.log(`\n── Wait for the mail at ${url}/mail`);
  const subject = new RegExp(`<strong>(\\[#${number}\\][^<]*)</strong>`);
  for (const giveUpAt = Date.now() + MAIL_WAIT_MS; Date.now() < giveUpAt; await delay(MAIL_POLL_MS)) {
    const page = await get('/mail');
    expectThat(page.status === 200, `${url}/mail answers ${page.status}: this server sends its mails by SMTP`);
    const [, found] = subject.exec(await page.text()) ?? [];
    if (found !== undefined) return found;
  }
  throw new DemoError(
    `No mail about ticket #${number} within ${MAIL_WAIT_MS / 1000} seconds. ` +
      'It leaves ASSIGN_REPORT_SCHEDULE minutes after the assignment, 12 by default: ' +
      'start the server with ASSIGN_REPORT_SCHEDULE=0.1 to see it soon.',
  );
}

async function demo(): Promise<void> {
  const signIn = await mutate(
    `Sign in as ${REPORTER}`,
    'signIn',
    `mutation ($input: SignInInput!) {
  signIn(input: $input) { accessToken user { name role { name } } userErrors { message } }
}`,
    { login: REPORTER, password: PASSWORD },
  );
  token = textAt(signIn, 'accessToken');

  const created = await mutate(
    `Report a ticket, and give it to ${TECHNICIAN}`,
    'createTicket',
    `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) {
    ticket { id number title status version assignedTo { name } }
    userErrors { code message field }
  }
}`,
    {
      title: 'The coffee machine asks for a sign-in',
      description: 'Since the update it wants a user name. Nobody has one.',
      priority: 'HIGH',
      assignedTo: { username: TECHNICIAN },
    },
  );
  const id = at(created, 'ticket.id');
  const number = textAt(created, 'ticket.number');
  expectThat(at(created, 'ticket.assignedTo') !== null, 'The new ticket has no assignee');

  const listed = await run(
    'List the newest tickets',
    `query {
  tickets(first: 3) {
    totalCount
    nodes { number title status assignedTo { name } comments(last: 1) { nodes { content } } }
    pageInfo { endCursor hasNextPage }
  }
}`,
  );
  expectThat(textAt(listed, 'tickets.nodes.0.number') === number, 'The new ticket is not the first of the list');

  await mutate(
    'Comment on it',
    'createComment',
    `mutation ($input: CreateCommentInput!) {
  createComment(input: $input) { comment { content author { name } createdAt } userErrors { code message field } }
}`,
    { ticketId: id, content: 'It accepts "coffee" as a password, by the way.' },
  );

  const updated = await mutate(
    'Raise its priority, unless somebody changed it meanwhile',
    'updateTicket',
    `mutation ($input: UpdateTicketInput!) {
  updateTicket(input: $input) { ticket { number priority version updatedAt } userErrors { code message field } }
}`,
    { id, expectedVersion: at(created, 'ticket.version'), priority: 'EMERGENCY' },
  );
  expectThat(at(updated, 'ticket.priority') === 'EMERGENCY', 'The priority did not change');

  console.log(`→ ${await waitForMailAbout(number)}`);
  console.log('\nThe demo ran through.');
}

try {
  await demo();
} catch (error) {
  console.error(error instanceof DemoError ? `\nThe demo failed: ${error.message}` : error);
  process.exitCode = 1;
}
