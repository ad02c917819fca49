import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Comment } from '../../src/tickets/comments/comment.entity.js';
import { Ticket } from '../../src/tickets/ticket.entity.js';
import { buildPerson, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { cli, file } from './support.js';

let server: TestServer;
let ada: Person;
let jane: Person;
beforeAll(async () => {
  server = await startTestServer();
  ada = await buildPerson(server, { username: 'ada', firstName: 'Ada', lastName: 'Okafor' });
  jane = await buildPerson(server, { username: 'jd', firstName: 'Jané', lastName: 'Doe' });
});
afterAll(async () => server.stop());

/** Imports a file under a source of its own, ada standing in for people without an account; gives what is stored of it. */
async function importing(name: string, content: string | Buffer, ...options: string[]) {
  const source = `${name} ${Math.random()}`;
  const path = await file(name, content);
  const words = ['import-tickets', path, '--source', source, '--default-user', 'ada', '--map', 'product=', ...options];
  const result = await cli(server, words);
  const em = server.app.orm.em.fork();
  const tickets = await em.find(Ticket, { details: { import: { source } } }, { orderBy: { number: 'asc' } });
  const comments = await em.find(Comment, { ticket: tickets }, { orderBy: { createdAt: 'asc', content: 'asc' } });
  return { ...result, tickets, comments };
}

/** All texts of a JSON value. */
function leaves(value: unknown): string[] {
  if (value === null || value === undefined || value === '') return [];
  if (typeof value !== 'object') return [typeof value === 'string' ? value : JSON.stringify(value)];
  return Object.values(value).flatMap(leaves);
}

const asStored = (text: string) => (/^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text).toISOString() : text);

/** What of a source is neither in a ticket, nor in its details or comments. */
function lost(source: unknown, { tickets, comments }: { tickets: Ticket[]; comments: Comment[] }): string[] {
  const stored = JSON.stringify([tickets, comments].map((list) => list.map((entity) => Object.entries(entity))));
  return leaves(source).filter(
    (text) => !stored.includes(JSON.stringify(text).slice(1, -1)) && !stored.includes(asStored(text)),
  );
}

const paragraph = (...content: unknown[]) => ({ type: 'paragraph', content });
const words = (text: string, marks?: unknown) => ({ type: 'text', text, ...(marks !== undefined && { marks }) });

const connection = (list: unknown[]) => ({ nodes: list, totalCount: list.length });
const edges = (list: unknown[]) => ({ edges: list.map((node) => ({ cursor: 'x', node })) });

