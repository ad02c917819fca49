import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isActive, TicketPriority, TicketStatus, TicketType } from '../../../src/tickets/ticket.entity.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../../support/factories.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const DAY_MS = 86_400_000;
const INSIGHTS = `query ($input: TicketInsightsInput) {
  ticketInsights(input: $input) {
    total active unassigned activeUnassigned stale
    byStatus { status count } byPriority { priority count } byType { type count } byProduct { product { id } count active }
    workload { user { id } active inProgress emergency closedInRange }
    created { day count } closed { day count } medianSecondsToClose
  }
}`;

interface Fact {
  status: TicketStatus;
  priority: TicketPriority;
  type: TicketType;
  productId: string | null;
  assigneeId: string | null;
  createdAt: Date;
  updatedAt: Date | null;
  closedAt: Date | null;
  deleted: boolean;
}

let server: TestServer;
let people: Person[];
let products: { id: string }[];
beforeAll(async () => {
  server = await startTestServer();
  people = [await buildPerson(server), await buildPerson(server), await buildPerson(server)];
  products = [await buildProduct(server), await buildProduct(server)];
});
afterAll(async () => server.stop());
beforeEach(async () => {
  await server.app.orm.em.fork().execute('delete from ticket');
});

/** As seen by the first of the people. */
async function insights(input?: Record<string, unknown>) {
  const { ticketInsights } = await (people[0] as Person).client.query(INSIGHTS, { input });
  return ticketInsights;
}

async function store(facts: readonly Fact[]): Promise<void> {
  const em = server.app.orm.em.fork();
  const creator = people[1]?.id ?? '';
  await em.execute(
    `insert into ticket (id, title, description, status, priority, type, product_id, assigned_to_id, created_by_id,
       created_at, updated_at, closed_at, deleted_at)
     select gen_random_uuid(), 'title', 'description', status, priority, type, "productId", "assigneeId", ?,
       "createdAt", "updatedAt", "closedAt", case when deleted then "createdAt" end
     from json_to_recordset(?::json) as f (status ticket_status, priority ticket_priority, type ticket_type, "productId" uuid,
       "assigneeId" uuid, "createdAt" timestamptz, "updatedAt" timestamptz, "closedAt" timestamptz, deleted boolean)`,
    [creator, JSON.stringify(facts)],
  );
}

