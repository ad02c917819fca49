import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Comment } from '../../src/tickets/comments/comment.entity.js';
import { option } from '../../src/import-export/option-text.js';
import { Ticket } from '../../src/tickets/ticket.entity.js';
import { buildPerson } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { cli, file, folder } from './support.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await buildPerson(server, { username: 'ada', firstName: 'Ada', lastName: 'Okafor' });
});
afterAll(async () => server.stop());

/** Imports a file under a source of its own, ada standing in for people without an account; gives what is stored of it. */
async function importing(name: string, content: string | Buffer, ...options: string[]) {
  const source = `${name} ${Math.random()}`;
  const words = ['import-tickets', await file(name, content), '--source', source, ...options];
  const result = await cli(server, words);
  const em = server.app.orm.em.fork();
  const tickets = await em.find(Ticket, { details: { import: { source } } }, { orderBy: { number: 'asc' } });
  const comments = await em.find(Comment, { ticket: tickets }, { orderBy: { createdAt: 'asc', content: 'asc' } });
  return { ...result, tickets, comments };
}

const STAND_IN = ['--default-user', 'ada'];

const row = (ticket: number, ...ids: string[]) => ({
  id: ticket,
  title: 'T',
  comments: ids.map((one) => ({ id: one, content: `${ticket} ${one}` })),
});

describe('comments', () => {
  const at = '2024-01-02T00:00:00.000Z';
  const comment = (updatedAt: string, body: string) => ({
    id: 5,
    user: { login: 'ada' },
    body,
    created_at: at,
    updated_at: updatedAt,
  });

  test('that were never changed have no time of change, and one before the creation is put right and counted', async () => {
    const early = '2024-01-01T00:00:00.000Z';
    const issue = {
      number: 1,
      title: 'T',
      state: 'open',
      created_at: early,
      comments: [comment(at, 'a'), comment(early, 'b'), comment('2024-01-03T00:00:00.000Z', 'c')],
    };
    const { stdout, tickets, comments } = await importing(
      'x.json',
      JSON.stringify([issue]),
      ...STAND_IN,
      '--preset',
      'github',
    );
    expect(comments.map(({ updatedAt }) => updatedAt?.toISOString() ?? null)).toEqual([
      null,
      null,
      '2024-01-03T00:00:00.000Z',
    ]);
    expect(stdout).toContain("  1 × a comment's updatedAt lay before its createdAt: left out; the details hold it\n");
    expect(tickets[0]?.details?.['import']).toMatchObject({
      comments: [{ kept: { id: '5' } }, { kept: { id: '5', updatedAt: early } }, { kept: { id: '5' } }],
    });
  });

  test('with an id that another comment has get one of their own, and it is counted', async () => {
    const [id, other] = ['0190c6d1-0000-7000-8000-000000000001', '0190c6d1-0000-7000-8000-000000000002'];
    const first = await importing('x.json', JSON.stringify([row(1, id, id), row(2, id)]), ...STAND_IN);
    const second = await importing('x.json', JSON.stringify([row(3, id, other)]), ...STAND_IN);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('2 × a comment whose id another') });
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('1 × a comment whose id another') });
    expect(first.comments).toHaveLength(3);
    expect(first.comments.filter((one) => one.id === id)).toHaveLength(1);
    expect(second.comments.map((one) => one.id)).toEqual([expect.not.stringContaining(id), other]);
    expect(first.tickets[1]?.details?.['import']).toMatchObject({ comments: [{ kept: { id } }] });
  });
});

test('numbers that JavaScript cannot hold are counted in the details of a CSV file too', async () => {
  const csv = 'id,title,details\n1,T,"{""n"":9007199254740993}"\n';
  const { stdout, tickets } = await importing('x.csv', csv, ...STAND_IN);
  expect(tickets[0]?.details).toMatchObject({ n: '9007199254740993' });
  expect(stdout).toContain('1 × a number with more digits than JavaScript holds was kept as text');
});

test('what an edge of a connection says by itself is kept beside its node', async () => {
  const watchers = { edges: [{ role: 'OWNER', cursor: 'x', node: { name: 'z' } }], nodes: [{ name: 'z' }] };
  const { tickets } = await importing('x.json', JSON.stringify([{ id: '1', title: 'T', watchers }]), ...STAND_IN);
  expect(tickets[0]?.details?.['watchers']).toEqual([{ name: 'z', edge: { role: 'OWNER' } }]);
});

