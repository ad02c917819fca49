import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { faults, succeed } from '../support/calls.js';
import { select } from '../support/database-state.js';
import { buildPerson, buildProduct, buildTicket, type Person, type PersonOptions } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, updateSettings, updateTicket } from './actions.js';

/** Stands in internal comments and hidden tickets, and nowhere else. */
const CANARY = 'kanarienvogel';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 86_400, delaysRejections: false });
});
afterAll(async () => server.stop());

const tech = async (options: PersonOptions = {}) => buildPerson(server, { role: BuiltInRole.TECH, ...options });
/** Sees only what they created or are assigned to. */
const narrow = async () => buildPerson(server, { role: {} });

async function setState(person: Person, ticketId: string, state: string): Promise<void> {
  await succeed(person.client, 'setTicketWatchState', { ticketId, state });
}

/** What became of the mails to somebody about a ticket, as `KIND STATUS`, with the reason of the mail or of its end. */
async function fates(person: Person, ticketId: string): Promise<string[]> {
  const rows = await select<{ kind: string; status: string; reason: string; cancel_reason: string | null }>(
    server,
    sql`select kind, status, reason, cancel_reason from notification
      where recipient_id = ${person.id} and ticket_id = ${ticketId} order by created_at, kind::text`,
  );
  return rows.map(({ kind, status, reason, cancel_reason: end }) => `${kind} ${status} ${end ?? reason}`);
}

/** What became of the mails to those who find an assignee. */
const queueOf = async (id: string) =>
  select<{ status: string; end: string | null }>(
    server,
    sql`select status, cancel_reason as "end" from notification
      where ticket_id = ${id} and kind = 'NEW_UNASSIGNED' order by created_at, status`,
  );

async function watchStateOf(person: Person, id: string): Promise<string> {
  const { ticket } = await person.client.query('query ($id: ID!) { ticket(id: $id) { viewerWatchState } }', { id });
  return ticket?.viewerWatchState;
}

test('a day in the life of a ticket: who is mailed what, and when', async () => {
  const started = server.clock.now().getTime();
  const owner = await buildPerson(server, {
    firstName: 'Mei',
    lastName: null,
    username: 'mei',
    role: BuiltInRole.TECH,
  });
  const product = await buildProduct(server, { name: 'Printers of the day' });
  await select(server, sql`update product set owner_email = ${owner.email} where id = ${product.id} returning id`);
  const tomas = await tech({ firstName: 'Tomas', lastName: null });
  const ruth = await buildPerson(server, { firstName: 'Ruth', lastName: null });
  const told: string[] = [];
  const names = new Map([
    [owner.email, 'Mei'],
    [tomas.email, 'Tomas'],
    [ruth.email, 'Ruth'],
  ]);
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 30) {
      const before = server.smtp.mails.length;
      await later(server, { seconds: 30 });
      const rows = await select<{ kind: string; recipient: string }>(
        server,
        sql`select n.kind, u.email as recipient from notification n join "user" u on u.id = n.recipient_id
          where n.sent_at = ${server.clock.now().toISOString()}::timestamptz and n.ticket_id is not null`,
      );
      const second = (server.clock.now().getTime() - started) / 1000;
      const mails = rows.map(({ kind, recipient }) => `${second} ${kind} ${names.get(recipient)}`);
      told.push(...mails.toSorted());
      expect(server.smtp.mails.length - before).toBe(mails.length);
    }
  };

  const { id } = await createTicket(ruth, { title: 'Paper jam', productId: product.id });
  await pass(720);
  await updateTicket(owner, { id, assignedTo: { id: tomas.id } });
  await pass(720);
  await comment(tomas, id, 'Which tray?');
  await pass(60);
  await comment(ruth, id, 'The lower one.');
  await pass(60);
  await updateTicket(tomas, { id, status: 'DONE' });
  await pass(720);
  await comment(ruth, id, 'It jams again.');
  await pass(60);

  expect(told).toEqual([
    '720 NEW_UNASSIGNED Mei',
    '1440 ASSIGNED Tomas',
    '1440 UPDATED Ruth',
    '1500 REPLIED Ruth',
    '1560 REPLIED Tomas',
    '2280 UPDATED Ruth',
    '2340 REPLIED Tomas',
  ]);
  const { ticket } = await ruth.client.query('query ($id: ID!) { ticket(id: $id) { status } }', { id });
  expect(ticket.status).toBe('IN_PROGRESS');
  // The ticket was reopened meanwhile, which the same mail tells.
  expect(mailsTo(server, tomas).at(-1)?.text).toMatch(/It jams again\.[^]*Done → In progress/);
});