/** The definitions of the schema, one after the other, over every ticket. Slow, and plain. */
function expectedInsights(facts: readonly Fact[], now: Date, from: Date, to: Date, productIds: string[] | null) {
  const live = facts.filter(
    ({ deleted, productId }) => !deleted && (productIds === null || productIds.includes(productId ?? '')),
  );
  const active = live.filter(({ status }) => isActive(status));
  const inRange = (instant: Date | null) => instant !== null && instant >= from && instant < to;
  const closed = live.filter(({ closedAt }) => inRange(closedAt));
  const perDay = (instants: readonly (Date | null)[]) => {
    const days = [];
    const first = new Date(from);
    first.setUTCHours(0, 0, 0, 0);
    for (let day = first; day < to; day = new Date(day.getTime() + DAY_MS)) {
      const next = new Date(day.getTime() + DAY_MS);
      const count = instants.filter((at) => at !== null && inRange(at) && at >= day && at < next).length;
      days.push({ day: day.toISOString(), count });
    }
    return days;
  };
  const seconds = closed
    .map(({ createdAt, closedAt }) => ((closedAt?.getTime() ?? 0) - createdAt.getTime()) / 1000)
    .toSorted((a, b) => a - b);
  const middle = seconds.length / 2;
  const median =
    seconds.length % 2 === 1
      ? seconds[Math.floor(middle)]
      : ((seconds[middle - 1] ?? Number.NaN) + (seconds[middle] ?? Number.NaN)) / 2;

  return {
    total: live.length,
    active: active.length,
    unassigned: live.filter(({ assigneeId }) => assigneeId === null).length,
    activeUnassigned: active.filter(({ assigneeId }) => assigneeId === null).length,
    stale: active.filter(({ updatedAt, createdAt }) => now.getTime() - (updatedAt ?? createdAt).getTime() >= 7 * DAY_MS)
      .length,
    byStatus: Object.values(TicketStatus).map((status) => ({
      status,
      count: live.filter((fact) => fact.status === status).length,
    })),
    byPriority: Object.values(TicketPriority).map((priority) => ({
      priority,
      count: active.filter((fact) => fact.priority === priority).length,
    })),
    byType: Object.values(TicketType).map((type) => ({
      type,
      count: live.filter((fact) => fact.type === type).length,
    })),
    byProduct: [...products.map(({ id }) => id), null]
      .map((id) => ({
        product: id && { id },
        count: live.filter(({ productId }) => productId === id).length,
        active: active.filter(({ productId }) => productId === id).length,
      }))
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => b.count - a.count),
    workload: people
      .map(({ id }) => {
        const theirs = active.filter(({ assigneeId }) => assigneeId === id);
        return {
          user: { id },
          active: theirs.length,
          inProgress: theirs.filter(({ status }) => status === TicketStatus.IN_PROGRESS).length,
          emergency: theirs.filter(({ priority }) => priority === TicketPriority.EMERGENCY).length,
          closedInRange: closed.filter(({ assigneeId }) => assigneeId === id).length,
        };
      })
      .filter((load) => load.active > 0)
      .toSorted((a, b) => b.active - a.active || b.emergency - a.emergency),
    created: perDay(live.map(({ createdAt }) => createdAt)),
    closed: perDay(closed.map(({ closedAt }) => closedAt)),
    medianSecondsToClose: seconds.length === 0 ? null : expect.closeTo(median ?? Number.NaN, 3),
  };
}

/** An instant up to sixty days ago; often at a midnight, a week or thirty days ago to the millisecond. */
function someInstant(now: Date): fc.Arbitrary<Date> {
  const ago = fc.oneof(
    fc.integer({ min: 0, max: 60 * DAY_MS }),
    fc.constantFrom(0, 7 * DAY_MS - 1, 7 * DAY_MS, 30 * DAY_MS, 30 * DAY_MS + 1),
    fc.nat(60).map((days) => (now.getTime() % DAY_MS) + days * DAY_MS),
  );
  return ago.map((milliseconds) => new Date(now.getTime() - milliseconds));
}

function someFact(now: Date): fc.Arbitrary<Fact> {
  return fc
    .record({
      status: fc.constantFrom(...Object.values(TicketStatus)),
      priority: fc.constantFrom(...Object.values(TicketPriority)),
      type: fc.constantFrom(...Object.values(TicketType)),
      productId: fc.constantFrom(null, ...products.map(({ id }) => id)),
      assigneeId: fc.constantFrom(null, ...people.map(({ id }) => id)),
      // Made, changed and closed, in this order.
      history: fc.array(someInstant(now), { minLength: 3, maxLength: 3 }),
      changed: fc.boolean(),
      deleted: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    })
    .map(({ history, changed, ...fact }) => {
      const [createdAt = now, closedAt = now, updatedAt = now] = history.toSorted((a, b) => a.getTime() - b.getTime());
      return Object.assign(fact, {
        createdAt,
        updatedAt: changed ? updatedAt : null,
        closedAt: isActive(fact.status) ? null : closedAt,
      });
    });
}

async function statementsFor(selection: string): Promise<number> {
  const ask = async () => (people[0] as Person).client.query(`{ ticketInsights { ${selection} } }`);
  await ask();
  return server.countStatements(ask);
}

/** A ticket that is as others are. */
const createdAt = (instant: string): Fact => ({
  status: TicketStatus.OPEN,
  priority: TicketPriority.LOW,
  type: TicketType.BUG,
  productId: null,
  assigneeId: null,
  createdAt: new Date(instant),
  updatedAt: null,
  closedAt: null,
  deleted: false,
});

