import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Db } from '../../src/database/db.js';
import { SearchLimiter } from '../../src/search/search-limiter.js';
import { TicketListReader } from '../../src/tickets/ticket-list.reader.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

const role = {
  canViewAll: true,
  canEditAll: false,
  canDeleteAll: false,
  canManageUsers: false,
  canManageTickets: false,
  canAssignTickets: false,
};
const permissions = { create: true, edit: true, view: true, delete: true };
const viewer = { id: '01a21cc2-69e6-742c-b422-dc235d96ce4f', sessionId: 'session', role, permissions };

test("the counts of one viewer's pages run two at a time", async () => {
  const { run } = new Db(server.app.orm);
  let [running, most, counted] = [0, 0, 0];
  const db = new Db(server.app.orm, async (statement) => {
    if (!statement.text.startsWith('select count(')) return run(statement);
    running += 1;
    counted += 1;
    most = Math.max(most, running);
    try {
      return await run(statement);
    } finally {
      running -= 1;
    }
  });
  const reader = new TicketListReader(db, new SearchLimiter());
  const pages = await Promise.all(Array.from({ length: 8 }, async () => reader.page(viewer, { first: 1 }, new Map())));
  await Promise.all(pages.map(async (page) => page.count()));
  expect([counted, most]).toEqual([8, 2]);
});

test('people with the same rights who ask for counts by status at the same time share a run, and others do not', async () => {
  const { run } = new Db(server.app.orm);
  let counted = 0;
  const db = new Db(server.app.orm, async (statement) => {
    if (statement.text.includes('group by t.status')) counted += 1;
    return run(statement);
  });
  const reader = new TicketListReader(db, new SearchLimiter());
  const counts = async (rights: typeof role, people: number) => {
    counted = 0;
    const pages = await Promise.all(
      Array.from({ length: people }, async (_, index) =>
        reader.page({ ...viewer, id: viewer.id.replace(/.$/, String(index)), role: rights }, { first: 1 }, new Map()),
      ),
    );
    await Promise.all(pages.map(async (page) => page.counts()));
    return counted;
  };
  // The second run is that of all who came while the first was under way.
  expect(await counts(role, 6)).toBe(2);
  // Each counts their own.
  expect(await counts({ ...role, canViewAll: false }, 6)).toBe(6);
});
