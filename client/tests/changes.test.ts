import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../tests/jobs/wait-for.js';
import { buildPerson, PASSWORD, type Person } from '../../tests/support/factories.js';
import { buildLiveTicket } from '../../tests/support/live.js';
import { startTestServer, type TestServer } from '../../tests/support/server.js';
import { type ChangeMessage, type Changes, createChanges, createSession, type Session } from '../src/index.js';
import { openBrowser } from './browser.js';
import { type Line, openLine } from './line.js';

const QUERY = `subscription ($filter: TicketFilter, $since: String) {
  ticketChanges(filter: $filter, since: $since) { __typename cursor ... on TicketChange { ticket { title } } }
}`;

interface Message extends ChangeMessage {
  readonly ticket?: { readonly title: string } | null;
}

let server: TestServer;
let person: Person;
let line: Line;
let session: Session;
let changes: Changes;
let told: string[];
let reloads: number;

beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
});
afterAll(async () => server.stop());
beforeEach(async () => {
  line = await openLine(server.url);
  session = createSession({
    endpoint: `${server.url}/graphql`,
    keep: 'memory',
    fetch: openBrowser('https://docket.example').fetch,
    now: () => 0,
  });
  await session.signIn(person.username, PASSWORD);
  changes = createChanges(session, `${line.url}/graphql`);
  told = [];
  reloads = 0;
});
afterEach(async () => {
  changes.close();
  session.close();
  await line.close();
});

function follow(since?: string): () => void {
  return changes.follow<Message>({
    query: QUERY,
    since,
    onChange: ({ ticket }) => told.push(ticket?.title ?? ''),
    onReload: () => (reloads += 1),
  });
}

async function reports(title: string): Promise<void> {
  await buildLiveTicket(server, { createdBy: person, title });
}

const nowCursor = async (): Promise<string> => (await person.client.query('{ changeCursor }')).changeCursor;

describe('following changes', () => {
  test('begins where the list was read, and tells each change once', async () => {
    const since = await nowCursor();
    await reports('Before it followed');
    follow(since);
    await waitFor(() => told.length === 1);
    await reports('While it follows');
    await waitFor(() => told.length === 2);
    expect([told, reloads]).toEqual([['Before it followed', 'While it follows'], 0]);
  });

  test('goes on after a cut connection with what happened meanwhile, from the cursor of the last message', async () => {
    const begun = await nowCursor();
    follow(begun);
    await reports('Before the cut');
    await waitFor(() => told.length === 1);
    line.cut();
    await reports('While it was cut');
    await waitFor(() => told.length === 2);
    await reports('After it came back');
    await waitFor(() => told.length === 3);
    expect([told, reloads]).toEqual([['Before the cut', 'While it was cut', 'After it came back'], 0]);
    const sinces = line.sent.flatMap((text) => /"since":"([^"]*)"/.exec(text)?.[1] ?? []);
    expect(sinces).toEqual([begun, expect.not.stringContaining(begun)]);
  });

  test('leaves out what comes a second time', async () => {
    follow(await nowCursor());
    await waitFor(() => line.sent.some((text) => text.includes('subscribe')));
    line.repeats = true;
    await reports('Told twice');
    await waitFor(() => told.length === 1);
    line.repeats = false;
    await reports('Told once');
    await waitFor(() => told.length === 2);
    expect(line.repeated).toBeGreaterThan(0);
    expect(told).toEqual(['Told twice', 'Told once']);
  });

  test('asks for the list again where it cannot go on from its cursor, and once when it begins without one', async () => {
    follow('not-a-cursor');
    await waitFor(() => reloads === 1);
    await reports('After that');
    await waitFor(() => told.length === 1);
    expect([told, reloads]).toEqual([['After that'], 1]);
    follow();
    await waitFor(() => reloads === 2);
  });

  test('ends when nobody follows any more, and when the session is over', async () => {
    const stop = follow(await nowCursor());
    await reports('Still told');
    await waitFor(() => told.length === 1);
    stop();
    await waitFor(() => line.open === 0);
    await reports('Not told');
    follow(await nowCursor());
    await waitFor(() => line.open === 1);
    await session.signOut();
    await waitFor(() => line.open === 0);
    expect(told).toEqual(['Still told']);
  });

  test('goes on with another token where the one before has expired', async () => {
    follow(await nowCursor());
    await reports('With the first token');
    await waitFor(() => told.length === 1);
    const before = await session.accessToken();
    server.clock.advance({ minutes: 11 });
    line.cut();
    await waitFor(async () => (await session.accessToken()) !== before);
    await reports('With the second token');
    await waitFor(() => told.length === 2);
    expect(told).toEqual(['With the first token', 'With the second token']);
  });
});