describe('a public comment', () => {
  test('is told to creator, assignee, watchers and everybody who commented or was mentioned, each with the first reason', async () => {
    const [creator, assignee, watcher, commenter, mentioned, stranger] = await Promise.all(
      Array.from({ length: 6 }, async () => buildPerson(server)),
    );
    if (!creator || !assignee || !watcher || !commenter || !mentioned || !stranger) throw new Error('Nobody is there');
    const author = await buildPerson(server);
    const { id } = await buildTicket(server, { createdBy: creator, assignedTo: assignee });
    await setState(watcher, id, 'WATCHING');
    await comment(commenter, id, `Ask @${mentioned.username}.`);
    await later(server, { minutes: 10 });
    await comment(author, id, 'Hello.');
    await later(server, { minutes: 1 });
    const ends = await Promise.all(
      [creator, assignee, watcher, commenter, mentioned, stranger, author].map(async (person) => fates(person, id)),
    );
    expect(ends.map((each) => each.at(-1))).toEqual([
      'REPLIED SENT CREATOR',
      'REPLIED SENT ASSIGNEE',
      'REPLIED SENT WATCHER',
      'REPLIED SENT COMMENTER',
      'REPLIED SENT MENTIONED',
      undefined,
      undefined,
    ]);
  });

  test('is told a minute after the last one, and at most five minutes after the first', async () => {
    const [creator, author] = [await buildPerson(server), await buildPerson(server)];
    const { id } = await buildTicket(server, { createdBy: creator });
    await comment(author, id, 'One.');
    await later(server, { seconds: 59 });
    await comment(author, id, 'Two.');
    await later(server, { seconds: 59 });
    expect(mailsTo(server, creator)).toEqual([]);
    await later(server, { seconds: 1 });
    expect(mailsTo(server, creator)[0]?.text).toMatch(/One\.[^]*Two\./);

    for (let i = 0; i < 6; i += 1) {
      await comment(author, id, `More ${i}.`);
      await later(server, { seconds: 50 });
    }
    expect(mailsTo(server, creator)).toHaveLength(2);
    expect(await fates(creator, id)).toEqual(['REPLIED SENT CREATOR', 'REPLIED SENT CREATOR']);
  });

  test('is told as it is when the mail leaves, and not at all when it was deleted', async () => {
    const [creator, author] = [await buildPerson(server), await buildPerson(server)];
    const { id } = await buildTicket(server, { createdBy: creator });
    const { id: slip } = await comment(author, id, 'My password is hunter2.');
    await succeed(author.client, 'updateComment', { id: slip, content: 'I forgot my password.' });
    await later(server, { minutes: 1 });
    expect(mailsTo(server, creator)[0]?.text).toContain('I forgot my password.');
    expect(mailsTo(server, creator)[0]?.text).not.toContain('hunter2');

    const { id: gone } = await comment(author, id, 'Wrong ticket.');
    await succeed(author.client, 'deleteComment', { id: gone });
    await later(server, { minutes: 5 });
    expect(mailsTo(server, creator)).toHaveLength(1);
    expect(await fates(creator, id)).toEqual(['REPLIED SENT CREATOR', 'REPLIED CANCELLED RETRACTED']);
  });

  test('comes in one mail with all that waits for the same person about the ticket', async () => {
    const [creator, assignee] = [await buildPerson(server), await tech()];
    const { id } = await createTicket(creator, { assignedTo: { id: assignee.id } });
    await updateTicket(creator, { id, priority: 'HIGH' });
    await comment(creator, id, `Hurry, @${assignee.username}.`);
    await later(server, { minutes: 1 });
    await later(server, { minutes: 60 });
    expect(mailsTo(server, assignee)).toHaveLength(1);
    expect((await fates(assignee, id)).toSorted()).toEqual([
      'ASSIGNED CANCELLED MERGED',
      'MENTIONED SENT MENTIONED',
      'REPLIED CANCELLED MERGED',
    ]);
  });

  test('needs one setting that is on', async () => {
    const [creator, author] = [await buildPerson(server), await buildPerson(server)];
    const { id } = await buildTicket(server, { createdBy: creator });
    expect(await updateSettings(creator, { replyEmails: false })).toMatchObject({ userErrors: [] });
    await comment(author, id, 'Not told.');
    await comment(author, id, `Told to @${creator.username}.`);
    await later(server, { minutes: 5 });
    expect(await fates(creator, id)).toEqual(['MENTIONED SENT MENTIONED']);
    await updateSettings(creator, { replyEmails: true, mentionEmails: false });
    await comment(author, id, `Told to @${creator.username} again.`);
    await later(server, { minutes: 5 });
    // The first of all reasons is named: somebody mentioned them here.
    expect((await fates(creator, id)).at(-1)).toBe('REPLIED SENT MENTIONED');
  });
});

