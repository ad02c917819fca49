import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sql } from 'kysely';
import { createTicket } from '../notifications/actions.js';
import { select } from '../support/database-state.js';
import { buildPerson, type Person } from '../support/factories.js';
import { metricsOf } from '../support/metrics.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
  person = await buildPerson(server);
});
afterAll(async () => server.stop());

describe('/metrics', () => {
  test('counts requests by field and code, and their time', async () => {
    await person.client.query('{ viewer { id } }');
    await server.anonymous.send('{ tickets { nodes { id } } }');
    const requests = await metricsOf(server, 'docket_graphql_requests_total');
    expect(requests.get('{operation="viewer",code="OK"}')).toBe(1);
    expect(requests.get('{operation="tickets",code="UNAUTHENTICATED"}')).toBe(1);
    expect((await metricsOf(server, 'docket_graphql_request_duration_seconds_count')).get('{operation="viewer"}')).toBe(
      1,
    );
    const buckets = await metricsOf(server, 'docket_graphql_request_duration_seconds_bucket');
    expect(buckets.get('{le="+Inf",operation="viewer"}')).toBe(1);
  });

  test('has no label of a client’s choosing: not the names of operations, fields, aliases or headers', async () => {
    for (let i = 0; i < 20; i += 1) {
      await person.client.send(`query Chosen${i} { chosen${i}: viewer { id } }`);
      await person.client.send(`query Chosen${i} { chosen${i} }`);
      await person.client.send(`mutation Chosen${i} { chosen${i} }`);
      await person.client.send(`query Chosen${i} { ...Chosen${i} } fragment Chosen${i} on Query { viewer { id } }`);
    }
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).not.toMatch(/chosen/i);
    const operations = [...(await metricsOf(server, 'docket_graphql_requests_total')).keys()].map(
      (labels) => /operation="(\w+)"/.exec(labels)?.[1],
    );
    expect(new Set(operations)).toEqual(new Set(['signIn', 'viewer', 'tickets', 'invalid', 'fragment']));
  });

  test('counts a request that the database cannot serve', async () => {
    jest
      .spyOn(server.app.services.viewers, 'find')
      .mockRejectedValueOnce(Object.assign(new Error('Connection terminated unexpectedly'), { code: '57P01' }));
    await person.client.send('{ viewer { id } }');
    const requests = await metricsOf(server, 'docket_graphql_requests_total');
    expect(requests.get('{operation="unknown",code="SERVICE_UNAVAILABLE"}')).toBe(1);
  });

  test('tells of the pool, and of the event loop', async () => {
    const connections = await metricsOf(server, 'docket_database_connections');
    expect([...connections.keys()].toSorted()).toEqual(['{state="idle"}', '{state="used"}', '{state="waiting"}']);
    const sleeping = select(server, sql`select pg_sleep(0.5)`);
    const used = async () => (await metricsOf(server, 'docket_database_connections')).get('{state="used"}') ?? 0;
    // The scrape itself takes one, for the oldest notification.
    expect(await used()).toBeGreaterThanOrEqual(1);
    await sleeping;
    expect((await metricsOf(server, 'nodejs_eventloop_lag_p99_seconds')).get('')).toBeGreaterThan(0);
  });

  test('tells how long the oldest due mail has waited, and counts mails by outcome', async () => {
    const oldest = async () => (await metricsOf(server, 'docket_oldest_due_notification_seconds')).get('');
    expect(await oldest()).toBe(0);
    const assignee = await buildPerson(server);
    await createTicket(person, { assignedTo: { id: assignee.id } });
    server.clock.advance({ minutes: 13 });
    expect(await oldest()).toBe(60);
    await server.app.delivery.sweep();
    expect(await oldest()).toBe(0);

    const refused = await createTicket(person, { assignedTo: { id: assignee.id } });
    server.clock.advance({ minutes: 13 });
    server.smtp.failWith(451);
    await server.app.delivery.sweep();
    server.smtp.failWith(550);
    server.clock.advance({ minutes: 2 });
    await server.app.delivery.sweep();
    server.smtp.failWith(undefined);
    // Nothing tells the service of it: the last look before sending finds it out.
    const unassigned = await createTicket(person, { assignedTo: { id: assignee.id } });
    await select(server, sql`update ticket set assigned_to_id = null where id = ${unassigned.id}`);
    server.clock.advance({ minutes: 13 });
    await server.app.delivery.sweep();
    expect(refused.id).not.toBe(unassigned.id);
    expect(await metricsOf(server, 'docket_mails_total')).toEqual(
      new Map([
        ['{outcome="sent"}', 1],
        ['{outcome="deferred"}', 1],
        ['{outcome="failed"}', 1],
        ['{outcome="cancelled"}', 1],
      ]),
    );
  });
});

describe('/metrics, closed', () => {
  test('is not there; with a token it asks for it', async () => {
    const closed = await startTestServer({ beside: server, metrics: 'closed' });
    expect((await fetch(`${closed.url}/metrics`)).status).toBe(404);
    await closed.stop();
    const guarded = await startTestServer({ beside: server, metrics: { token: 'a token of the operator' } });
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${guarded.url}/metrics`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer another' })).toBe(401);
    expect(await status({ authorization: `Bearer ${person.client.token}` })).toBe(401);
    expect(await status({ authorization: 'Bearer a token of the operator' })).toBe(200);
    await guarded.stop();
  });
});

async function ready() {
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, body: JSON.parse(await response.text()) };
}

describe('/readyz', () => {
  test('is 503 and says why while a migration of this code has not run, and 200 for a newer database', async () => {
    const [last] = await select(
      server,
      sql<{ name: string }>`delete from migration where id = (select max(id) from migration) returning name`,
    );
    expect(await ready()).toEqual({
      status: 503,
      body: {
        database: true,
        migrations: false,
        jobs: true,
        reasons: [`Migrations that have not run: ${last?.name}.`],
      },
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await select(server, sql`insert into migration (name) values (${last?.name}), ('Migration29991231000000_newer')`);
    expect(await ready()).toMatchObject({ status: 200, body: { migrations: true, reasons: [] } });
  });

  test('is 503 and says why when nothing was migrated, and when the job store is away', async () => {
    await select(server, sql`alter table migration rename to migration_elsewhere`);
    expect(await ready()).toMatchObject({ status: 503, body: { database: true, migrations: false } });
    await select(server, sql`alter table migration_elsewhere rename to migration`);
    jest.spyOn(server.app.jobs, 'isReady').mockResolvedValueOnce(false);
    expect(await ready()).toEqual({
      status: 503,
      body: { database: true, migrations: true, jobs: false, reasons: ['The job store does not answer.'] },
    });
  });
});