test('--person finds the name as the report shows it, however its accents and blanks are written', async () => {
  const csv = 'id,title,createdBy\n1,T,Jose\u0301  X\n';
  for (const name of ['Jose\u0301  X', 'José X']) {
    const { code, tickets } = await importing('x.csv', csv, '--person', `${name}=ada`);
    expect({ code, count: tickets.length }).toEqual({ code: 0, count: 1 });
  }
});

test('a product’s name counts characters as the API does', async () => {
  const csv = 'id,title,product\n1,T,\u{1F600}\u{1F600}\n';
  const { code, stderr } = await importing('x.csv', csv, ...STAND_IN, '--create-products');
  expect(code).toBe(1);
  expect(stderr).toContain(
    'Line 2: product: "\u{1F600}\u{1F600}" cannot be a product: a name has 3 to 100 characters.',
  );
});

test.each(['constructor', '__proto__', 'toString'])('--date-format %s is refused', async (format) => {
  const { code, stderr } = await importing('x.csv', 'id,title\n1,T\n', '--date-format', format);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('has no day, month and year') });
});

describe('a file that is no text', () => {
  test.each([
    [
      'an Excel workbook',
      'PK\u0003\u0004\u0014\0\u0006\0',
      'The file is a ZIP archive, as Excel workbooks (.xlsx) are.',
    ],
    ['an old Excel workbook', '\u00d0\u00cf\u0011\u00e0\u00a1\u00b1', 'The file is an Excel workbook (.xls).'],
    ['what gzip wrote', '\u001f\u008b\u0008\0\u0001', 'The file is compressed with gzip.'],
    ['UTF-32', '\u00ff\u00fe\0\0i\0\0\0', 'The file is in UTF-32.'],
  ])('such as %s is told what it is', async (_name, bytes, message) => {
    const { code, stderr } = await importing('x.csv', Buffer.from(bytes, 'latin1'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
    expect(stderr).toContain('Nothing was imported.\n');
  });
});

test('a named pipe, which gives its text once, is read as a whole', async () => {
  const pipe = join(await folder(), 'pipe.csv');
  await promisify(execFile)('mkfifo', [pipe]);
  const rows = Array.from({ length: 500 }, (_, index) => `P-${index},Title\n`).join('');
  const [{ code, stdout }] = await Promise.all([
    cli(server, ['import-tickets', pipe, ...STAND_IN]),
    writeFile(pipe, `id,title\n${rows}`),
  ]);
  expect(stdout).toContain('Imported 500 tickets');
  expect(code).toBe(0);
});

describe('what a report shows of a file', () => {
  const ESCAPES = '\u001b]0;title\u0007\u009b2J\u202e';

  test('does nothing to the terminal, and stays on its line', async () => {
    const csv = `id,title,status,a${ESCAPES}b\n1,T,"x${ESCAPES}\ny",z\n`;
    const refused = await importing('x.csv', csv, ...STAND_IN);
    const imported = await importing('x.csv', csv, ...STAND_IN, '--map', 'status=');
    const unknown = await importing('x.csv', csv, '--map', 'title=other');
    for (const { stdout, stderr } of [refused, imported, unknown]) {
      expect(`${stdout}${stderr}`).not.toMatch(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069]/u);
    }
    expect(refused.stderr).toMatch(/^Line 2: status: "x.* y" is unknown/);
    expect(imported.stdout).toMatch(/details from, with the number of rows, status \(1\), a.*b \(1\)\n/);
    expect(unknown.stderr).toContain('The file has no column "other".');
  });

  test.each([
    ['Jane Doe', '--person "Jane Doe"'],
    ['$(touch x)', `--person '$(touch x)'`],
    ['a `b` "c" d!e', `--person 'a \`b\` "c" d!e'`],
    ["it's $HOME", `--person 'it'\\''s $HOME'`],
    ["O'Neil Jr", `--person "O'Neil Jr"`],
  ])('as an option to copy is one word to a shell: %j', (name, expected) => {
    expect(option('person', name)).toBe(expected);
  });
});