describe('what somebody may not see', () => {
  test('an internal comment is told to those who may read it, without its text', async () => {
    const [creator, watcher, author] = [await buildPerson(server), await tech(), await tech()];
    const { id } = await buildTicket(server, { createdBy: creator });
    await setState(watcher, id, 'WATCHING');
    await comment(author, id, `${CANARY}, @${creator.username}`, true);
    await later(server, { minutes: 5 });
    expect(await fates(creator, id)).toEqual([]);
    expect(await fates(watcher, id)).toEqual(['REPLIED SENT WATCHER']);
    expect(mailsTo(server, watcher)[0]?.text).toContain('internal comment');
  });

  test('is asked again when the mail is to leave', async () => {
    const [creator, watcher] = [await buildPerson(server), await buildPerson(server, { role: { canViewAll: true } })];
    const { id } = await buildTicket(server, { createdBy: creator, title: 'Soon hidden' });
    await setState(watcher, id, 'WATCHING');
    await comment(creator, id, CANARY);
    await select(
      server,
      sql`update role set can_view_all = false where id = (select role_id from "user" where id = ${watcher.id}) returning id`,
    );
    await later(server, { minutes: 5 });
    expect(await fates(watcher, id)).toEqual(['REPLIED CANCELLED NOT_VISIBLE']);
    // The next one ends watching.
    await comment(creator, id, CANARY);
    await later(server, { minutes: 5 });
    expect(await fates(watcher, id)).toHaveLength(1);
    expect(await select(server, sql`select from ticket_watch where user_id = ${watcher.id}`)).toEqual([]);
  });

  test('is told to nobody by a mention, and the text gives no hint', async () => {
    const [creator, blind] = [await tech(), await narrow()];
    const { id } = await createTicket(creator, { title: `${CANARY} @${blind.username}` });
    await comment(creator, id, `${CANARY} @${blind.username}`);
    await later(server, { minutes: 20 });
    expect(await fates(blind, id)).toEqual([]);
    expect(await select(server, sql`select from ticket_mention where user_id = ${blind.id}`)).toEqual([]);
    expect(mailsTo(server, blind)).toEqual([]);
  });

  test('stands in no mail', () => {
    const { mails } = server.smtp;
    expect(mails.length).toBeGreaterThan(0);
    const narrowOnes = mails.filter(({ raw }) => raw.includes(CANARY));
    // The queue may see the ticket that is hidden from others.
    expect(narrowOnes.filter(({ subject }) => subject?.includes(CANARY) !== true)).toEqual([]);
  });
});

describe('a new ticket that nobody is assigned to', () => {
  test('is told to those who may assign and want it, not to who made it, until somebody is assigned', async () => {
    const [staff, quiet, creator] = [await tech(), await tech(), await tech()];
    await updateSettings(quiet, { queueEmails: false });
    const { id } = await createTicket(creator);
    await later(server, { minutes: 12 });
    expect(await fates(staff, id)).toEqual(['NEW_UNASSIGNED SENT QUEUE']);
    expect([await fates(quiet, id), await fates(creator, id)]).toEqual([[], []]);

    const { id: assigned } = await createTicket(creator);
    await updateTicket(creator, { id: assigned, assignedTo: { id: quiet.id } });
    expect(await fates(staff, assigned)).toEqual(['NEW_UNASSIGNED CANCELLED ASSIGNED']);
    expect(await fates(quiet, assigned)).toEqual(['ASSIGNED SCHEDULED ASSIGNEE']);
  });

  test('is told to the owner of the product instead, if they may see it', async () => {
    const [staff, creator] = [await tech(), await buildPerson(server)];
    const seeing = await buildPerson(server);
    const blind = await narrow();
    for (const [owner, isTold] of [
      [seeing, true],
      [blind, false],
    ] as const) {
      const product = await buildProduct(server);
      await select(server, sql`update product set owner_email = ${owner.email} where id = ${product.id} returning id`);
      const { id } = await createTicket(creator, { productId: product.id });
      expect(await fates(owner, id)).toEqual(isTold ? ['NEW_UNASSIGNED SCHEDULED PRODUCT_OWNER'] : []);
      expect(await fates(staff, id)).toEqual(isTold ? [] : ['NEW_UNASSIGNED SCHEDULED QUEUE']);
    }
  });
});

