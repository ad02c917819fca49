import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '../jobs/wait-for.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { onServer } from '../support/test-database.js';

let server: TestServer;
let person: Person;
let database: string;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  database = new URL(server.databaseUrl).pathname.slice(1);
});
afterAll(async () => server.stop());

const maintenance = process.env['TEST_DATABASE_URL'] ?? '';
const cut = () => `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`;
const goAway = async () => onServer(maintenance, `alter database ${database} allow_connections false`, cut());
const comeBack = async () => onServer(maintenance, `alter database ${database} allow_connections true`);

const OPERATIONS = [
  '{ viewer { id } }',
  '{ tickets { nodes { id } } }',
  '{ users { nodes { id } } roles { id } }',
  '{ node(id: "01890a5d-ac96-774b-bcce-b302099a8057") { id } }',
  'mutation { createTicket(input: { title: "x", description: "x" }) { ticket { id } } }',
  'mutation { updateTicket(input: { id: "01890a5d-ac96-774b-bcce-b302099a8057", title: "x" }) { ticket { id } } }',
  'mutation { signIn(input: { login: "somebody", password: "x" }) { user { id } } }',
];

const readiness = async () => (await fetch(`${server.url}/readyz`)).status;

async function expectUnavailable() {
  for (const operation of OPERATIONS) {
    const { errors } = await person.client.send(operation);
    expect(errors.length).toBeGreaterThan(0);
    for (const { message, extensions } of errors) {
      expect(message).toBe('The database cannot be reached just now. Try again in a moment.');
      expect(extensions).toEqual({ code: 'SERVICE_UNAVAILABLE' });
    }
  }
}

async function expectBack() {
  expect((await person.client.query('{ viewer { id } }')).viewer).toEqual({ id: person.id });
  const { createTicket } = await person.client.query(
    'mutation { createTicket(input: { title: "x", description: "x" }) { ticket { version } userErrors { code } } }',
  );
  expect(createTicket).toEqual({ ticket: { version: 1 }, userErrors: [] });
  await waitFor(async () => (await readiness()) === 200);
}

test('while the database is gone every operation answers SERVICE_UNAVAILABLE, and afterwards all is as before', async () => {
  // With the viewer remembered, the operations themselves meet the database.
  await person.client.query('{ viewer { id } }');
  await goAway();
  try {
    await expectUnavailable();
    expect(await readiness()).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  } finally {
    await comeBack();
  }
  await expectBack();
});

test('the same when the viewer has to be looked up first', async () => {
  await goAway();
  try {
    server.clock.advance({ seconds: 6 });
    await expectUnavailable();
  } finally {
    await comeBack();
  }
  await expectBack();
});

test('a cut of all connections, with nothing under way, is not noticed', async () => {
  await Promise.all(Array.from({ length: 10 }, async () => person.client.query('{ tickets { nodes { id } } }')));
  await onServer(maintenance, cut());
  await waitFor(async () => (await person.client.send('{ tickets { nodes { id } } }')).errors.length === 0);
  await expectBack();
});
