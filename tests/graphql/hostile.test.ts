import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { HARMLESS, HOSTILE, type HostileRequest } from './hostile-documents.js';

/** hardening.md, "Abuse of the query language". */
const LONGEST_MS = 100;
/** Another process may take the processor from one of them. */
const TRIES = 3;

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await buildPerson(server);
  for (let made = 0; made < 3; made += 1) await buildTicket(server, { createdBy: person });
});
afterAll(async () => server.stop());

const slowest = { name: '', took: 0 };
afterAll(() => {
  if (process.env['TEST_LOG_LEVEL']) console.log(`${HOSTILE.length} documents; ${slowest.name}: ${slowest.took} ms`);
});

/** The processor's time in this process, the server's among it: a busy machine does not make it longer, as it does minutes. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Asks until it was quick enough, at most three times. Gives the status, and how many statements reached PostgreSQL. */
async function answered({ name, query, variables }: HostileRequest) {
  expect(query.length).toBeLessThanOrEqual(10_000);
  let best = Infinity;
  let status = 0;
  let statements = 0;
  for (let tried = 0; tried === 0 || (tried < TRIES && best > LONGEST_MS); tried += 1) {
    statements = await server.countStatements(async () => {
      const started = processorMs();
      const answer = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${person.client.token}` },
        body: JSON.stringify({ query, variables }),
      });
      const { errors = [] }: { errors?: unknown[] } = JSON.parse(await answer.text());
      best = Math.min(best, processorMs() - started);
      ({ status } = answer);
      expect(errors.length).toBeLessThanOrEqual(6);
    });
  }
  if (best > slowest.took) Object.assign(slowest, { name, took: Math.round(best) });
  expect(best).toBeLessThan(LONGEST_MS);
  return { status, statements };
}

const named = (requests: readonly HostileRequest[]) => requests.map((request) => [request.name, request] as const);

describe('a document of up to ten kilobytes', () => {
  test.each(named(HOSTILE))('is refused with 4xx and few words within 100 ms: %s', async (_name, request) => {
    const { status, statements } = await answered(request);
    expect(String(status)).toMatch(/^4\d\d$/);
    // None of its own; who asks and whether jobs are due may be looked up.
    expect(statements).toBeLessThan(3);
  });

  test.each(named(HARMLESS))('is answered within 100 ms: %s', async (_name, request) => {
    expect((await answered(request)).status).toBe(200);
  });
});