describe('an export of', () => {
  test('Jira as CSV loses neither repeated labels, comments and watchers nor its own columns', async () => {
    const csv = `Summary,Issue key,Issue Type,Status,Priority,Reporter,Assignee,Created,Labels,Labels,Watchers,Watchers,Comment,Comment,Custom field (Story Points),Sprint
Broken,DOC-1,Bug,To Do,High,Jane Doe,someone else,22/Aug/25 11:49 AM,red,blue,w1,w2,22/Aug/25 1:00 PM;outsider;First;with a semicolon,23/Aug/25 1:00 PM;ada;Second,3.0,
`;
    const { code, stdout, tickets, comments } = await importing(
      'x.csv',
      csv,
      '--preset',
      'jira',
      '--person',
      'Jane Doe=jd',
    );
    expect(code).toBe(0);
    expect(tickets[0]).toMatchObject({
      createdBy: { id: jane.id },
      assignedTo: null,
      details: {
        Labels: ['red', 'blue'],
        Watchers: ['w1', 'w2'],
        'Custom field (Story Points)': '3.0',
        import: {
          createdBy: 'Jane Doe',
          assignedTo: 'someone else',
          comments: [{ comment: comments[0]?.id, author: 'outsider' }],
        },
      },
    });
    expect(comments.map(({ content }) => content)).toEqual(['outsider wrote:\n\nFirst;with a semicolon', 'Second']);
    expect(stdout).toContain('  labels from Labels\n');
    expect(stdout).toContain(
      'details from, with the number of rows, Labels (1), Watchers (1), Custom field (Story Points) (1)',
    );
    expect(stdout).toContain('left out: empty in every row: Sprint\n');
    expect(stdout).toContain("1 × written by somebody without an account here: ada's now, with the name beside it");
  });

  test('Jira as JSON has its rich texts as text, and as they were in the details', async () => {
    const description = {
      type: 'doc',
      version: 1,
      content: [
        paragraph(words('It '), words('burns', [{ type: 'strong' }]), { type: 'hardBreak' }, words('badly')),
        { type: 'bulletList', content: [{ type: 'listItem', content: [paragraph(words('one'))] }] },
        paragraph({ type: 'mention', attrs: { id: 'x1', text: '@Jane' } }, words(' see '), {
          type: 'inlineCard',
          attrs: { url: 'https://example.org/1' },
        }),
        { type: 'codeBlock', attrs: { language: 'js' }, content: [words('let a = 1;')] },
      ],
    };
    const body = { type: 'doc', version: 1, content: [paragraph(words('Seen'))] };
    const issues = [
      {
        id: '10001',
        key: 'DOC-1',
        fields: {
          summary: 'Fire',
          description,
          status: { name: 'In Progress', id: '3' },
          issuetype: { name: 'Story', subtask: false },
          priority: { name: 'Highest' },
          labels: ['a', 'b'],
          reporter: { displayName: 'Ada Okafor', accountId: 'acc-1' },
          created: '2025-08-22T11:49:00.000Z',
          customfield_10016: 5,
          comment: {
            total: 1,
            comments: [{ id: '77', author: { displayName: 'Out Sider' }, body, created: '2025-08-23T11:49:00.000Z' }],
          },
        },
      },
    ];
    const stored = await importing('x.json', JSON.stringify({ total: 1, issues }), '--preset', 'jira');
    expect(stored.code).toBe(0);
    expect(stored.tickets[0]).toMatchObject({
      title: 'Fire',
      description: 'It burns\nbadly\n\n- one\n\n@Jane see https://example.org/1\n\n```\nlet a = 1;\n```',
      status: 'IN_PROGRESS',
      priority: 'EMERGENCY',
      type: 'FEATURE',
      createdBy: { id: ada.id },
      details: { fields: { description, labels: ['a', 'b'], customfield_10016: 5 } },
    });
    expect(stored.comments.map(({ content }) => content)).toEqual(['Out Sider wrote:\n\nSeen']);
    expect(stored.stdout).toContain('left out: beside the list of tickets: total\n');
    expect(lost(issues, stored)).toEqual([]);
  });

  const issue = {
    number: 7,
    url: 'https://github.example/o/r/issues/7',
    title: 'Crash',
    body: 'When it starts',
    state: 'CLOSED',
    stateReason: 'COMPLETED',
    createdAt: '2025-08-22T11:49:00Z',
    closedAt: '2025-08-24T11:49:00Z',
    updatedAt: '2025-08-25T11:49:00Z',
    author: { id: 'U_1', is_bot: false, login: 'octocat', name: 'Octo Cat' },
    milestone: { title: 'v2', dueOn: null },
  };
  const people = [
    { login: 'ada', name: 'Ada' },
    { login: 'second', name: 'Second One' },
  ];
  const labels = [
    { name: 'bug', color: 'd73a4a' },
    { name: 'good first issue', color: '7057ff' },
  ];
  const comments = [
    { id: 'IC_1', author: { login: 'someone' }, body: 'Me too', createdAt: '2025-08-23T11:49:00Z', url: 'https://c/1' },
  ];

  test.each<[string, unknown, unknown]>([
    ['`gh issue list --json`', { ...issue, assignees: people, labels, comments }, null],
    [
      'GraphQL with nodes',
      { ...issue, assignees: connection(people), labels: connection(labels), comments: connection(comments) },
      'nodes',
    ],
    [
      'GraphQL with edges',
      { ...issue, assignees: edges(people), labels: edges(labels), comments: edges(comments) },
      'edges',
    ],
  ])('GitHub by %s loses nothing', async (_way, element, wrapper) => {
    const list = wrapper === 'edges' ? { edges: [{ node: element }] } : { nodes: [element] };
    const content = wrapper === null ? [element] : { data: { repository: { issues: list } } };
    const stored = await importing('x.json', JSON.stringify(content), '--preset', 'github');
    expect(stored.code).toBe(0);
    expect(stored.tickets).toHaveLength(1);
    expect(stored.tickets[0]).toMatchObject({
      status: 'DONE',
      type: 'BUG',
      assignedTo: { id: ada.id },
      details: { labels, assignees: people, milestone: { title: 'v2' }, import: { createdBy: 'octocat' } },
    });
    expect(stored.comments.map(({ content: text }) => text)).toEqual(['someone wrote:\n\nMe too']);
    expect(stored.stdout).toContain('1 × more than one value for assignedTo');
    expect(lost([issue, people, labels, comments], stored)).toEqual([]);
  });

  test('GitHub by the REST API keeps the number of comments that it does not hold', async () => {
    const rest = {
      html_url: 'https://g/1',
      number: 1,
      title: 'T',
      body: null,
      state: 'open',
      user: { login: 'x', id: 5 },
      comments: 3,
      created_at: '2025-08-22T11:49:00Z',
      assignees: [],
    };
    const stored = await importing('x.json', JSON.stringify([rest]), '--preset', 'github');
    expect(stored.tickets[0]?.details).toMatchObject({ comments: 3, number: 1, user: { id: 5 } });
    expect(stored.stdout).toContain('1 × the file tells how many comments there are, and not what they say');
    expect(lost(rest, stored)).toEqual([]);
  });

  const CSV: [string, string, string, Record<string, unknown>][] = [
    [
      'GitLab',
      'gitlab',
      'Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Assignee Username,Confidential,Created At (UTC),Closed At (UTC),Milestone,Labels\nT,D,4,https://l/4,Open,Out Sider,out,,,No,2025-08-22 11:49:00,,M1,"a,b"\n',
      {
        'Issue ID': '4',
        Author: 'Out Sider',
        Confidential: 'No',
        Milestone: 'M1',
        Labels: 'a,b',
        import: { createdBy: 'out' },
      },
    ],
    [
      'Linear',
      'linear',
      'ID,Team,Title,Description,Status,Estimate,Priority,Creator,Assignee,Labels,Created\nLIN-1,Core,T,D,Backlog,3,No priority,Jané Doe,,x,Fri Aug 22 2025 11:49:00 GMT+0000 (GMT)\n',
      { Team: 'Core', Estimate: '3', Labels: 'x', import: { priority: 'No priority' } },
    ],
    [
      'Redmine',
      'redmine',
      '#,Project,Tracker,Status,Priority,Subject,Author,Assignee,Updated,Created,% Done,Description\n9,P,Bug,New,Normal,T,Okafor Ada,,2025-08-23 11:49,2025-08-22 11:49,10,D\n',
      { Project: 'P', '% Done': '10', import: { createdBy: 'Okafor Ada' } },
    ],
    [
      'Zendesk',
      'zendesk',
      'Id,Requester,Requester email,Assignee,Subject,Tags,Status,Priority,Ticket type,Created at,Group\n3,Out,out@nowhere.example,Ada Okafor,T,a b,Pending,Urgent,Question,2025-08-22 11:49,Support\n',
      {
        Requester: 'Out',
        Tags: 'a b',
        Group: 'Support',
        import: { createdBy: 'out@nowhere.example', type: 'Question' },
      },
    ],
    [
      'osTicket',
      'osticket',
      'Ticket Number,Date Created,Subject,From,From Email,Priority,Department,Current Status,Agent Assigned\n0815,2025-08-22 11:49:00,T,Out,out@nowhere.example,Normal,Sales,Open,Ada Okafor\n',
      { From: 'Out', Department: 'Sales', import: { id: '0815' } },
    ],
  ];
  test.each(CSV)('%s keeps what no field holds', async (_name, preset, csv, details) => {
    const stored = await importing('x.csv', csv, '--preset', preset);
    expect(stored).toMatchObject({
      code: 0,
      tickets: [{ title: 'T', createdAt: new Date('2025-08-22T11:49:00Z'), details }],
    });
  });

  test('Zendesk and Zammad as JSON loses nothing, one object a line or in a list', async () => {
    const zendesk = {
      id: 35,
      subject: 'T',
      description: 'D',
      status: 'solved',
      priority: null,
      type: 'incident',
      requester_id: 20978392,
      tags: ['x', 'y'],
      custom_fields: [
        { id: 1, value: 'v1' },
        { id: 2, value: null },
      ],
      via: { channel: 'web' },
      created_at: '2025-08-22T11:49:00Z',
      big: '9007199254740993',
    };
    const lines = `${JSON.stringify(zendesk)}\n${JSON.stringify({ ...zendesk, id: 36 })}\n`;
    const stored = await importing('x.json', lines, '--preset', 'zendesk');
    expect(stored.tickets).toHaveLength(2);
    expect(stored.tickets[0]?.details).toMatchObject({ custom_fields: zendesk.custom_fields, tags: ['x', 'y'] });
    expect(lost(zendesk, stored)).toEqual([]);
    const zammad = [
      {
        id: 1,
        number: '10001',
        title: 'T',
        group: 'Users',
        state: 'new',
        priority: '2 normal',
        owner: '-',
        customer: 'out@nowhere.example',
        note: null,
        created_at: '2025-08-22T11:49:00Z',
        articles: [
          {
            id: 5,
            from: 'Out',
            body: 'Hello',
            internal: true,
            created_at: '2025-08-22T12:00:00Z',
            content_type: 'text/plain',
          },
        ],
      },
    ];
    const other = await importing('y.json', JSON.stringify(zammad), '--preset', 'zammad');
    expect(other.comments).toMatchObject([{ internal: true, content: 'Out wrote:\n\nHello' }]);
    expect(
      lost(
        zammad.map(({ owner: _none, ...rest }) => rest),
        other,
      ),
    ).toEqual([]);
  });

  test('Trello, which is no list of tickets, says what it did not read', async () => {
    const board = {
      name: 'B',
      cards: [{ id: 'c1', name: 'T', desc: 'D', idList: 'l1', labels: [{ name: 'red' }] }],
      lists: [{ id: 'l1', name: 'Doing' }],
      actions: [],
    };
    const stored = await importing('x.json', JSON.stringify(board), '--map', 'title=name', '--map', 'description=desc');
    expect(stored.stdout).toContain(
      'left out: beside the list of tickets: lists (1 element), actions (0 elements), name\n',
    );
    expect(lost(board.cards, stored)).toEqual([]);
  });
});