describe('a ticket that lost its assignee before anybody who assigns heard of it', () => {
  test('is told to them then, after the delay, but not to who caused it', async () => {
    const [staff, creator] = [await tech(), await buildPerson(server)];
    const { id } = await createTicket(creator);
    await updateTicket(staff, { id, assignedTo: { id: creator.id } });
    await later(server, { minutes: 6 });
    await updateTicket(staff, { id, assignedTo: null });
    await later(server, { minutes: 11 });
    const others = await tech();
    expect((await fates(staff, id)).slice(0, 1)).toEqual(['NEW_UNASSIGNED CANCELLED ASSIGNED']);
    const waiting = (await queueOf(id)).filter(({ status }) => status === 'SCHEDULED');
    expect(waiting.length).toBeGreaterThan(0);
    await later(server, { minutes: 1 });
    expect((await queueOf(id)).filter(({ status }) => status === 'SENT')).toHaveLength(waiting.length);
    expect([await fates(staff, id), await fates(others, id)]).toEqual([['NEW_UNASSIGNED CANCELLED ASSIGNED'], []]);

    // Those who heard of it once are not told again.
    await updateTicket(staff, { id, assignedTo: { id: creator.id } });
    await updateTicket(staff, { id, assignedTo: null });
    expect((await queueOf(id)).filter(({ status }) => status === 'SCHEDULED')).toEqual([]);
  });

  test('is told when it was created with an assignee, or is reopened without one, also by an answer', async () => {
    const [staff, other, creator] = [await tech(), await tech(), await tech()];
    const { id } = await createTicket(creator, { assignedTo: { id: other.id } });
    await updateTicket(staff, { id, assignedTo: null });
    expect(await fates(creator, id)).toContain('NEW_UNASSIGNED SCHEDULED QUEUE');
    expect(await fates(staff, id)).not.toContain('NEW_UNASSIGNED SCHEDULED QUEUE');
    for (const reopen of [
      async (ticketId: string) => updateTicket(staff, { id: ticketId, status: 'OPEN' }),
      async (ticketId: string) => comment(creator, ticketId, 'It burns again.'),
    ]) {
      const { id: closed } = await createTicket(creator, { status: 'DONE' });
      expect(await fates(other, closed)).toEqual([]);
      await reopen(closed);
      expect(await fates(other, closed)).toContain('NEW_UNASSIGNED SCHEDULED QUEUE');
    }
    const { id: silent } = await createTicket(creator, { assignedTo: { id: other.id } });
    await updateTicket(staff, { id: silent, assignedTo: null, notify: false });
    expect(await queueOf(silent)).toEqual([]);
  });
});

