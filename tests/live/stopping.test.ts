import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { waitFor } from '../jobs/wait-for.js';
import { createClient, type GraphqlClient } from '../support/client.js';
import { newSigningKey } from '../support/server.js';
import { connectLive, EventSourceByHand, type Told } from '../support/live.js';
import { type ServerProcess, startProcess } from '../support/server-process.js';
import { databaseUrl, onServer, TEMPLATE } from '../support/test-database.js';

/** Three processes are started. */
jest.setTimeout(60_000);

const CREATE =
  'mutation ($title: String!) { createTicket(input: { title: $title, description: "x" }) { ticket { id } } }';
const postgres = process.env['TEST_DATABASE_URL'] ?? '';
const database = `docket_live_${process.pid}_${Date.now()}`;
const runs: ServerProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const { child, exitCode } of runs.splice(0)) {
    child.kill('SIGKILL');
    await exitCode;
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  await onServer(postgres, `drop database ${database} with (force)`);
});

const key = JSON.stringify([newSigningKey()]);

async function run(): Promise<{ docket: ServerProcess; url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'docket-live-'));
  folders.push(folder);
  const docket = startProcess(folder, {
    RUN: 'api',
    DATABASE_URL: databaseUrl(postgres, database),
    DEMO_DATA: 'true',
    JWT_PRIVATE_KEYS: key,
  });
  runs.push(docket);
  const [, url = ''] = /GraphQL {2}(\S+)\/graphql/.exec(await docket.said('GraphQL  ')) ?? [];
  return { docket, url };
}

async function signedIn(url: string): Promise<GraphqlClient> {
  const { signIn } = await createClient(url).query(
    'mutation { signIn(input: { login: "ada", password: "docket-demo" }) { accessToken } }',
  );
  return createClient(url, signIn.accessToken);
}

test('nothing is lost over a rolling restart of two processes, whose clients are told to come back', async () => {
  await onServer(postgres, `create database ${database} template ${TEMPLATE}`);
  const [first, second] = [await run(), await run()];
  const client = await signedIn(first.url);
  const token = client.token ?? '';
  const socket = await connectLive(first.url, token);
  const source = new EventSourceByHand(first.url, token);
  await socket.follow('1');
  await source.has(1);

  const titles: string[] = [];
  const create = async (url: string) => {
    const title = `Rolling ${titles.length}`;
    await createClient(url, token).query(CREATE, { title });
    titles.push(title);
  };
  await create(first.url);
  await waitFor(() => socket.told('1').length > 1);
  first.docket.child.kill('SIGTERM');
  const closed = await socket.ended();
  await source.over();
  await create(second.url);

  const third = await run();
  const told: Told[] = [...socket.told('1')];
  const again = await connectLive(third.url, token);
  await again.follow('1', { since: told.at(-1)?.cursor });
  second.docket.child.kill('SIGTERM');
  await create(third.url);
  await waitFor(() => again.told('1').some(({ ticket }) => ticket?.title === titles.at(-1)));
  told.push(...again.told('1'));
  again.close();

  expect(closed).toMatchObject({ code: 1001 });
  expect(source.events.at(-1)).toEqual({ event: 'complete', data: null });
  expect(await first.docket.exitCode).toBe(0);
  const seen = told.flatMap(({ ticket }) => (ticket ? [ticket.title] : []));
  expect(seen).toEqual(titles);
});