describe('the default preset', () => {
  test('keeps columns that it does not know, and words and people that became something else', async () => {
    const csv =
      'id,title,status,createdBy,assignedTo,duplicateOf,Team,labels,updatedAt,createdAt\n1,T,to do,stranger,"nobody, jd",gone,Blue,"a,b",2025-08-01,2025-08-22\n';
    const { stdout, tickets } = await importing('x.csv', csv);
    expect(tickets[0]).toMatchObject({
      updatedAt: null,
      assignedTo: { id: jane.id },
      details: {
        Team: 'Blue',
        labels: 'a,b',
        import: {
          id: '1',
          status: 'to do',
          createdBy: 'stranger',
          assignedTo: 'nobody, jd',
          duplicateOf: 'gone',
          updatedAt: '2025-08-01',
        },
      },
    });
    expect(stdout).toContain('1 × updatedAt lay before createdAt: left out; the details hold it');
    expect(stdout).toContain('1 × of several assignees one has an account here; the details hold all of them');
  });

  test('offers options for columns that look like a field', async () => {
    const { stdout } = await importing('x.csv', 'id,title,Reporter,Issue Type\n1,T,jd,Story\n');
    expect(stdout).toContain('to read them so: --map "type=Issue Type" --map createdBy=Reporter');
    const { stderr } = await importing('x.csv', 'Issue key,Summary,Reporter\n1,T,jd\n');
    expect(stderr).toContain('These may fit: --preset jira   or   --map "id=Issue key"   or   --map title=Summary');
  });
});

