import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import {
  expectedNumbers,
  type OracleFilter,
  type OracleTicket,
  type OracleViewer,
  ORDER_FIELDS,
  wordsOf,
} from './search-oracle.js';

/** Random, and the same in each run. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number below another one: mulberry32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  one<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('There is nothing to choose from');
    return item;
  }

  many<Item>(items: readonly Item[], most: number): Item[] {
    return Array.from({ length: 1 + this.below(most) }, () => this.one(items));
  }

  happens(share: number): boolean {
    return this.below(1000) < share * 1000;
  }
}

/** Words that are alike, that begin others, in several scripts; the first ones are in most texts. */
const WORDS = [
  ...Array.from({ length: 12 }, () => 'the'),
  ...Array.from({ length: 6 }, () => 'printer'),
  'Printed',
  'pointer',
  'print',
  'prints',
  'painter',
  'Café',
  'cafes',
  'zürich',
  'ERR_MAIL',
  'mail1234',
  'mails',
  'e-mail',
  'принтер',
  'ПРИНТЕРЫ',
  'Ёлка',
  '天气很好',
  '今天天气',
  'プリンター',
  "o'brien",
  '42',
  'x',
  'toner/black',
  'monitor',
  'monitro',
];
/** In internal comments and deleted tickets only, but for words that are one slip away. */
const HIDDEN = ['zeppelin', 'quagmire', 'xylophone'];
const NEAR_HIDDEN = ['zeppelins', 'quagmirs'];
const SEARCHES = [
  'the',
  'printer',
  'prin',
  'print',
  'prnter',
  'pritner',
  'prinnter',
  'pointer',
  'painter the',
  'the prin',
  'cafe',
  'CAFÉ',
  'zurich',
  'err',
  'err_mail',
  'mail1234',
  'mail1235',
  'mials',
  'принтер',
  'ПРИНТР',
  'елка',
  '天气',
  '气',
  '今天',
  '天好',
  'リン',
  'monitor',
  'monitors',
  'toner black',
  'black the monitor',
  '42',
  'x',
  'zeppelin',
  'zeppelni',
  'quagmire',
  'xylophone',
  'xylophon',
  'nowhere',
  'nowheres',
  'the printer print pointer',
  'obrien',
  "o'brien",
  '!!!',
  '#3',
  '#9999',
  '7',
];
const STATUSES = ['OPEN', 'IN_PROGRESS', 'ON_HOLD', 'DONE', 'CLOSED'];
const TICKETS = 60;
const ROUNDS = 12;
const QUERIES_A_ROUND = 14;

const LIST = `query ($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  tickets(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { number } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`;

/** All pages of a list, forwards or backwards, and the counts that came with them. */
async function pages(person: Person, list: object, size: number, isBackwards: boolean) {
  const numbers: number[] = [];
  const counts = new Set<number>();
  let cursor: string | null = null;
  for (let isMore = true; isMore;) {
    const place: object = isBackwards ? { last: size, before: cursor } : { first: size, after: cursor };
    const { tickets: page } = await person.client.query(LIST, { ...list, ...place });
    const found = page.nodes.map((node: { number: number }) => node.number);
    numbers.splice(isBackwards ? 0 : numbers.length, 0, ...found);
    counts.add(page.totalCount);
    isMore = isBackwards ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage;
    cursor = isBackwards ? page.pageInfo.startCursor : page.pageInfo.endCursor;
  }
  return { numbers, counts: [...counts] };
}

