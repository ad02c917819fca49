import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/users/role.entity.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const SEARCH = `query ($search: String!) {
  tickets(filter: { search: $search }, orderBy: { field: NUMBER, direction: ASC }) { totalCount nodes { title } }
}`;
const COMMENTS = `query ($search: String!) { comments(filter: { search: $search }) { totalCount nodes { content } } }`;

let server: TestServer;
let user: Person;
let tech: Person;
let printer: { id: string; number: number };
beforeAll(async () => {
  server = await startTestServer();
  user = await buildPerson(server);
  tech = await buildPerson(server, { role: BuiltInRole.TECH });
  const createdBy = user;
  printer = await buildTicket(server, { createdBy, title: 'Printer on fire', description: 'It burns at the café.' });
  const mail = await buildTicket(server, {
    createdBy,
    title: 'Mail bounces',
    description: 'ERR_MAILBOX_FULL, jan@example.com',
  });
  await buildComment(server, { ticket: mail, author: user, content: 'Überweisung an Größe 42 is missing' });
  await buildComment(server, { ticket: mail, author: tech, content: 'Muted zeppelin alarm', internal: true });
});
afterAll(async () => server.stop());

async function titles(search: string, person = user): Promise<string[]> {
  const { tickets } = await person.client.query(SEARCH, { search });
  expect(tickets.totalCount).toBe(tickets.nodes.length);
  return tickets.nodes.map(({ title }: { title: string }) => title);
}

describe('a search for tickets', () => {
  test.each([
    ['a word of the title', 'printer'],
    ['a word of the description, in capitals', 'BURNS'],
    ['the beginning of the last word', 'fire prin'],
    ['words from title and description', 'printer burns'],
    ['a word without its accent', 'cafe'],
    ['a word with an accent that the text has not', 'prïnter'],
    ['a missing letter', 'printr'],
    ['swapped letters', 'pritner'],
    ['swapped letters in the description', 'bunrs'],
    ['a wrong letter beside a right word', 'printar burns'],
  ])('finds a ticket by %s', async (_name, search) => {
    expect(await titles(search)).toEqual(['Printer on fire']);
  });

  test.each([
    ['a word of a comment', 'uberweisung'],
    ['folded letters', 'grosse'],
    ['words of description and comment together', 'bounces missing'],
    ['a part of a name joined by underscores', 'mailbox'],
    ['an e-mail address', 'jan@example.com'],
    ["an address's domain", 'example'],
  ])('finds a ticket by %s', async (_name, search) => {
    expect(await titles(search)).toEqual(['Mail bounces']);
  });

  test('wants all of the words', async () => {
    expect(await titles('printer bounces')).toEqual([]);
  });

  test('does not take a word in the middle for the beginning of one', async () => {
    expect(await titles('pri fire')).toEqual([]);
  });

  test('finds a ticket by its number, with or without the sign', async () => {
    expect(await titles(`#${printer.number}`)).toEqual(['Printer on fire']);
    expect(await titles(` ${printer.number} `)).toContain('Printer on fire');
  });

  test('finds by internal comments for those who may read them, and for nobody else', async () => {
    expect(await titles('zeppelin', tech)).toEqual(['Mail bounces']);
    expect(await titles('zeppelin')).toEqual([]);
    expect(await titles('zepp')).toEqual([]);
    expect(await titles('zeppelni')).toEqual([]);
    expect(await titles('=zeppelin')).toEqual([]);
  });

  test('follows changes of texts, and forgets deleted comments', async () => {
    const ticket = await buildTicket(server, { createdBy: user, title: 'Old giraffe' });
    const comment = await buildComment(server, { ticket, author: user, content: 'about the walrus' });
    expect(await titles('giraffe walrus')).toEqual(['Old giraffe']);

    await user.client.query(
      'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }',
      { input: { id: ticket.id, title: 'New gazelle' } },
    );
    expect(await titles('giraffe')).toEqual([]);
    expect(await titles('gazelle')).toEqual(['New gazelle']);

    const update = 'mutation ($input: UpdateCommentInput!) { updateComment(input: $input) { userErrors { code } } }';
    await user.client.query(update, { input: { id: comment.id, content: 'about the octopus' } });
    expect(await titles('walrus')).toEqual([]);
    expect(await titles('octopus')).toEqual(['New gazelle']);

    const remove = 'mutation ($input: DeleteCommentInput!) { deleteComment(input: $input) { userErrors { code } } }';
    await user.client.query(remove, { input: { id: comment.id } });
    expect(await titles('octopus')).toEqual([]);
  });

  test.each(['&|!', '()', '---', "'", '\\', ':*', '!!', '\0', '\uD800', '<->', '%_', '""'])(
    'finds nothing, and does not fail, for %j',
    async (search) => {
      expect(await titles(search)).toEqual([]);
    },
  );

  test.each(["print' | 'x", 'fire & !printer', "O'Brien", 'a\0printer', '\\printer', 'printer:*', '(fire'])(
    'does not fail for %j',
    async (search) => {
      const { errors } = await user.client.send(SEARCH, { search });
      expect(errors).toEqual([]);
    },
  );

  test('of blanks is no search', async () => {
    expect((await titles('  ')).length).toBeGreaterThan(1);
  });

  test.each([201, 10_000])('of %i characters is refused', async (length) => {
    for (const query of [SEARCH, COMMENTS]) {
      const { errors } = await user.client.send(query, { search: 'x'.repeat(length) });
      expect(errors).toEqual([
        expect.objectContaining({
          message: expect.stringContaining('at most 200 characters'),
          extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
        }),
      ]);
    }
  });

  test('still pages when more match than are fetched by their ids', async () => {
    const many = await buildPerson(server);
    await server.app.orm.em.getConnection().execute(
      `insert into ticket (id, title, description, created_by_id, created_at)
       select gen_random_uuid(), 'Flood ' || n, 'water', ?, '2026-01-01' from generate_series(1, 2100) n`,
      [many.id],
    );
    const { tickets } = await user.client.query(SEARCH, { search: 'flood' });
    expect(tickets.totalCount).toBe(2100);
    expect(tickets.nodes[0].title).toBe('Flood 1');
  });
});

