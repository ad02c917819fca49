import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { createApp } from '../../src/app/app.js';
import { createJobQueue } from '../../src/jobs/create-job-queue.js';
import { deliverNotifications } from '../../src/notifications/notification.jobs.js';
import { startWorker } from '../../src/app/worker.js';
import { storesToTest } from '../jobs/stores.js';
import { waitFor } from '../jobs/wait-for.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { select } from '../support/database-state.js';
import { buildPerson } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { createTicket, mailsTo, notificationsOf } from './actions.js';

const logger = pino({ level: 'silent' });

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400 });
});
afterEach(async () => server.stop());

/** So many mails that are due; the server itself only serves the API, as with RUN=api. */
async function dueMails(count: number) {
  // Staff: others cause twenty mails an hour.
  const creator = await buildPerson(server, { role: BuiltInRole.TECH });
  const person = await buildPerson(server);
  for (let i = 0; i < count; i += 1) await createTicket(creator, { assignedTo: { id: person.id } });
  server.clock.advance({ minutes: 12 });
  return person;
}

describe.each(storesToTest())('with jobs in $name', (kind) => {
  test('a worker that starts with an empty job store sends what is due', async () => {
    const person = await dueMails(3);
    const store = await kind.open();
    const jobs = await createJobQueue({ url: store.url, logger });
    const worker = startWorker(createApp({ ...server.app, jobs }));
    await server.smtp.waitForMails(3);
    await worker.quiesce();
    await jobs.stop();
    await store.drop();
    expect(mailsTo(server, person)).toHaveLength(3);
  });

  test('a job wakes a worker when a mail becomes due', async () => {
    const store = await kind.open();
    const jobs = await createJobQueue({ url: store.url, logger, processEveryMs: 50 });
    const app = createApp({ ...server.app, jobs });
    const sweeping = jest.spyOn(app.delivery, 'sweep');
    const worker = startWorker(app);
    await waitFor(() => sweeping.mock.results.length === 1);
    await sweeping.mock.results[0]?.value;

    // From here on only a job can wake the worker within half a minute.
    const person = await dueMails(1);
    const [{ id }] = await notificationsOf(person, { kind: ['ASSIGNED'] });
    await jobs.schedule(deliverNotifications, { ids: [id] }, new Date());
    await server.smtp.waitForMails(1);
    await worker.quiesce();
    await jobs.stop();
    await store.drop();
    expect(mailsTo(server, person)).toHaveLength(1);
  });
});

test('what a worker that stops has not begun is to be tried again at once', async () => {
  const person = await dueMails(6);
  const ids: string[] = (await notificationsOf(person, { kind: ['ASSIGNED'] })).map(({ id }: { id: string }) => id);
  const { delivery } = createApp(server.app);
  const jobs = [ids.slice(0, 3), ids.slice(3)].map(async (ofJob) => delivery.deliverAll(ofJob));
  await delivery.quiesce();
  const again = (await Promise.all(jobs)).flat();
  const sent = await notificationsOf(person, { kind: ['ASSIGNED'], status: ['SENT'] });
  expect(again.length).toBeGreaterThan(0);
  expect(again.map(({ sendAt }) => sendAt)).toEqual(again.map(() => server.clock.now()));
  expect([...again, ...sent].map(({ id }: { id: string }) => id).toSorted()).toEqual(ids.toSorted());
});

test('the delivery of a mail that was enqueued is stored as a job', async () => {
  const person = await dueMails(2);
  await server.app.deliverySchedule.flush();
  const ids = (await notificationsOf(person, { kind: ['ASSIGNED'] })).map(({ id }: { id: string }) => id);
  const jobs = await select<{ data: { ids: string[] } }>(
    server,
    sql`select data from docket_jobs.agenda_jobs where name = ${deliverNotifications.name}`,
  );
  expect(jobs.flatMap(({ data }) => data.ids)).toEqual(expect.arrayContaining(ids));
});

describe('several workers', () => {
  test('share what is due, and send each mail once', async () => {
    const person = await dueMails(40);
    const workers = Array.from({ length: 4 }, () => createApp(server.app).delivery);
    await Promise.all(workers.map(async (delivery) => delivery.sweep()));
    const ids = mailsTo(server, person).map(({ messageId }) => messageId);
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(40);
  });

  test('leave a leased mail to the worker that holds the lease', async () => {
    const person = await dueMails(1);
    const [{ id }] = await notificationsOf(person, { kind: ['ASSIGNED'] });
    await Promise.all(Array.from({ length: 10 }, async () => createApp(server.app).delivery.deliver(id)));
    expect(mailsTo(server, person)).toHaveLength(1);
    expect(await notificationsOf(person, { kind: ['ASSIGNED'] })).toMatchObject([{ status: 'SENT', attempts: 1 }]);
  });
});

describe('a job that fires too early', () => {
  test('learns when to come again, and sends nothing', async () => {
    const [creator, person] = [await buildPerson(server), await buildPerson(server)];
    await createTicket(creator, { assignedTo: { id: person.id } });
    const [{ id, sendAt }] = await notificationsOf(person);
    expect(await server.app.delivery.deliver(id)).toEqual(new Date(sendAt));
    expect(server.smtp.mails).toEqual([]);
  });
});
