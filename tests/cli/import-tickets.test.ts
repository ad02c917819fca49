import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Comment } from '../../src/tickets/comments/comment.entity.js';
import { Notification, NotificationKind } from '../../src/notifications/notification.entity.js';
import { Product } from '../../src/products/product.entity.js';
import { TicketEvent } from '../../src/tickets/ticket-event.entity.js';
import { TicketMention } from '../../src/tickets/mentions/ticket-mention.entity.js';
import { TicketWatch } from '../../src/tickets/watching/ticket-watch.entity.js';
import { Ticket, TicketStatus } from '../../src/tickets/ticket.entity.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { buildPerson, buildProduct, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { cli, file } from './support.js';

const JIRA = `Summary,Issue key,Issue Type,Status,Priority,Resolution,Reporter,Assignee,Created,Updated,Resolved,Comment,Comment,Labels,Description
Second,DOC-2,Task,patch available,blocker,,ada@docket.example,ADA,30/Sep/21 17:20,01/Oct/21 10:00,,,,x,"It
burns."
First,DOC-1,New Feature,Resolved,Trivial,Won't Fix,ada,,30/Sep/21 9:20 AM,,02/Oct/21 10:00,"01/Oct/21 10:00;ada;Seen.",30/Sep/21 11:00 AM;ADA;Where; and how?,y,
`;

let server: TestServer;
let ada: Person;
beforeAll(async () => {
  server = await startTestServer();
  ada = await buildPerson(server, { username: 'ada', email: 'ada@docket.example', role: BuiltInRole.ADMIN });
});
afterAll(async () => server.stop());

const entities = () => server.app.orm.em.fork();

/** Tickets are told apart by their titles: each test uses a source of its own. */
let source = 0;
beforeEach(() => {
  source += 1;
});
const importing = async (path: string, ...options: string[]) =>
  cli(server, ['import-tickets', path, '--source', `s${source}`, ...options]);

const imported = async (title: string) =>
  entities().findOneOrFail(Ticket, { title, details: { import: { source: `s${source}` } } });
const said = (content: string, internal = false) => ({ author: 'ada', content, internal });
const exportedId = (digit: string) => `019e1c2a-0000-7000-8000-00000000000${digit}`;
const countTickets = async () => entities().count(Ticket);

