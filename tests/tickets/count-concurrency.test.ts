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
  const reader = new TicketListReader(db, new SearchLimiter());
  const pages = await Promise.all(Array.from({ length: 8 }, async () => reader.page(viewer, { first: 1 }, new Map())));
  await Promise.all(pages.map(async (page) => page.count()));
  expect([counted, most]).toEqual([8, 2]);
});
