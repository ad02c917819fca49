import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildTicket, type Person, type TicketOptions } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

const SIMILAR = `query ($input: SimilarTicketsInput!) {
  similarTickets(input: $input) { score ticket { id title createdBy { username } } }
}`;
const SIMILAR_TO = `query ($id: ID!, $first: Int) { ticket(id: $id) { similar(first: $first) { score ticket { id title } } } }`;
const CREATE = `mutation ($input: CreateTicketInput!) {
  createTicket(input: $input) { ticket { id } similar { score ticket { title } } userErrors { code field } }
}`;
const UPDATE = `mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code } } }`;
const DELETE = `mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { userErrors { code } } }`;

/** Small enough that a reader knows what must be found, about enough things that words differ in how rare they are. */
const TICKETS = [
  ['Printer on the third floor jams', 'Paper gets stuck in tray 2 of the big printer beside the kitchen.'],
  ['VPN drops every hour', 'The tunnel ends after an hour and I must sign in again.'],
  ['Cannot open patient records', 'PatientRecordService throws a NullPointerException when I click on a record.'],
  ['Upgrade jackson-databind to 2.9.10.3', 'A scan says that our version is vulnerable.'],
  ['Screen stays black after the weekend', 'The fan runs, the laptop shows nothing.'],
  ['Projector has no picture', 'In the meeting room, by HDMI.'],
  ['Café terminal refuses cards', 'Every payment ends with a timeout.'],
  ['Wrong total in the monthly statement', 'The currency is rounded twice.'],
] as const;

let server: TestServer;
let ada: Person;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());
beforeEach(async () => {
  await server.app.orm.em.fork().execute('delete from ticket_event');
  await server.app.orm.em.fork().execute('delete from ticket');
  ada = await buildPerson(server);
  for (const [title, description] of TICKETS) await make({ title, description });
});

async function make(options: TicketOptions): Promise<{ id: string; number: number }> {
  return buildTicket(server, { createdBy: ada, ...options });
}
async function similar(title: string, description?: string, asker: Person = ada): Promise<string[]> {
  const { similarTickets } = await asker.client.query(SIMILAR, { input: { title, description } });
  return similarTickets.map(({ ticket }: { ticket: { title: string } }) => ticket.title);
}