/** Statistics of a large table make the server walk lists for frequent words; without any, it collects all that match. */
describe.each([
  ['collected', 1],
  ['walked', 2],
])('searches by tickets that are %s', (route, seed) => {
  const dice = new Dice(seed);
  const tickets: OracleTicket[] = [];
  let server: TestServer;
  let people: { staff: Person; reader: Person; own: Person };
  let viewers: { person: Person; viewer: OracleViewer }[];

  const sql = async (statement: string, values: unknown[] = []) => server.app.orm.em.fork().execute(statement, values);
  const text = (most: number, words: readonly string[] = WORDS) =>
    dice.many(words, most).join(dice.one([' ', ' ', ', ', '. ']));

  beforeAll(async () => {
    server = await startTestServer();
    people = {
      staff: await buildPerson(server, { role: BuiltInRole.TECH }),
      reader: await buildPerson(server, { role: { canViewAll: true } }),
      own: await buildPerson(server, { role: {} }),
    };
    viewers = [
      { person: people.staff, viewer: { id: people.staff.id, all: true, internal: true } },
      { person: people.reader, viewer: { id: people.reader.id, all: true, internal: false } },
      { person: people.own, viewer: { id: people.own.id, all: false, internal: false } },
    ];
    for (let n = 0; n < TICKETS; n += 1) await create();
    if (route === 'walked') {
      await sql('analyze');
      await sql("update pg_class set reltuples = 1e8 where relname = 'ticket_search'");
    }
  }, 60_000);
  afterAll(async () => server.stop());

  async function create(): Promise<void> {
    const createdBy = dice.one([people.staff, people.own, people.reader]);
    const createdAt = new Date(server.clock.now().getTime() - dice.below(1000) * 60_000);
    const [title, description, status] = [text(4), text(8), dice.one(STATUSES)];
    const { id, number } = await buildTicket(server, { createdBy, title, description, createdAt });
    await sql('update ticket set status = ? where id = ?', [status, id]);
    tickets.push({
      id,
      number,
      title,
      description,
      status,
      deleted: false,
      createdAt: createdAt.getTime(),
      updatedAt: null,
      createdBy: createdBy.id,
      assignedTo: null,
      comments: [],
    });
  }

  const writes: Record<string, () => Promise<void>> = {
    'a new ticket': create,
    'a new title': async () => {
      const ticket = dice.one(tickets);
      ticket.title = text(5);
      await sql('update ticket set title = ? where id = ?', [ticket.title, ticket.id]);
    },
    'new texts of many at once': async () => {
      const changed = tickets.filter(() => dice.happens(0.3));
      for (const ticket of changed) ticket.description = `${ticket.description} monitor`;
      await sql(
        `update ticket set description = description || ' monitor' where id in (${changed.map(() => '?').join()})`,
        changed.map(({ id }) => id),
      );
    },
    'a deleted ticket, or one restored': async () => {
      const ticket = dice.one(tickets);
      ticket.deleted = !ticket.deleted;
      if (ticket.deleted) {
        ticket.title = `${ticket.title} ${dice.one(HIDDEN)}`;
        await sql('update ticket set deleted_at = now(), title = ? where id = ?', [ticket.title, ticket.id]);
        return;
      }
      ticket.title = text(3);
      await sql('update ticket set deleted_at = null, title = ? where id = ?', [ticket.title, ticket.id]);
    },
    'an assignment': async () => {
      const ticket = dice.one(tickets);
      ticket.assignedTo = people.own.id;
      ticket.updatedAt = server.clock.now().getTime() - dice.below(100) * 1000;
      await sql('update ticket set assigned_to_id = ?, updated_at = ? where id = ?', [
        ticket.assignedTo,
        new Date(ticket.updatedAt),
        ticket.id,
      ]);
    },
    'a comment': async () => comment(dice.one(tickets), text(6), false),
    'a comment with a word that is nearly hidden': async () => comment(dice.one(tickets), text(2, NEAR_HIDDEN), false),
    'an internal comment': async () => comment(dice.one(tickets), text(4, [...WORDS, ...HIDDEN, ...HIDDEN]), true),
    'another text of a comment': async () => {
      const chosen = anyComment();
      if (!chosen) return;
      chosen.content = text(6, chosen.internal ? [...WORDS, ...HIDDEN] : WORDS);
      await sql('update comment set content = ? where id = ?', [chosen.content, chosen.id]);
    },
    'a comment that becomes internal, or no longer is': async () => {
      const chosen = anyComment();
      if (!chosen || wordsOf(chosen.content).some((word) => HIDDEN.includes(word))) return;
      chosen.internal = !chosen.internal;
      await sql('update comment set internal = ? where id = ?', [chosen.internal, chosen.id]);
    },
    'a deleted comment': async () => {
      const chosen = anyComment();
      if (!chosen) return;
      chosen.deleted = true;
      await sql('update comment set deleted_at = now() where id = ?', [chosen.id]);
    },
    'comments, edits and a new title at the same time': async () => {
      const ticket = dice.one(tickets);
      const old = ticket.comments.find(({ deleted }) => !deleted);
      ticket.title = text(5);
      if (old) old.content = text(5);
      await Promise.all([
        ...Array.from({ length: 5 }, async () => comment(ticket, text(6), dice.happens(0.3))),
        sql('update ticket set title = ? where id = ?', [ticket.title, ticket.id]),
        old && sql('update comment set content = ? where id = ?', [old.content, old.id]),
      ]);
    },
  };

  async function comment(ticket: OracleTicket, content: string, internal: boolean): Promise<void> {
    const { id } = await buildComment(server, { ticket, author: people.staff, content, internal });
    ticket.comments.push({ id, content, internal, deleted: false });
  }

  function anyComment() {
    const live = tickets.flatMap(({ comments }) => comments).filter(({ deleted }) => !deleted);
    return live.length > 0 ? dice.one(live) : null;
  }

  /** New words wait to be put into the vocabulary, and into the indexes: all of them, some or none. */
  async function upkeep(round: number): Promise<void> {
    if (round % 3 === 1) await sql('select search_learn(5)');
    if (round % 3 === 2) await server.app.searchUpkeep.run();
  }

  /** How many rows of words are not what they would be if they were made anew. */
  async function wrongRows(): Promise<number | undefined> {
    const [wrong] =
      await sql(`select count(*)::int as count from ticket t left join ticket_search s on s.ticket_number = t.number
      where (s.words, s.created_at) is distinct from (ticket_search_words(t.id), t.created_at)`);
    return wrong?.count;
  }

  test.each(Object.keys(writes))('after %s the rows of words are as if made anew', async (name) => {
    for (let time = 0; time < 3; time += 1) await writes[name]?.();
    expect(await wrongRows()).toBe(0);
  });

  function anyFilter(depth = 0): OracleFilter {
    const search = dice.one(SEARCHES);
    if (depth < 2 && dice.happens(0.15)) return { search, not: anyFilter(depth + 1) };
    if (depth < 2 && dice.happens(0.15)) return { or: [anyFilter(depth + 1), anyFilter(depth + 1)] };
    return dice.happens(0.3) ? { search, status: dice.many(STATUSES, 3) } : { search };
  }

  test('give every viewer what they hold, in every order and direction, with the right counts', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const write of dice.many(Object.values(writes), 4)) await write();
      expect(await wrongRows()).toBe(0);
      await upkeep(round);
      for (let query = 0; query < QUERIES_A_ROUND; query += 1) {
        const { person, viewer } = dice.one(viewers);
        const filter = anyFilter();
        const orderBy = { field: dice.one(ORDER_FIELDS), direction: dice.one(['ASC', 'DESC']) };
        const [size, isBackwards] = [dice.one([3, 20, 100]), dice.happens(0.4)];
        const expected = expectedNumbers(tickets, viewer, filter, orderBy);
        const asked = { round, viewer, filter, orderBy, size, isBackwards };
        const found = await pages(person, { filter, orderBy }, size, isBackwards);
        expect({ asked, ...found }).toEqual({ asked, numbers: expected, counts: [expected.length] });
      }
    }
  }, 120_000);

  test('answer for a word that only hidden texts hold as for one that is nowhere', async () => {
    await comment(dice.one(tickets), 'wolverine', true);
    const answers: unknown[] = [];
    for (const round of [0, 2]) {
      await upkeep(round);
      for (const search of ['wolberime', 'wolverine', 'wolverien']) {
        answers.push(await people.reader.client.query(LIST, { filter: { search }, first: 5 }));
      }
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect(answers[0]).toMatchObject({ tickets: { totalCount: 0 } });
  });
});