describe('an import', () => {
  test('keeps times, people, comments and the source’s own words, and numbers tickets by their age', async () => {
    const { code, stdout } = await importing(await file('x.csv', JIRA), '--preset', 'jira');
    expect(code).toBe(0);
    expect(stdout).toContain('Imported 2 tickets and 2 comments (0 already here, 0 bad rows skipped)');

    const [first, second] = [await imported('First'), await imported('Second')];
    expect(second.number).toBe(first.number + 1);
    expect(second).toMatchObject({
      description: 'It\nburns.',
      type: 'ENHANCEMENT',
      priority: 'EMERGENCY',
      status: 'IN_PROGRESS',
      createdAt: new Date('2021-09-30T17:20:00Z'),
      updatedAt: new Date('2021-10-01T10:00:00Z'),
      closedAt: null,
      details: { import: { id: 'DOC-2', status: 'patch available', priority: 'blocker' } },
    });
    expect([second.createdBy.id, second.assignedTo?.id]).toEqual([ada.id, ada.id]);
    expect(first).toMatchObject({
      description: 'First',
      type: 'FEATURE',
      priority: 'LOW',
      status: 'DONE',
      assignedTo: null,
      updatedAt: null,
      closedAt: new Date('2021-10-02T10:00:00Z'),
      details: { import: { resolution: "Won't Fix" } },
    });
    const comments = await entities().find(Comment, { ticket: first }, { orderBy: { createdAt: 'asc' } });
    expect(comments.map(({ content, createdAt }) => [content, createdAt.toISOString()])).toEqual([
      ['Where; and how?', '2021-09-30T11:00:00.000Z'],
      ['Seen.', '2021-10-01T10:00:00.000Z'],
    ]);
    const events = await entities().find(
      TicketEvent,
      { ticket: first },
      { orderBy: { createdAt: 'asc', kind: 'asc' } },
    );
    expect(events.map(({ kind, createdAt }) => [kind, createdAt.toISOString()])).toEqual([
      ['CREATED', '2021-09-30T09:20:00.000Z'],
      ['COMMENTED', '2021-09-30T11:00:00.000Z'],
      ['COMMENTED', '2021-10-01T10:00:00.000Z'],
    ]);
  });

  test('shows over GraphQL like any other ticket', async () => {
    await importing(await file('x.csv', JIRA), '--preset', 'jira');
    const { id } = await imported('Second');
    const { ticket } = await ada.client.query(
      'query ($id: ID!) { ticket(id: $id) { title createdBy { username } comments { totalCount } } }',
      { id },
    );
    expect(ticket).toEqual({ title: 'Second', createdBy: { username: 'ada' }, comments: { totalCount: 0 } });
  });

  test('run again makes nothing twice, and leaves what was changed meanwhile', async () => {
    const path = await file('x.csv', JIRA);
    await importing(path, '--preset', 'jira');
    const before = await countTickets();
    const { id } = await imported('Second');
    await entities().nativeUpdate(Ticket, { id }, { title: 'Changed' });
    const { stdout } = await importing(path, '--preset', 'jira');
    expect(stdout).toContain('Imported 0 tickets and 0 comments (2 already here');
    expect(await countTickets()).toBe(before);
    expect(await entities().count(Ticket, { id, title: 'Changed' })).toBe(1);
  });

  test('of another source has ids of its own', async () => {
    const path = await file('x.csv', JIRA);
    await importing(path, '--preset', 'jira');
    const { stdout } = await cli(server, ['import-tickets', path, '--preset', 'jira', '--source', `other${source}`]);
    expect(stdout).toContain('Imported 2 tickets');
  });

  test('tried with --dry-run writes nothing, and tells where each field comes from', async () => {
    const before = await countTickets();
    const { code, stdout } = await importing(await file('x.csv', JIRA), '--preset', 'jira', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('title from Summary');
    expect(stdout).toContain('Would import 2 tickets and 2 comments');
    expect(await countTickets()).toBe(before);
  });

  test('enqueues no mails unless they are asked for, and then only about active tickets of others', async () => {
    const grace = await buildPerson(server, { username: 'grace' });
    const rows = `${JIRA}Third,DOC-3,Bug,Done,Major,,ada,${grace.username},30/Sep/21 17:20,,,,,,x\n`;
    const others = `Fourth,DOC-4,Bug,Open,Major,,ada,${grace.username},30/Sep/21 17:20,,,,,,x\n`;
    const path = await file('x.csv', rows + others);
    await importing(path, '--preset', 'jira');
    expect(await entities().count(Notification, { recipient: grace.id })).toBe(0);
    source += 1;
    const { stdout } = await importing(path, '--preset', 'jira', '--send-mails');
    expect(stdout).toContain('1 mail enqueued');
    const pending = await entities().findOneOrFail(Notification, { ticket: await imported('Fourth') });
    expect(pending).toMatchObject({ kind: 'ASSIGNED', sendAt: new Date(server.clock.now().getTime() + 12 * 60_000) });
    expect(await entities().count(Notification, { ticket: await imported('Third') })).toBe(0);
    // Reported and taken by the same person.
    expect(await entities().count(Notification, { ticket: await imported('Second') })).toBe(0);
  });

  test('keeps who watches and ignores, by list or by names, and the names of those without an account', async () => {
    const [mei, tomas] = [await buildPerson(server), await buildPerson(server)];
    const rows = [
      {
        id: '1',
        title: 'Listed',
        createdBy: 'ada',
        createdAt: '2021-09-30T10:00Z',
        watching: [
          { user: mei.username, state: 'WATCHING', createdAt: '2021-10-01T10:00:00.000Z' },
          { user: tomas.email, state: 'IGNORED' },
          { user: mei.username, state: 'IGNORED' },
          { user: 'stranger', state: 'WATCHING' },
        ],
      },
      { id: '2', title: 'Named', createdBy: 'ada', watching: `${mei.username}, ${tomas.username}` },
      { id: '3', title: 'Unwatched', createdBy: 'ada' },
    ];
    const { code, stdout } = await importing(await file('x.json', JSON.stringify(rows)));
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 × watched or ignored by somebody without an account here'),
    });
    const watches = async (title: string) =>
      entities().find(TicketWatch, { ticket: await imported(title) }, { orderBy: { state: 'asc', user: 'asc' } });
    const listed = await watches('Listed');
    expect(listed.map(({ user, state, createdAt }) => [user.id, state, createdAt.toISOString()])).toEqual([
      [mei.id, 'WATCHING', '2021-10-01T10:00:00.000Z'],
      [tomas.id, 'IGNORED', '2021-09-30T10:00:00.000Z'],
    ]);
    expect((await imported('Listed')).details).toMatchObject({
      import: { watching: [{ name: 'stranger', state: 'WATCHING' }] },
    });
    expect((await watches('Named')).map(({ user, state }) => [user.id, state])).toEqual([
      [mei.id, 'WATCHING'],
      [tomas.id, 'WATCHING'],
    ]);
    expect(await watches('Unwatched')).toEqual([]);
  });

  test('finds who is mentioned in the texts and may read them, and mails nobody', async () => {
    const [tech, blind] = [
      await buildPerson(server, { role: BuiltInRole.TECH }),
      await buildPerson(server, { role: {} }),
    ];
    const rows = [
      {
        id: '1',
        title: 'Mentioning',
        description: `@ada and @${blind.username}, ask @${tech.username}.`,
        createdBy: 'ada',
        comments: [
          said(`Thanks, @${tech.username}!`),
          said(`@${blind.username} and @${tech.username}`, true),
          said('-@nobody-'),
        ],
      },
      { id: '2', title: 'Written by them', description: `I, @${blind.username}, and @ada`, createdBy: blind.username },
    ];
    const { code } = await importing(await file('x.json', JSON.stringify(rows)), '--send-mails');
    expect(code).toBe(0);
    const mentions = async (title: string) => {
      const found = await entities().find(TicketMention, { ticket: await imported(title) }, { populate: ['comment'] });
      return found.map(({ user, comment }) => [user.id, comment?.unwrap().content.slice(0, 6) ?? null]);
    };
    const found = await mentions('Mentioning');
    expect(found).toHaveLength(3);
    expect(found).toEqual(
      expect.arrayContaining([
        [tech.id, null],
        [tech.id, 'Thanks'],
        [tech.id, `@${blind.username}`.slice(0, 6)],
      ]),
    );
    expect(await mentions('Written by them')).toEqual([[ada.id, null]]);
    expect(await entities().count(Notification, { kind: NotificationKind.MENTIONED })).toBe(0);
  });

  test('of an own export without lists of mentions finds them in the texts; with lists it takes these', async () => {
    const mei = await buildPerson(server);
    const ticket = (digit: string, mentions: unknown) => ({
      id: exportedId(digit),
      title: 'Exported',
      description: `@${mei.username}`,
      createdBy: 'ada',
      comments: [{ id: exportedId(`${Number(digit) + 4}`), author: 'ada', content: `@${mei.username}`, mentions }],
      mentions,
    });
    const rows = [ticket('1', undefined), ticket('2', []), ticket('3', [mei.username, 'stranger'])];
    const { code, stdout } = await cli(server, [
      'import-tickets',
      await file('x.json', JSON.stringify(rows)),
      '--preset',
      'docket',
    ]);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 × mentioned somebody without an account here: left out'),
    });
    const found = await entities().find(TicketMention, { user: mei.id }, { orderBy: { ticket: 'asc' } });
    expect(found.map(({ ticket: { id: ticketId } }) => ticketId)).toEqual(['1', '1', '3', '3'].map(exportedId));
    const bad = await file('y.json', JSON.stringify([ticket('4', 'mei')]));
    const foreign = await file('z.csv', 'id,title,description,createdBy,named\n1,x,y,ada,"mei, tomas"\n');
    for (const words of [
      [bad, '--preset', 'docket'],
      [foreign, '--source', 'other', '--map', 'mentions=named'],
    ]) {
      expect(await cli(server, ['import-tickets', ...words])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(
          'mentions: it is no list of usernames. Expected a JSON list such as ["mei", "tomas"]',
        ),
      });
    }
  });

  test('keeps what was silent, mails nobody about it, and reopens no ticket for a comment', async () => {
    const grace = await buildPerson(server);
    const ticket = { createdBy: 'ada', assignedTo: grace.username, createdAt: '2021-09-30T10:00Z' };
    const comment = { author: 'ada', content: 'Still broken.', createdAt: '2021-10-01T10:00Z' };
    const rows = [
      { ...ticket, id: '1', title: 'Silent', notified: false, comments: [{ ...comment, notified: false }] },
      { ...ticket, id: '2', title: 'Aloud', status: 'ON_HOLD', comments: [comment] },
    ];
    const { stdout } = await importing(await file('x.json', JSON.stringify(rows)), '--send-mails');
    expect(stdout).toContain('1 mail enqueued');
    const notified = async (title: string) => {
      const events = await entities().find(TicketEvent, { ticket: await imported(title) });
      return events.map((event) => event.notified);
    };
    expect([await notified('Silent'), await notified('Aloud')]).toEqual([
      [false, false],
      [true, true],
    ]);
    expect((await imported('Aloud')).status).toBe('ON_HOLD');
  });
});

