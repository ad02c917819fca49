// Smoke test of the deployment that docker-compose.yml describes, without Docker: two APIs and two workers, started at the same moment against an empty
// database, and asked whether they behave as one system. The file and the Dockerfile are read, not copied; an embedded
// PostgreSQL, an SMTP server of this process and, when MONGODB_TEST_URL is set, FerretDB stand for the other services.
// Exits with 1 when something is not as it must be.
// Run: npm run smoke
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { migrations } from '../src/database/migrations/index.js';
import { createClient, type GraphqlClient } from '../tests/support/client.js';
import { waitFor } from '../tests/jobs/wait-for.js';
import { ADMIN, type Stack, startStack } from './deployment/stack.js';

const PASSWORD = 'correct horse battery';
const MAILS = 20;
/** Five seconds (docs/behaviour.md), and what an answer takes on a busy machine. */
const MAX_REVOCATION_MS = 5000 + 1000;
const MAX_WRONG_PASSWORDS = 10;
/** Agenda looks every five seconds, and a sweep comes each thirty. */
const MAILS_PATIENCE_MS = 60_000;
/** Long enough for a second mail, if there were one: another worker's look, and a sweep. */
const SECOND_MAIL_MS = 6000;

const ERRORS = 'userErrors { code message }';

async function mutate(client: GraphqlClient, name: string, input: object, selection: string) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const data = await client.query(`mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} ${ERRORS} } }`, {
    input,
  });
  return data[name];
}

const signIn = async (client: GraphqlClient, login: string, password: string) =>
  mutate(client, 'signIn', { login, password }, 'accessToken refreshToken');
const refresh = async (client: GraphqlClient, refreshToken: string) =>
  mutate(client, 'refreshSession', { refreshToken }, 'accessToken refreshToken');
const isViewer = async (client: GraphqlClient, token: string) =>
  (await client.withToken(token).send('{ viewer { id } }')).errors.length === 0;

async function migrationsRanOnce({ databaseUrl }: Stack): Promise<string> {
  const db = new Client({ connectionString: databaseUrl });
  await db.connect();
  try {
    const { rows } = await db.query<{ name: string }>('select name from migration order by name');
    assert.deepEqual(
      rows.map(({ name }) => name),
      migrations.map(({ name }) => name).toSorted(),
    );
    const people = await db.query('select username from "user"');
    assert.deepEqual(people.rows, [{ username: ADMIN.username }]);
    return `${rows.length} migrations, each once; one administrator`;
  } finally {
    await db.end();
  }
}

async function sessionsHoldOverBoth(here: GraphqlClient, there: GraphqlClient): Promise<string> {
  const first = await signIn(here, ADMIN.username, ADMIN.password);
  assert.ok(await isViewer(there, first.accessToken));
  const second = await refresh(there, first.refreshToken);
  assert.ok(await isViewer(here, second.accessToken));

  const { refreshToken } = await signIn(there, ADMIN.username, ADMIN.password);
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => refresh(index % 2 === 0 ? here : there, refreshToken)),
  );
  assert.ok(answers.every(({ accessToken }) => accessToken !== null));
  const [next] = answers;
  await refresh(here, next.refreshToken);
  const again = await refresh(there, refreshToken);
  assert.equal(again.accessToken, null);
  return 'signed in at one, refreshed at the other; 20 refreshes of one token over both gave 20 pairs, and none once one was used';
}

async function rightsAreRevokedAtBoth(here: GraphqlClient, there: GraphqlClient, admin: string): Promise<string> {
  const person = { username: 'reader', email: 'reader@docket.example', firstName: 'Reader', password: PASSWORD };
  const { accessToken, user } = await mutate(here, 'signUp', person, 'accessToken user { id }');
  const reader = there.withToken(accessToken);
  await mutate(reader, 'createTicket', { title: 'Seen', description: 'By its author.' }, 'ticket { id }');
  const seen = async () => (await reader.query('{ tickets { totalCount } }')).tickets.totalCount;
  assert.equal(await seen(), 1);
  const permissions = { create: true, edit: true, view: false, delete: true };
  await mutate(here.withToken(admin), 'setTicketPermissions', { userId: user.id, permissions }, 'user { id }');
  const begun = performance.now();
  await waitFor(async () => (await seen()) === 0, MAX_REVOCATION_MS);
  const rights = performance.now() - begun;

  await here.withToken(accessToken).query(`mutation { signOut { ${ERRORS} } }`);
  const ended = performance.now();
  await waitFor(async () => !(await isViewer(there, accessToken)), MAX_REVOCATION_MS);
  const session = performance.now() - ended;
  return `a right held at the other API after ${(rights / 1000).toFixed(1)} s, an ended session after ${(session / 1000).toFixed(1)} s`;
}