async function contents(search: string, person = user): Promise<string[]> {
  const { comments } = await person.client.query(COMMENTS, { search });
  expect(comments.totalCount).toBe(comments.nodes.length);
  return comments.nodes.map(({ content }: { content: string }) => content);
}

describe('a search for comments', () => {
  test('finds by words, accents folded, the last one unfinished', async () => {
    expect(await contents('grosse uberw')).toEqual(['Überweisung an Größe 42 is missing']);
    expect(await contents('uberweisung printer')).toEqual([]);
  });

  test('finds no internal one for those who may not read it', async () => {
    expect(await contents('zeppelin', tech)).toEqual(['Muted zeppelin alarm']);
    expect(await contents('zeppelin')).toEqual([]);
  });

  test.each(['&|!', '\0', "'", ':*'])('finds nothing for %j', async (search) => {
    expect(await contents(search)).toEqual([]);
  });
});

test('words are those of the ticket as it is, and of its comments as far as they go into one row', async () => {
  const em = server.app.orm.em.fork();
  const [long, other] = await Promise.all(
    ['Long thread', 'Other thread'].map(async (title) => buildTicket(server, { createdBy: user, title })),
  );
  // With the ticket's own more than a megabyte, which is PostgreSQL's limit.
  await em.execute(
    `update ticket_search set commented = (select array_to_tsvector(array_agg('w' || md5(n::text))) from generate_series(1, 31760) n)
     where ticket_id = ?`,
    [long?.id],
  );
  const words = Array.from({ length: 150 }, (_, n) => `quagga${n}`).join(' ');
  const changed = "update ticket set title = replace(title, 'thread', 'xylophone'), description = ? where id in (?, ?)";
  await em.execute(changed, [words, long?.id, other?.id]);
  expect(await titles('xylophone quagga99')).toEqual(['Long xylophone', 'Other xylophone']);
  // What both brought is known now, and found when it is misspelt.
  expect(await titles('xylofone')).toEqual(['Long xylophone', 'Other xylophone']);
  // And so is what one brings alone.
  await em.execute("update ticket set title = title || ' wolverine' where id = ?", [other?.id]);
  expect(await titles('wolverene')).toEqual(['Other xylophone wolverine']);
  const [row] = await em.execute(
    'select length(commented) as comments, length(words) as words from ticket_search where ticket_id = ?',
    [long?.id],
  );
  expect(row).toEqual({ comments: 31_760, words: 152 });
});