describe('bad rows', () => {
  const BAD = `id,title,status,priority,createdAt,closedAt,createdBy
1,Good,open,high,2021-09-30T10:00Z,,ada
,No id,open,high,2021-09-30T10:00Z,,ada
3,,closd,hi,yesterday,,ada
1,Good again,open,high,2021-09-30T10:00Z,,ada
5,Too few cells
6,Backwards,closed,high,2021-09-30T10:00Z,2021-09-29T10:00Z,ada
7,Future,open,high,2121-09-30T10:00Z,,ada
`;

  test('are all told with their lines, and then nothing is imported', async () => {
    const before = await countTickets();
    const { code, stdout, stderr } = await importing(await file('bad.csv', BAD));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([
      'Line 3: id: it is empty.',
      'Line 4: title: it is empty.',
      'Line 4: status: "closd" is unknown; it must be said which of OPEN, SELECTED_FOR_DEV, IN_PROGRESS, ON_HOLD, DONE, CLOSED it is.',
      'Line 4: priority: "hi" is unknown; it must be said which of LOW, MEDIUM, HIGH, EMERGENCY it is.',
      'Line 4: createdAt: "yesterday" is not a date and time.',
      'Line 5: id: the row in line 2 has the same.',
      'Line 6: This row has 2 columns; the first row has 7.',
      'Line 7: closedAt lies before createdAt.',
      'Line 8: createdAt: 2121-09-30T10:00:00.000Z lies before 1970 or in the future.',
      'Options to copy; put what fits for words in capitals:',
      '  --value status:closd=CLOSED',
      '  --value priority:hi=VALUE',
      '6 rows are wrong. Nothing was imported. Put them right, or give --skip-bad-rows.',
    ]);
    expect(await countTickets()).toBe(before);
  });

  test('are those with an unknown watch state or silence, too', async () => {
    const rows = [
      { id: '1', title: 'A', createdBy: 'ada', watching: [{ user: 'ada', state: 'MUTED' }] },
      { id: '2', title: 'B', createdBy: 'ada', watching: [{ state: 'WATCHING' }] },
      { id: '3', title: 'C', createdBy: 'ada', notified: 'sometimes' },
    ];
    const { code, stderr } = await importing(await file('x.json', JSON.stringify(rows)));
    expect(code).toBe(1);
    for (const fault of [
      'watching: "MUTED" is neither WATCHING nor IGNORED.',
      'watching: an element names no user.',
      'notified: "sometimes" is neither true nor false.',
    ]) {
      expect(stderr).toContain(fault);
    }
  });

  test('are left out with --skip-bad-rows', async () => {
    const { code, stdout, stderr } = await importing(await file('bad.csv', BAD), '--skip-bad-rows');
    expect(code).toBe(0);
    expect(stderr).toContain('Line 3:');
    expect(stdout).toContain('Imported 1 ticket and 0 comments (0 already here, 6 bad rows skipped)');
  });

  test('become good by saying what a word means', async () => {
    const path = await file('x.csv', 'id,title,status,createdBy\n1,Words,Ready for QA,ada\n');
    expect((await importing(path)).code).toBe(1);
    expect((await importing(path, '--value', 'status:ready for qa=in_progress')).code).toBe(0);
    expect(await entities().count(Ticket, { title: 'Words', status: TicketStatus.IN_PROGRESS })).toBe(1);
  });
});