describe('before a new ticket is told, it is asked again', () => {
  test('who may assign', async () => {
    const [staff, creator] = [await tech(), await buildPerson(server)];
    const { id } = await createTicket(creator);
    await select(
      server,
      sql`update "user" set role_id = (select role_id from "user" where id = ${creator.id}) where id = ${staff.id} returning id`,
    );
    await later(server, { minutes: 12 });
    expect(await fates(staff, id)).toEqual(['NEW_UNASSIGNED CANCELLED RETRACTED']);
  });

  test('who owns the product: another owner hears instead, at once, and without one those who may assign', async () => {
    const [staff, creator, owner, next] = [
      await tech(),
      await buildPerson(server),
      await buildPerson(server),
      await buildPerson(server),
    ];
    const product = await buildProduct(server);
    const own = async (email: string) =>
      select(server, sql`update product set owner_email = ${email} where id = ${product.id} returning id`);
    await own(owner.email);
    const { id } = await createTicket(creator, { productId: product.id });
    const { id: ownerless } = await createTicket(creator, { productId: product.id });
    await own(next.email);
    await updateTicket(creator, { id: ownerless, productId: null });
    server.clock.advance({ minutes: 12 });
    await server.app.delivery.sweep();
    for (const ticketId of [id, ownerless]) {
      expect((await fates(owner, ticketId)).at(0)).toBe('NEW_UNASSIGNED CANCELLED RETRACTED');
    }
    expect([await fates(next, id), await fates(staff, id)]).toEqual([['NEW_UNASSIGNED SENT PRODUCT_OWNER'], []]);
    expect([await fates(next, ownerless), await fates(staff, ownerless)]).toEqual([[], ['NEW_UNASSIGNED SENT QUEUE']]);
  });

  test('but not who made it: those who may assign hear of what the owner of a product reports', async () => {
    const [staff, owner] = [await tech(), await buildPerson(server)];
    const product = await buildProduct(server);
    await select(server, sql`update product set owner_email = ${owner.email} where id = ${product.id} returning id`);
    const { id } = await createTicket(owner, { productId: product.id });
    await later(server, { minutes: 12 });
    expect([await fates(staff, id), await fates(owner, id)]).toEqual([['NEW_UNASSIGNED SENT QUEUE'], []]);
  });

  test('and who ignores the ticket meanwhile is not asked for ever', async () => {
    const [creator, owner] = [await buildPerson(server), await buildPerson(server)];
    const product = await buildProduct(server);
    await select(server, sql`update product set owner_email = ${owner.email} where id = ${product.id} returning id`);
    const { id } = await createTicket(creator, { productId: product.id });
    await select(
      server,
      sql`insert into ticket_watch (ticket_id, user_id, state, created_at) values (${id}, ${owner.id}, 'IGNORED', now()) returning 1`,
    );
    await later(server, { minutes: 12 });
    expect(await fates(owner, id)).toEqual(['NEW_UNASSIGNED CANCELLED UNSUBSCRIBED']);
  });
});