const createdByDay = async (timeZone: string, from: string, to: string) => {
  const { created } = await insights({ timeZone, range: { from, to } });
  return created.map(({ day, count }: { day: string; count: number }) => [day, count]);
};

describe('ticketInsights', () => {
  test('is what a slow and plain computation makes of the same random tickets', async () => {
    const now = server.clock.now();
    const cases = fc.record({
      tickets: fc.array(someFact(now), { maxLength: 60 }),
      range: fc.option(fc.tuple(someInstant(now), someInstant(now)), { nil: null }),
      productIds: fc.option(fc.subarray(products.map(({ id }) => id)), { nil: null }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ tickets, range, productIds }) => {
        await server.app.orm.em.fork().execute('delete from ticket');
        await store(tickets);
        const [from, to] = (range ?? [new Date(now.getTime() - 30 * DAY_MS), now]).toSorted(
          (a, b) => a.getTime() - b.getTime(),
        ) as [Date, Date];
        const expected = expectedInsights(tickets, now, from, to, productIds);
        const given = await insights({
          productId: productIds,
          range: range && { from: from.toISOString(), to: to.toISOString() },
        });
        expect(given).toEqual({
          ...expected,
          created: from < to ? expected.created : [],
          closed: from < to ? expected.closed : [],
        });
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    );
  });

  test('asked by many at once, counts what was acknowledged before each of them asked', async () => {
    const counted: { acknowledged: number; total: number }[] = [];
    let acknowledged = 0;
    const askRepeatedly = async (person: Person) => {
      for (let times = 0; times < 5; times += 1) {
        const before = acknowledged;
        const { ticketInsights } = await person.client.query(INSIGHTS);
        counted.push({ acknowledged: before, total: ticketInsights.total });
      }
    };
    const create = async () => {
      for (let times = 0; times < 15; times += 1) {
        await buildTicket(server, { createdBy: people[0] });
        acknowledged += 1;
      }
    };
    await Promise.all([...people, ...people].map(askRepeatedly).concat(create()));
    expect(counted).toHaveLength(30);
    expect(counted.filter(({ acknowledged: before, total }) => total < before)).toEqual([]);
    expect((await insights()).total).toBe(15);
  });

  test('counts nothing where there is nothing', async () => {
    const given = await insights();
    expect(given).toMatchObject({ total: 0, workload: [], byProduct: [], medianSecondsToClose: null });
    expect(given.byStatus).toHaveLength(6);
    // 2026-03-02 08:00 and thirty days before: both ends are parts of days.
    expect(given.created).toHaveLength(31);
    expect(given.created[0]).toEqual({ day: '2026-01-31T00:00:00.000Z', count: 0 });
    expect(given.created.at(-1).day).toBe('2026-03-02T00:00:00.000Z');
  });

  test('counts what the viewer may not read, for whoever is signed in, even without the view bit', async () => {
    await buildTicket(server, { createdBy: people[1] as Person });
    const nobody = await buildPerson(server, { role: { canViewAll: false }, may: { view: false } });
    const { tickets, ticketInsights } = await nobody.client.query(
      '{ tickets { totalCount } ticketInsights { total } }',
    );
    expect({ listed: tickets.totalCount, counted: ticketInsights.total }).toEqual({ listed: 0, counted: 1 });
    const { errors } = await server.anonymous.send('{ ticketInsights { total } }');
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('names the products and the people', async () => {
    const [, tech] = people as [Person, Person];
    const product = await buildProduct(server, { name: 'Clinic records' });
    await buildTicket(server, { createdBy: tech, assignedTo: tech, product });
    const { ticketInsights } = await tech.client.query(
      '{ ticketInsights { byProduct { product { name } } workload { user { username } } } }',
    );
    expect(ticketInsights).toEqual({
      byProduct: [{ product: { name: 'Clinic records' } }],
      workload: [{ user: { username: tech.username } }],
    });
  });

  test.each([
    ['ends before it starts', { from: '2026-02-02T00:00:00Z', to: '2026-02-01T00:00:00Z' }],
    ['is longer than 366 days', { from: '2025-01-01T00:00:00Z', to: '2026-01-02T00:00:00.001Z' }],
    ['starts after now and has no end', { from: '2026-03-02T08:00:00.001Z' }],
    ['begins before any calendar', { from: '-271821-04-20T00:00:00Z' }],
    ['is all of time', { from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' }],
  ])('refuses a range that %s', async (_what, range) => {
    const { errors } = await (people[0] as Person).client.send(INSIGHTS, { input: { range } });
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('takes a range of 366 days, and fills in an open end', async () => {
    const year = await insights({ range: { from: '2025-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' } });
    expect(year.created).toHaveLength(366);
    const sinceThen = await insights({ range: { from: '2026-02-28T00:00:00Z' } });
    expect(sinceThen.created.map(({ day }: { day: string }) => day.slice(0, 10))).toEqual([
      '2026-02-28',
      '2026-03-01',
      '2026-03-02',
    ]);
    const untilThen = await insights({ range: { to: '2026-02-28T00:00:00Z' } });
    expect(untilThen.created).toHaveLength(30);
    expect(untilThen.created[0].day).toBe('2026-01-29T00:00:00.000Z');
  });

  test('counts by the days of a time zone, also those of 23 and 25 hours, and those that begin after midnight', async () => {
    // In Stockholm the clock went forward at 2025-03-30T01:00Z and back at 2025-10-26T01:00Z.
    await store(
      ['2025-03-29T22:59:59Z', '2025-03-29T23:00:00Z', '2025-03-30T21:59:59Z', '2025-03-30T22:00:00Z'].map(createdAt),
    );
    expect(await createdByDay('europe/stockholm', '2025-03-28T23:00:00Z', '2025-03-31T22:00:00Z')).toEqual([
      ['2025-03-28T23:00:00.000Z', 1],
      ['2025-03-29T23:00:00.000Z', 2],
      ['2025-03-30T22:00:00.000Z', 1],
    ]);
    expect(await createdByDay('Europe/Stockholm', '2025-10-25T22:00:00Z', '2025-10-26T23:00:00.001Z')).toEqual([
      ['2025-10-25T22:00:00.000Z', 0],
      ['2025-10-26T23:00:00.000Z', 0],
    ]);
    // In Beirut the clock went forward at midnight: that day began at one o'clock, at the same instant.
    expect(await createdByDay('Asia/Beirut', '2025-03-29T22:00:00Z', '2025-03-30T21:00:00Z')).toEqual([
      ['2025-03-29T22:00:00.000Z', 2],
    ]);
    // 366 days that are an hour longer, as the clock was put back meanwhile.
    expect(await createdByDay('Europe/Stockholm', '2024-10-26T22:00:00Z', '2025-10-27T23:00:00Z')).toHaveLength(366);
  });

  test.each(['Mars/Olympus', '+01:00', '', "UTC'; drop table ticket; --"])(
    'refuses the time zone "%s"',
    async (timeZone) => {
      const { errors } = await (people[0] as Person).client.send(INSIGHTS, { input: { timeZone } });
      expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(errors[0]?.message).toContain('Europe/Stockholm');
    },
  );

  test('matches no ticket by an id that is no product', async () => {
    await buildTicket(server, { createdBy: people[1] as Person });
    expect((await insights({ productId: ['nonsense', (people[0] as Person).id] })).total).toBe(0);
  });

  test('asks the database only for what the client asks for', async () => {
    expect(await statementsFor('total')).toBe(1);
    expect(await statementsFor('created { count }')).toBe(1);
    expect(await statementsFor('total stale medianSecondsToClose byStatus { count }')).toBe(3);
  });
});