async function throttleIsCommon(here: GraphqlClient, there: GraphqlClient): Promise<string> {
  const codes: string[] = [];
  for (let attempt = 0; attempt <= MAX_WRONG_PASSWORDS + 1; attempt += 1) {
    const { data, errors } = await (attempt % 2 === 0 ? here : there).send(
      `mutation ($input: SignInInput!) { signIn(input: $input) { ${ERRORS} } }`,
      { input: { login: 'reader', password: `wrong password ${attempt}` } },
    );
    codes.push(errors[0]?.extensions.code ?? data.signIn.userErrors[0].code);
  }
  const wrong = codes.filter((code) => code === 'INVALID_CREDENTIALS').length;
  assert.equal(wrong, MAX_WRONG_PASSWORDS);
  assert.deepEqual(new Set(codes.slice(MAX_WRONG_PASSWORDS)), new Set(['RATE_LIMITED']));
  return `${wrong} wrong passwords in turns, then RATE_LIMITED at both`;
}

async function mailsGoOutOnce(here: GraphqlClient, there: GraphqlClient, admin: string, stack: Stack): Promise<string> {
  const person = { username: 'assignee', email: 'assignee@docket.example', firstName: 'Assignee', password: PASSWORD };
  await mutate(there, 'signUp', person, 'user { id }');
  const tickets = Array.from({ length: MAILS }, async (_, index) =>
    mutate(
      (index % 2 === 0 ? here : there).withToken(admin),
      'createTicket',
      { title: `Ticket ${index}`, description: 'To be mailed.', assignedTo: { username: 'assignee' } },
      'ticket { id }',
    ),
  );
  await Promise.all(tickets);
  // Others are mailed about the tickets of the steps before.
  const mailsToPerson = () => stack.smtp.mails.filter(({ envelopeTo }) => envelopeTo.includes(person.email));
  await waitFor(() => mailsToPerson().length >= MAILS, MAILS_PATIENCE_MS);
  await delay(SECOND_MAIL_MS);
  const mails = mailsToPerson();
  assert.equal(mails.length, MAILS);
  assert.equal(new Set(mails.map(({ messageId }) => messageId)).size, MAILS);

  // The workers sign the links, and the APIs check them.
  const link = mails[0]?.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
  const { pathname } = new URL(link.replaceAll(/[<>]/g, ''));
  for (const api of stack.apis) assert.equal((await fetch(api + pathname)).status, 200);
  return `${MAILS} assignments at both APIs, ${mails.length} mails, none twice; their links hold at both`;
}

const started = performance.now();
const stack = await startStack();
const lines: [string, string][] = [
  [
    'started at the same moment',
    `${stack.names.join(', ')} on one PostgreSQL, jobs in ${stack.jobs}: up in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  ],
];
try {
  assert.equal(stack.apis.length, 2);
  assert.equal(stack.names.length, 4);
  const [here, there] = stack.apis.map((url) => createClient(url));
  assert.ok(here && there);
  lines.push(['migrations', await migrationsRanOnce(stack)]);
  lines.push(['sessions', await sessionsHoldOverBoth(here, there)]);
  const { accessToken: admin } = await signIn(here, ADMIN.username, ADMIN.password);
  lines.push(['rights', await rightsAreRevokedAtBoth(here, there, admin)]);
  lines.push(['sign-in throttle', await throttleIsCommon(here, there)]);
  lines.push(['mails', await mailsGoOutOnce(here, there, admin, stack)]);
} catch (error) {
  console.error(stack.output());
  console.error(error);
  process.exitCode = 1;
} finally {
  await stack.stop();
}
for (const [name, value] of lines) console.log(`${name}: ${value}`);
if (process.exitCode === undefined) console.log('docker-compose.yml: two APIs and two workers behave as one system');
process.exit();