async function askForKeyboards(first?: number | null) {
  return ada.client.send(SIMILAR, { input: { title: 'Keyboard misses keys', first } });
}
async function similarTo({ id }: { id: string }): Promise<string[]> {
  const { ticket } = await ada.client.query(SIMILAR_TO, { id });
  return ticket.similar.map((found: { ticket: { id: string } }) => found.ticket.id);
}
async function askForPage() {
  return ada.client.query('{ tickets(first: 8) { nodes { similar { score ticket { id } } } } }');
}
async function askForPageWith(below: string) {
  return ada.client.send(`{ tickets(first: 100) { nodes { similar { ticket { ${below} } } } } }`);
}
async function createShowing(selection: string) {
  const create = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ${selection} } }`;
  return ada.client.query(create, { input: { title: 'VPN drops every hour', description: 'Again.' } });
}

describe('similarTickets', () => {
  test('finds a ticket by words of its title and description, stemmed, best first and with scores from 0 to 1', async () => {
    await make({ title: 'Printer is out of toner', description: 'Black, the one on the third floor.' });
    const { similarTickets } = await ada.client.query(SIMILAR, {
      input: { title: 'Printer: paper jam', description: 'The printer on the third floor has paper stuck in a tray.' },
    });
    expect(similarTickets.map(({ ticket }: never) => ticket['title'])).toEqual([
      'Printer on the third floor jams',
      'Printer is out of toner',
    ]);
    const [first, second] = similarTickets.map(({ score }: { score: number }) => score);
    expect(first).toBeGreaterThan(second);
    expect(first).toBeLessThanOrEqual(1);
    expect(second).toBeGreaterThan(0);
  });

  test.each([
    ['the parts of an identifier', 'patient record service broken', 'Cannot open patient records'],
    ['an identifier as a whole', 'patientrecordservice nullpointerexception', 'Cannot open patient records'],
    ['a version', 'Move to jackson 2.9.10.3', 'Upgrade jackson-databind to 2.9.10.3'],
    ['words without their accents', 'cafe terminal: card refused', 'Café terminal refuses cards'],
  ])('finds %s', async (_what, title, expected) => {
    expect((await similar(title))[0]).toBe(expected);
  });

  test('finds nothing for a text that has nothing to do with any ticket', async () => {
    expect(await similar('New chair for my office', 'The old one is broken, and the back hurts.')).toEqual([]);
    expect(await similar('asdf qwerty')).toEqual([]);
  });

  test.each(['', '   ', '!?…', 'the and of'])('finds nothing for %j, without an error', async (title) => {
    expect(await similar(title)).toEqual([]);
  });

  test('finds a closed ticket', async () => {
    const { id } = await make({ title: 'Badge does not open the door', description: 'North entrance.' });
    await ada.client.query(UPDATE, { input: { id, status: 'CLOSED' } });
    expect(await similar('My badge does not open the door')).toEqual(['Badge does not open the door']);
  });

  test('follows a ticket whose texts change, and one that is deleted', async () => {
    const { id } = await make({ title: 'Badge does not open the door', description: 'North entrance.' });
    await ada.client.query(UPDATE, { input: { id, title: 'Elevator is stuck', description: 'Between two floors.' } });
    expect(await similar('Badge does not open the door')).toEqual([]);
    expect(await similar('Elevator stuck')).toEqual(['Elevator is stuck']);
    await ada.client.query(DELETE, { input: { id } });
    expect(await similar('Elevator stuck')).toEqual([]);
  });

  test('never finds a ticket that the viewer may not see, and scores as if it were not there', async () => {
    const role = { canViewAll: false };
    const eve = await buildPerson(server, { role });
    await make({ createdBy: eve, title: 'Scanner sends empty pages', description: 'Since Monday.' });
    const ask = async () =>
      (await eve.client.query(SIMILAR, { input: { title: 'Scanner sends canary pages' } })).similarTickets;
    const before = await ask();
    expect(before).toHaveLength(1);
    for (let n = 0; n < 5; n += 1) await make({ title: 'Scanner sends canary pages', description: 'Canary.' });
    expect(await ask()).toEqual(before);
  });

  test('finds a ticket of somebody else for its assignee, who sees only their own', async () => {
    const eve = await buildPerson(server, { role: { canViewAll: false } });
    await make({ assignedTo: eve, title: 'Scanner sends empty pages', description: 'Since Monday.' });
    expect(await similar('Scanner with empty pages', undefined, eve)).toEqual(['Scanner sends empty pages']);
  });

  test('finds nothing for a viewer without the view bit', async () => {
    const mute = await buildPerson(server, { role: BuiltInRole.ADMIN, may: { view: false } });
    expect(await similar('VPN drops every hour', undefined, mute)).toEqual([]);
  });

  test('cuts up the text by one statement, and brings tickets and people by another', async () => {
    await similar('VPN drops every hour');
    expect(await server.countStatements(async () => similar('VPN drops every hour'))).toBe(2);
  });

  test('shows five unless another number is asked for, and at most ten', async () => {
    for (let n = 0; n < 12; n += 1)
      await make({ title: `Keyboard ${n} misses keys`, description: 'It types nothing.' });
    expect((await askForKeyboards()).data?.similarTickets).toHaveLength(5);
    expect((await askForKeyboards(null)).data?.similarTickets).toHaveLength(5);
    expect((await askForKeyboards(10)).data?.similarTickets).toHaveLength(10);
    for (const first of [0, -1, 11])
      expect((await askForKeyboards(first)).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test.each([
    ['a title of 201 characters', { title: 'x'.repeat(201) }],
    ['a description of 10,001 characters', { title: 'x', description: 'x'.repeat(10_001) }],
    ['a NUL', { title: 'x', description: 'a\0b' }],
    ['a lone surrogate', { title: '\ud800' }],
  ])('refuses %s', async (_what, input) => {
    const { errors } = await ada.client.send(SIMILAR, { input });
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('is for people who are signed in', async () => {
    const { errors } = await server.anonymous.send(SIMILAR, { input: { title: 'VPN' } });
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('Ticket.similar', () => {
  test('finds others, never the ticket itself nor one that is linked to it as a duplicate', async () => {
    const texts = { title: 'Kiosk shows an old price list', description: 'In the hall.' };
    const [one, two, three] = [await make(texts), await make(texts), await make(texts)];
    expect(new Set(await similarTo(one))).toEqual(new Set([two.id, three.id]));

    const em = server.app.orm.em.fork();
    await em.execute('update ticket set duplicate_of_id = ? where id = ?', [one.id, two.id]);
    expect(await similarTo(one)).toEqual([three.id]);
    expect(await similarTo(two)).toEqual([three.id]);
    await em.execute('update ticket set duplicate_of_id = ? where id = ?', [one.id, three.id]);
    expect(await similarTo(two)).toEqual([]);
  });

  test('takes two statements for a page of tickets', async () => {
    await askForPage();
    expect(await server.countStatements(askForPage)).toBe(3);
  });

  test('costs so much that it cannot stand inside itself for a whole page', async () => {
    expect((await askForPageWith('title createdBy { name }')).errors).toEqual([]);
    const { errors } = await askForPageWith('similar(first: 1) { score }');
    expect(errors[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
  });

  test('refuses to show more than ten', async () => {
    const { id } = await make({ title: 'Kiosk is off' });
    const { errors } = await ada.client.send(SIMILAR_TO, { id, first: 11 });
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('createTicket', () => {
  test('creates the ticket all the same, and warns of likely duplicates', async () => {
    const input = { title: 'VPN drops every hour', description: 'The tunnel ends after an hour.' };
    const { createTicket } = await ada.client.query(CREATE, { input });
    expect(createTicket).toMatchObject({
      ticket: { id: expect.any(String) },
      similar: [{ ticket: { title: 'VPN drops every hour' } }],
      userErrors: [],
    });
  });

  test('warns of nothing beside userErrors', async () => {
    const { createTicket } = await ada.client.query(CREATE, { input: { title: '', description: 'VPN drops' } });
    expect(createTicket).toEqual({
      ticket: null,
      similar: [],
      userErrors: [{ code: 'REQUIRED', field: ['input', 'title'] }],
    });
  });

  test('looks for none unless they are asked for', async () => {
    await createShowing('userErrors { code }');
    const without = await server.countStatements(async () => createShowing('userErrors { code }'));
    const having = await server.countStatements(async () => createShowing('userErrors { code } similar { score }'));
    expect(having - without).toBe(2);
  });
});

/** How many live tickets have no stems, or other ones than if they were new, and how many stems are there of others. */
async function wrongStems() {
  const expected = `select number as ticket_number, ticket_stems(title, description) as stems from ticket where deleted_at is null`;
  const [wrong] = await server.app.orm.em.fork().execute(
    `select (select count(*)::int from ((${expected}) except (${KEPT})) x) as missing,
       (select count(*)::int from ((${KEPT}) except (${expected})) x) as stale`,
  );
  return wrong;
}

const KEPT = 'select ticket_number, stems from ticket_stem';

describe('the stems of tickets', () => {
  test('do not bring back a ticket that was deleted behind their back', async () => {
    const { id } = await make({ title: 'Badge does not open the door', description: 'North.' });
    const em = server.app.orm.em.fork();
    await em.execute('alter table ticket disable trigger user');
    await em.execute('update ticket set deleted_at = now() where id = ?', [id]);
    await em.execute('alter table ticket enable trigger user');
    expect(await similar('Badge does not open the door')).toEqual([]);
    await em.execute('delete from ticket_stem');
  });

  test('are those of the live tickets, whatever happened to them', async () => {
    const em = server.app.orm.em.fork();
    const { id } = await make({ title: 'Badge does not open the door', description: 'North.' });
    await em.execute('update ticket set deleted_at = now() where id = ?', [id]);
    await em.execute('update ticket set title = ? where id = ?', ['Elevator is stuck', id]);
    await em.execute('update ticket set deleted_at = null where id = ?', [id]);
    await make({ title: 'Gone', description: 'Gone.', deletedAt: server.clock.now() });
    expect((await em.execute(KEPT)).length).toBe(TICKETS.length + 1);
    const changes = [
      'title = reverse(title)',
      // In another step of length, by the title and by the description.
      "title = left(title || ' crashes when the scanner of the second floor is unplugged', 200)",
      "description = description || ' It began on Monday, when the office moved to the second floor of the new building.'",
      // A word that stands twice, before and after.
      "title = 'Badge, badge and printer'",
      "title = 'Printer, badge and printer'",
      "title = 'Printer of ' || number, description = 'printer badge ' || description",
      // The description still holds the word that goes, and then the one that comes.
      "title = replace(title, 'Printer', 'Scanner')",
      "title = replace(title, 'Scanner', 'Badge')",
      "description = 'HttpClient 2.9.10 and HttpClient 2.9.11'",
      "title = 'Ünïted :,A5'",
      'title = upper(title), number = number + 1000000',
    ];
    for (const change of changes) {
      await em.execute(`update ticket set ${change} where number % 3 > 0`);
      expect({ change, ...(await wrongStems()) }).toEqual({ change, missing: 0, stale: 0 });
    }
    // More than are worked through at once.
    await em.execute(
      `insert into ticket (id, title, description, created_by_id, created_at)
       select gen_random_uuid(), 'Monitor ' || n, 'Flickers since Monday.', ?, now() from generate_series(1, 250) n`,
      [ada.id],
    );
    await em.execute("update ticket set title = replace(title, 'Monitor', 'Okapi')");
    expect(await wrongStems()).toEqual({ missing: 0, stale: 0 });
    const [found] = await em.execute("select count(*)::int from ticket_search where words @@ 'okapi'::tsquery");
    expect(found).toEqual({ count: 250 });
    await em.execute('truncate ticket cascade');
    expect(await em.execute(KEPT)).toEqual([]);
  });
});