describe('a file that cannot be read', () => {
  test.each([
    ['does not exist', null, [], 'it does not exist'],
    ['is empty', '', [], 'The file is empty.'],
    ['has no column for the title', 'id,summary\n1,x\n', [], 'no column for title (title). It has: id, summary.'],
    ['lacks a column that --map names', 'id,title\n1,x\n', ['--map', 'status=State'], 'no column "State"'],
    ['has an open quote', 'id,title\n1,"x\n', [], 'Line 2:'],
    ['is not UTF-8', Buffer.from('id,title\n1,x\n2,\xe9\n', 'latin1'), [], 'Line 3: this is not utf-8'],
  ])('because it %s is refused in one sentence', async (_case, content, options, message) => {
    const path = content === null ? '/nowhere.csv' : await file('x.csv', content);
    const { code, stderr, stdout } = await importing(path, ...options);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('is read by the encoding that is named', async () => {
    const path = await file('x.csv', Buffer.from('id,title,createdBy\n1,Caf\xe9,ada\n', 'latin1'));
    expect(await importing(path, '--encoding', 'windows-1252')).toMatchObject({ code: 0 });
    expect(await entities().count(Ticket, { title: 'Café' })).toBe(1);
  });

  test.each([
    [['--preset', 'otrs'], 'no preset "otrs"'],
    [['--date-format', 'DD/MM'], 'no day, month and year'],
    [['--map', 'titel=x'], 'no field "titel"'],
    [['--map', 'title'], 'FIELD=COLUMN'],
    [['--value', 'status:x=gone'], 'none of OPEN'],
    [['--encoding', 'klingon'], 'no encoding'],
    [['--time-zone', 'Mars/Base'], 'no time zone'],
    [['--format', 'xml'], '--format csv or json'],
    [['--create-products'], 'needs --default-user'],
  ])('is not looked at when the options make no sense: %j', async (options, message) => {
    const result = await importing(await file('x.csv', 'id,title\n'), ...options);
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('people', () => {
  const FILE =
    'id,title,createdBy,assignedTo\n1,T,stranger,other@nowhere.example\n2,U,@Ada,Ada O <ADA@docket.example>\n3,V,,\n';

  test('without an account are listed, and nothing is imported', async () => {
    const { code, stderr } = await importing(await file('x.csv', FILE));
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      'Line 2: createdBy: "stranger" has no account here.',
      'Line 2: assignedTo: "other@nowhere.example" has no account here.',
      'Line 4: createdBy: nobody is named. Say who stands in for such people.',
      'Options to copy; put what fits for words in capitals:',
      '  --person stranger=USERNAME',
      '  --person other@nowhere.example=USERNAME',
      '  --default-user USERNAME',
      '2 rows name people or products that are not here. Nothing was imported. --default-user USERNAME stands in for all people who have no account here.',
    ]);
  });

  test('are stood in for by the default user as authors, and by nobody as assignees', async () => {
    const bob = await buildPerson(server);
    const { code, stdout } = await importing(await file('x.csv', FILE), '--default-user', bob.username);
    expect(code).toBe(0);
    expect(stdout).toContain('1 × written by somebody without an account here');
    const tickets = await entities().find(Ticket, { title: { $in: ['T', 'U', 'V'] } }, { orderBy: { title: 'asc' } });
    expect(tickets.map(({ createdBy, assignedTo }) => [createdBy.id, assignedTo?.id ?? null])).toEqual([
      [bob.id, null],
      [ada.id, ada.id],
      [bob.id, null],
    ]);
  });

  test('may have another name here', async () => {
    const path = await file('x.csv', 'id,title,createdBy\n1,Renamed,Jane Doe\n');
    expect((await importing(path, '--person', 'jane doe=ada')).code).toBe(0);
    expect(await importing(path, '--person', 'jane doe=nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--person: there is no user "nobody"'),
    });
  });
});

describe('texts and links', () => {
  test('that are too long are cut, and kept whole in the details', async () => {
    const [title, description] = ['😀'.repeat(201), 'x'.repeat(10_001)];
    const comment = 'y'.repeat(10_001);
    const path = await file(
      'x.json',
      JSON.stringify([
        {
          number: 1,
          title,
          body: description,
          user: { login: 'ada' },
          comments: [{ body: comment, user: { login: 'ada' } }],
        },
      ]),
    );
    const { code, stdout } = await importing(path, '--preset', 'github');
    expect({ code, notices: stdout.split('\n').filter((line) => line.includes('×')).length }).toEqual({
      code: 0,
      notices: 4,
    });
    const ticket = await imported(`${'😀'.repeat(199)}…`);
    expect(ticket.description).toHaveLength(10_000);
    expect(ticket.details).toMatchObject({ import: { title, description } });
    const comments = await entities().find(Comment, { ticket });
    expect(comments.map(({ content }) => content.length).toSorted((a, b) => b - a)).toEqual([10_000, 1]);
  });

  test('with numbers that JavaScript cannot hold are kept as texts, in details and elsewhere', async () => {
    const [number, long] = ['9007199254740993', '0.1000000000000000055511151231257827'];
    const row = `{"id":1,"title":"D","createdBy":"ada","details":{"a":[${long}],"b":{"c":${number}}}}`;
    const result = await importing(await file('x.json', `[${row}]`));
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('more digits') });
    expect((await imported('D')).details).toMatchObject({ a: [long], b: { c: number } });
    const members = `"serial":${long},"owner":{"id":1e400},"__proto__":"p","constructor":"c"`;
    const issue = `[{"number":${number},"title":"N","user":{"login":"ada"},${members}}]`;
    expect((await importing(await file('x.json', issue), '--preset', 'github')).code).toBe(0);
    const { details } = await imported('N');
    expect(Object.entries(details ?? {})).toEqual(
      expect.arrayContaining([
        ['serial', long],
        ['owner', { id: '1e400' }],
        ['__proto__', 'p'],
        ['constructor', 'c'],
        ['import', expect.objectContaining({ id: number })],
      ]),
    );
  });

  test('to products are found by name, or made when that is asked for', async () => {
    await buildProduct(server, { name: 'Known thing' });
    const path = await file('x.csv', 'id,title,createdBy,product\n1,P1,ada,KNOWN THING\n2,P2,ada,New thing\n');
    expect(await importing(path)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Line 3: product: there is no product "New thing".'),
    });
    expect(await importing(path, '--default-user', 'ada', '--create-products')).toMatchObject({ code: 0 });
    const tickets = await entities().find(
      Ticket,
      { title: ['P1', 'P2'] },
      { populate: ['product'], orderBy: { title: 'asc' } },
    );
    expect(tickets.map(({ product }) => product?.$.name)).toEqual(['Known thing', 'New thing']);
    expect(await entities().count(Product, { name: 'New thing', ownerEmail: ada.email })).toBe(1);
  });

  test('to originals have neither chains nor circles, and unknown originals are passed over', async () => {
    const original = await buildTicket(server);
    const path = await file(
      'x.csv',
      `id,title,createdBy,duplicateOf\n1,D1,ada,2\n2,D2,ada,3\n3,D3,ada,\n4,D4,ada,5\n5,D5,ada,4\n6,D6,ada,nothing\n7,D7,ada,${original.id}\n`,
    );
    const { code, stdout } = await importing(path);
    expect(code).toBe(0);
    expect(stdout).toContain('3 × a duplicate whose original is unknown, or in a circle');
    const tickets = await entities().find(
      Ticket,
      { title: ['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'] },
      { orderBy: { title: 'asc' } },
    );
    const third = tickets[2]?.id;
    expect(tickets.map(({ duplicateOf }) => duplicateOf?.id ?? null)).toEqual([
      third,
      third,
      null,
      null,
      null,
      null,
      original.id,
    ]);
  });
});