describe('watching', () => {
  test('shows watchers to all who see the ticket, finds tickets, and ends with DEFAULT', async () => {
    const [watcher, viewer] = [await buildPerson(server), await buildPerson(server)];
    const { id } = await buildTicket(server);
    const watchersOf = async () => {
      const { ticket } = await viewer.client.query(
        'query ($id: ID!) { ticket(id: $id) { watchers { totalCount nodes { id } } } }',
        { id },
      );
      return ticket.watchers;
    };
    const watched = async (is: boolean) => {
      const { tickets } = await watcher.client.query(
        'query ($is: Boolean) { tickets(first: 100, filter: { watchedByMe: $is }) { nodes { id } } }',
        { is },
      );
      return tickets.nodes.some((ticket: { id: string }) => ticket.id === id);
    };
    expect(await watchStateOf(watcher, id)).toBe('DEFAULT');
    await setState(watcher, id, 'WATCHING');
    expect(await watchStateOf(watcher, id)).toBe('WATCHING');
    expect(await watchersOf()).toEqual({ totalCount: 1, nodes: [{ id: watcher.id }] });
    expect([await watched(true), await watched(false)]).toEqual([true, false]);
    await setState(watcher, id, 'DEFAULT');
    expect(await watchersOf()).toEqual({ totalCount: 0, nodes: [] });
    expect([await watched(true), await watched(false)]).toEqual([false, true]);
  });

  test('IGNORED hears only of mentions; being assigned is mailed and ends it', async () => {
    const [creator, ignorer] = [await tech(), await buildPerson(server)];
    const { id } = await buildTicket(server, { createdBy: ignorer });
    await comment(creator, id, 'Waits.');
    await setState(ignorer, id, 'IGNORED');
    expect(await fates(ignorer, id)).toEqual(['REPLIED CANCELLED UNSUBSCRIBED']);
    await comment(creator, id, 'Not told.');
    await updateTicket(creator, { id, priority: 'HIGH' });
    await later(server, { minutes: 20 });
    expect(mailsTo(server, ignorer)).toEqual([]);
    await comment(creator, id, `Told to @${ignorer.username}.`);
    await later(server, { minutes: 1 });
    expect((await fates(ignorer, id)).at(-1)).toBe('MENTIONED SENT MENTIONED');
    await updateTicket(creator, { id, assignedTo: { id: ignorer.id } });
    expect(await watchStateOf(ignorer, id)).toBe('DEFAULT');
    await later(server, { minutes: 12 });
    expect((await fates(ignorer, id)).at(-1)).toBe('ASSIGNED SENT ASSIGNEE');
  });

  test('refuses a hidden ticket and an unknown state', async () => {
    const blind = await narrow();
    const { id } = await buildTicket(server);
    for (const ticketId of [id, 'nonsense', '0190c6d1-0000-7000-8000-000000000000']) {
      expect(await faults(blind.client, 'setTicketWatchState', { ticketId, state: 'WATCHING' })).toEqual([
        'NOT_FOUND input.ticketId',
      ]);
    }
    const { errors } = await blind.client.send(
      'mutation ($input: SetTicketWatchStateInput!) { setTicketWatchState(input: $input) { ticket { id } } }',
      { input: { ticketId: id, state: 'SLEEPING' } },
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    expect(await select(server, sql`select from ticket_watch where user_id = ${blind.id}`)).toEqual([]);
  });
});

describe('mentions', () => {
  test('that are taken back hold up no mail about a comment: it goes out at once', async () => {
    const [creator, author] = [await buildPerson(server), await tech()];
    const { id } = await createTicket(creator);
    await comment(author, id, 'Which one?');
    const { id: mentioning } = await comment(author, id, `@${creator.username}?`);
    await succeed(author.client, 'updateComment', { id: mentioning, content: 'Or that one?' });
    server.clock.advance({ minutes: 5 });
    // One look: a job that wakes for a mail does not come again.
    await server.app.delivery.sweep();
    expect(await fates(creator, id)).toEqual(
      expect.arrayContaining(['MENTIONED CANCELLED RETRACTED', 'REPLIED SENT CREATOR']),
    );
  });

  test('name the longest existing username, in titles, descriptions and comments', async () => {
    const [creator, short, long] = [
      await buildPerson(server),
      await buildPerson(server, { username: 'anna' }),
      await buildPerson(server, { username: 'anna.lind' }),
    ];
    const { id } = await createTicket(creator, { description: 'Ask @Anna.Lind.' });
    await later(server, { minutes: 1 });
    expect([await fates(short, id), await fates(long, id)]).toEqual([[], ['MENTIONED SENT MENTIONED']]);
    expect(mailsTo(server, long)[0]?.text).toContain('> Ask @Anna.Lind.');
    await updateTicket(creator, { id, title: 'For @anna' });
    await later(server, { minutes: 1 });
    expect(await fates(short, id)).toEqual(['MENTIONED SENT MENTIONED']);
  });

  test('in an edited text are told to those only whom it names now, and not when they are gone', async () => {
    const [creator, first, second] = [await buildPerson(server), await buildPerson(server), await buildPerson(server)];
    const { id } = await buildTicket(server, { createdBy: creator });
    const { id: commentId } = await comment(creator, id, `@${first.username}`);
    await later(server, { minutes: 1 });
    const content = `@${first.username} and @${second.username}`;
    await succeed(creator.client, 'updateComment', { id: commentId, content });
    await later(server, { minutes: 1 });
    expect(await fates(first, id)).toEqual(['MENTIONED SENT MENTIONED']);
    expect(await fates(second, id)).toEqual(['MENTIONED SENT MENTIONED']);

    const { id: slip } = await comment(creator, id, `Sorry, @${second.username}`);
    await succeed(creator.client, 'updateComment', { id: slip, content: 'Sorry.' });
    await later(server, { minutes: 1 });
    expect((await fates(second, id)).slice(1).toSorted()).toEqual([
      'MENTIONED CANCELLED RETRACTED',
      'REPLIED SENT MENTIONED',
    ]);
  });

  test('stay when the person who is named edits the text', async () => {
    const [creator, named] = [await buildPerson(server), await buildPerson(server, { role: BuiltInRole.ADMIN })];
    const inTicket = await createTicket(creator, { description: `@${named.username} knows it.` });
    const inComment = await createTicket(creator);
    const { id: commentId } = await comment(creator, inComment.id, `Pleas, @${named.username}`);
    await later(server, { minutes: 1 });
    await updateTicket(named, { id: inTicket.id, title: `Printer in flames, says @${named.username}` });
    await succeed(named.client, 'updateComment', { id: commentId, content: `Please, @${named.username}` });
    for (const { id } of [inTicket, inComment]) {
      await comment(creator, id, 'Nothing yet?');
      await later(server, { minutes: 1 });
      expect(await fates(named, id)).toContain('REPLIED SENT MENTIONED');
    }
  });

  test('of nobody, of oneself and beyond twenty people tell nobody', async () => {
    const creator = await buildPerson(server);
    const people = await Promise.all(Array.from({ length: 22 }, async () => buildPerson(server)));
    const { id } = await buildTicket(server, { createdBy: creator });
    await comment(creator, id, `@nobody.at.all @${creator.username}`);
    await comment(creator, id, people.map(({ username }) => `@${username}`).join(' '));
    const told = await Promise.all(people.map(async (person) => fates(person, id)));
    expect(told.filter((each) => each.length > 0)).toHaveLength(20);
    expect(await fates(creator, id)).toEqual([]);
  });
});

const recipientsOf = async (person: Person, id: string, internal = false): Promise<string[]> => {
  const { ticket } = await person.client.query(
    'query ($id: ID!, $internal: Boolean) { ticket(id: $id) { replyRecipients(internal: $internal) { id } } }',
    { id, internal },
  );
  return ticket.replyRecipients.map((user: { id: string }) => user.id);
};

describe('replyRecipients', () => {
  test('are those who would be mailed, and show nobody who wrote only internally to those who may not read it', async () => {
    const [creator, staff, watcher, secret] = [
      await buildPerson(server),
      await tech(),
      await buildPerson(server),
      await tech(),
    ];
    const { id } = await buildTicket(server, { createdBy: creator });
    await setState(watcher, id, 'WATCHING');
    await comment(secret, id, 'Between us.', true);
    expect(await recipientsOf(creator, id)).toEqual([watcher.id]);
    expect(await recipientsOf(staff, id)).toEqual([creator.id, watcher.id, secret.id]);
    expect(await recipientsOf(staff, id, true)).toEqual([secret.id]);
    expect(await recipientsOf(creator, id, true)).toEqual([]);
    await setState(watcher, id, 'IGNORED');
    expect(await recipientsOf(creator, id)).toEqual([]);
  });

  test('and watchers take one statement each for all tickets of a list', async () => {
    const viewer = await tech();
    const ticket = await buildTicket(server);
    await setState(viewer, ticket.id, 'WATCHING');
    await viewer.client.query('{ viewer { id } }');
    const count = async (first: number) =>
      server.countStatements(async () =>
        viewer.client.query(
          `query ($first: Int) { tickets(first: $first) { nodes { viewerWatchState watchers(first: 2) { nodes { id } } replyRecipients { id } } } }`,
          { first },
        ),
      );
    await count(1);
    expect(await count(1)).toBe(await count(20));
  });
});

test('a thousand watchers of a ticket get their mails enqueued by one statement', async () => {
  const creator = await buildPerson(server);
  const { id } = await buildTicket(server, { createdBy: creator });
  await select(
    server,
    sql`with made as (
        insert into "user" (id, username, first_name, email, password_hash, role_id, created_at)
        select gen_random_uuid(), 'watcher' || i, 'W', 'watcher' || i || '@docket.example', '', (select id from role where built_in = 'USER'), now()
        from generate_series(1, 1000) i returning id
      )
      insert into ticket_watch (ticket_id, user_id, state, created_at) select ${id}, id, 'WATCHING', now() from made returning 1 as done`,
  );
  await creator.client.query('{ viewer { id } }');
  const few = await buildTicket(server, { createdBy: creator });
  const count = async (ticketId: string, priority: string) =>
    server.countStatements(async () => updateTicket(creator, { id: ticketId, priority }));
  expect(await count(id, 'LOW')).toBeLessThanOrEqual((await count(few.id, 'LOW')) + 1);
  const mails = await select<{ n: number }>(
    server,
    sql`select count(*)::int as n from notification where ticket_id = ${id} and status = 'SCHEDULED'`,
  );
  expect(mails).toEqual([{ n: 1000 }]);
});