describe('a file as a program writes it', () => {
  const CONTENT = 'id;title;createdBy\r\n1;Café;ada\r\n';
  test.each([
    ['Excel in UTF-16', Buffer.from(`\u{FEFF}${CONTENT}`, 'utf16le')],
    ['a big-endian system', Buffer.from(`\u{FEFF}${CONTENT}`, 'utf16le').swap16()],
    ['Excel in UTF-8, with sep=', `\u{FEFF}sep=;\r\n${CONTENT}`],
    ['Export-Csv of PowerShell', `#TYPE Selected.System.Object\r\n${CONTENT}`],
    ['a Mac of old', CONTENT.replaceAll('\r\n', '\r')],
  ])('is read: %s', async (_program, content) => {
    const { stdout, tickets } = await importing('x.csv', content);
    expect(stdout).toContain('Imported 1 ticket ');
    expect(tickets[0]?.title).toBe('Café');
  });

  test('in UTF-16 without a mark is told what it looks like', async () => {
    const { code, stderr } = await importing('x.csv', Buffer.from(CONTENT, 'utf16le'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'The file looks like utf-16le. If it is, say so: --encoding utf-16le. Nothing was imported.\n',
    });
  });
});

describe('dates and people', () => {
  const DATES = 'id,title,createdAt\n1,T,05/09/2025 14:10\n2,U,22/08/2025 11:49\n3,V,06/09/2025 14:10\n';

  test('dates that may be read in two ways are refused, with the option to copy', async () => {
    const { code, stderr } = await importing('x.csv', DATES);
    expect(code).toBe(1);
    expect(stderr.split('\n').slice(0, 4)).toEqual([
      'Lines 2 and 4: createdAt: "05/09/2025 14:10" may be DD/MM/YYYY or MM/DD/YYYY; which one must be said.',
      'Line 3: createdAt: "22/08/2025 11:49" may have several meanings; how it is to be read must be said.',
      'Options to copy; put what fits for words in capitals:',
      '  --date-format DD/MM/YYYY',
    ]);
    const { tickets } = await importing(
      'x.csv',
      DATES,
      '--date-format',
      'DD/MM/YYYY',
      '--time-zone',
      'Europe/Stockholm',
    );
    expect(tickets.map(({ createdAt }) => createdAt.toISOString())).toEqual([
      '2025-08-22T09:49:00.000Z',
      '2025-09-05T12:10:00.000Z',
      '2025-09-06T12:10:00.000Z',
    ]);
  });

  test('a comment of Jira with such a date is refused too, and not taken for a text', async () => {
    const csv = 'Issue key,Summary,Comment\n1,T,05/09/2025 14:10;ada;Text\n';
    expect((await importing('x.csv', csv, '--preset', 'jira')).stderr).toContain(
      'a comment: "05/09/2025 14:10" may be',
    );
    const { comments } = await importing('x.csv', csv, '--preset', 'jira', '--date-format', 'MM/DD/YYYY');
    expect(comments).toMatchObject([{ content: 'Text', createdAt: new Date('2025-05-09T14:10:00Z') }]);
  });

  test('the year 0099 is not 1999', async () => {
    expect((await importing('x.csv', 'id,title,createdAt\n1,T,0099-08-22\n')).stderr).toContain('lies before 1970');
  });

  test('full names find people, unless two have the same', async () => {
    const { tickets } = await importing('x.csv', 'id,title,createdBy,assignedTo\n1,T,jané  doe,"Okafor, Ada"\n');
    expect(tickets[0]).toMatchObject({ createdBy: { id: jane.id }, assignedTo: { id: ada.id } });
    await buildPerson(server, { username: 'twin1', firstName: 'Sam', lastName: 'Twin' });
    await buildPerson(server, { username: 'twin2', firstName: 'Sam', lastName: 'Twin' });
    const path = await file('x.csv', 'id,title,createdBy\n1,T,Sam Twin\n2,T,Jane Doe\n');
    const { stderr } = await cli(server, ['import-tickets', path]);
    expect(stderr).toContain('Line 2: createdBy: "Sam Twin" is the name of several people here.');
    expect(stderr).toContain('  --person "Sam Twin=USERNAME"\n  --person "Jane Doe=jd"\n');
  });

  test('17,000 rows that are wrong in the same way are one line', async () => {
    const rows = Array.from(
      { length: 17_000 },
      (_, index) => `${index},T,Ready for QA,2025-08-22 11:49 o'clock ${index}\n`,
    );
    const { stderr } = await importing('x.csv', `id,title,status,createdAt\n${rows.join('')}`);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^Lines 2, 3, 4, 5, 6 and 16,995 more: status: "Ready for QA" is unknown/),
      expect.stringMatching(
        /^Lines 2, 3, 4, 5, 6 and 16,995 more: createdAt: "2025-08-22 11:49 o'clock 0" is not a date/,
      ),
      'Options to copy; put what fits for words in capitals:',
      '  --value "status:Ready for QA=VALUE"',
      '17,000 rows are wrong. Nothing was imported. Put them right, or give --skip-bad-rows.',
    ]);
  });
});
