import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readCsv } from '../../src/import-export/csv-source.js';
import { parseDateFormat, possibleFormats } from '../../src/import-export/date-format.js';
import { asCsv, asJson } from '../../src/import-export/export-format.js';
import { type ExportedTicket } from '../../src/import-export/exported-ticket.js';
import { parseInstant } from '../../src/import-export/instant.js';
import { readJson } from '../../src/import-export/json-source.js';
import { type InputFile } from '../../src/import-export/input-file.js';
import { readLabels } from '../../src/import-export/labels.js';
import { PRESETS } from '../../src/import-export/presets.js';
import { type RowFault, type SourceFile, type SourceRecord, storable } from '../../src/import-export/source-record.js';
import { dictionaries, wordKey } from '../../src/import-export/vocabulary.js';

/** A file in memory, given in pieces of a few characters: rows and elements go across their ends. */
const inPieces = (text: string): InputFile => ({
  async *text() {
    yield* text.match(/.{1,3}/gsu) ?? [];
  },
});

async function gather(file: Promise<SourceFile>) {
  const source = await file;
  const rows: (SourceRecord | RowFault)[] = [];
  for await (const row of source.rows()) rows.push(row);
  const records = rows.filter((row) => 'columns' in row);
  return { ...source, records, faults: rows.filter((row) => !('columns' in row)) };
}
const csv = async (text: string, delimiter?: string) => gather(readCsv(inPieces(text), delimiter));
const json = async (text: string) => gather(readJson(inPieces(text)));

const rowsOf = ({ records }: { records: SourceRecord[] }) =>
  records.map(({ line, columns }) => ({ line, ...Object.fromEntries(columns) }));

describe('reading CSV', () => {
  test('gives the line in which each row begins, whatever the line ends and however long the rows', async () => {
    expect(rowsOf(await csv('\n\na,b\r\n1,"x\r\nyé"\r\n\r\n3,4\r\n5,"z\nw"\n6,7\n'))).toEqual([
      { line: 4, a: ['1'], b: ['x\r\nyé'] },
      { line: 7, a: ['3'], b: ['4'] },
      { line: 8, a: ['5'], b: ['z\nw'] },
      { line: 10, a: ['6'], b: ['7'] },
    ]);
  });

  test('finds semicolons and tabs by the first line, and gathers columns that repeat', async () => {
    expect(rowsOf(await csv('a;"b,c,d";b\n1;2;3\n'))).toEqual([{ line: 2, a: ['1'], 'b,c,d': ['2'], b: ['3'] }]);
    expect(rowsOf(await csv('a\tb\tb\n1,5\t2\t3\n'))).toEqual([{ line: 2, a: ['1,5'], b: ['2', '3'] }]);
  });

  test('reads lines that end with CR alone, as old Macs and Excel write them', async () => {
    expect(rowsOf(await csv('a,b\r1,"x\ny"\r\r3,4\r'))).toEqual([
      { line: 2, a: ['1'], b: ['x\ny'] },
      { line: 4, a: ['3'], b: ['4'] },
    ]);
    expect(rowsOf(await csv('a,b\r1,2'))).toEqual([{ line: 2, a: ['1'], b: ['2'] }]);
  });

  test.each([
    ['sep=;\r\na;b,c\r\n1;2,5\r\n', 3],
    ['"sep=;"\na;b,c\n1;2,5\n', 3],
    ['#TYPE System.Management.Automation.PSCustomObject\n"a";"b,c"\n"1";"2,5"\n', 3],
    ['\n#TYPE Selected.Thing\r\n\r\nsep=;\r\na;b,c\r\n1;2,5\r\n', 6],
  ])('reads over what stands before the row of names: %j', async (text, line) => {
    expect(rowsOf(await csv(text))).toEqual([{ line, a: ['1'], 'b,c': ['2,5'] }]);
  });

  test('keeps what stands in a column without a name', async () => {
    expect(rowsOf(await csv('a,,b\n1,2,3\n'))).toEqual([{ line: 2, a: ['1'], 'column 2': ['2'], b: ['3'] }]);
  });

  test('reports rows with too few or too many cells, and keeps the others', async () => {
    const { records, faults } = await csv('a,b\n1\n1,2\n1,2,3\n');
    expect(records).toHaveLength(1);
    expect(faults).toEqual([
      { line: 2, message: 'This row has 1 columns; the first row has 2.' },
      { line: 4, message: 'This row has 3 columns; the first row has 2.' },
    ]);
  });

  test.each([
    ['a quote that is never closed', 'a,b\r\n1,"x\r\ny"\r\n3,"4\n5,6\n', /^Line 4: .*never closed/],
    ['text after a closing quote', 'a,b\n1,"x"y\n', /^Line 2: .*closing quote/],
    ['a quote in a text without quotes', 'a,b\n1,x"y\n', /^Line 2: .*without quotes/],
    ['nothing', '\n\n', /^The file is empty/],
  ])('refuses a file with %s', async (_case, text, message) => {
    await expect(csv(text)).rejects.toThrow(message);
  });

  test('replaces what PostgreSQL cannot hold, and says so', async () => {
    const file = await csv('a\nx\0y\n');
    expect(rowsOf(file)).toEqual([{ line: 2, a: ['x\u{FFFD}y'] }]);
    expect(file.records[0]?.notes).toHaveLength(1);
  });
});

const labelsOf = (names: string[], more = {}) => ({ nodes: names.map((name) => ({ name })), ...more });
const issue = (title: string, more = {}) => ({ title, labels: labelsOf(['x', 'y'], more) });
const page = (list: object) => JSON.stringify({ data: { repository: { issues: list } } });

describe('reading JSON', () => {
  test('gives the line of each object, paths for what is nested, and what it passed over', async () => {
    const text =
      '{"bugs": [{"id": 0}],\n"total": 3, "issues":\n[\n{"a": 1, "labels": [{"name": "x"}, {"name": "y,]"}]},\n\n {"a": {"b": "[{\\""}}, 5,\n{"a": true}]}';
    const file = await json(text);
    expect(rowsOf(file)).toEqual([
      { line: 4, a: ['1'], 'labels.name': ['x', 'y,]'] },
      { line: 6, 'a.b': ['[{"'] },
      { line: 7, a: ['true'] },
    ]);
    expect(file.faults).toEqual([{ line: 6, message: 'This element of the list is not an object.' }]);
    expect(file.leftOut).toEqual(['beside the list of tickets: bugs (1 element), total']);
  });

  test('reads one object a line, also over several lines', async () => {
    expect(rowsOf(await json('{"a": 1, "b": [1]}\n{"a": 2}\r\n\n{"a":\n3}'))).toEqual([
      { line: 1, a: ['1'], b: ['1'] },
      { line: 2, a: ['2'] },
      { line: 4, a: ['3'] },
    ]);
  });

  test('reads nodes and edges of GraphQL wherever they are, and says when there were more', async () => {
    const nodes = await json(page({ nodes: [issue('A'), issue('B', { totalCount: 7 })], pageInfo: {} }));
    expect(rowsOf(nodes)).toEqual([
      { line: 1, title: ['A'], 'labels.name': ['x', 'y'] },
      { line: 1, title: ['B'], 'labels.name': ['x', 'y'] },
    ]);
    expect(nodes.records.map(({ notes }) => notes.length)).toEqual([0, 1]);
    const edges = await json(page({ edges: [{ cursor: 'c', node: issue('A') }] }));
    expect(rowsOf(edges)).toEqual([{ line: 1, title: ['A'], 'labels.name': ['x', 'y'] }]);
    const pages = await json(`${page({ nodes: [issue('A'), issue('B')] })}\n${page({ nodes: [issue('C')] })}`);
    expect(rowsOf(pages).map(({ line }) => line)).toEqual([1, 1, 2]);
  });

  test('keeps numbers that JavaScript cannot hold as their text', async () => {
    const { records } = await json('[{"a": [9007199254740993, 1e400, 1.50, 0.1, 100000000000000000000]}]');
    expect(records[0]?.values.get('a')).toEqual(['9007199254740993', '1e400', 1.5, 0.1, 1e20]);
    expect(records[0]?.notes).toEqual([expect.stringContaining('kept as text')]);
  });

  test('reads an empty list', async () => {
    expect((await json('{"total": 0, "tickets": []}')).records).toEqual([]);
    expect((await json('[]')).records).toEqual([]);
  });

  test.each([
    ['{"a":'],
    ['7'],
    ['{"a": []}'],
    [' '],
    ['[{"a": 1},]'],
    ['[{"a": 1} {"a": 2}]'],
    ['[{"a": 1}'],
    ['{"tickets": [{"a": 1}], }'],
    ['[{"a": "x\n"}]'],
  ])('refuses %j', async (text) => {
    await expect(json(text)).rejects.toThrow(/not JSON|neither a list|empty/);
  });

  test('replaces what PostgreSQL cannot hold, in names too', async () => {
    expect(rowsOf(await json(String.raw`[{"a\u0000": "\ud800x"}]`))).toEqual([{ line: 1, 'a\u{FFFD}': ['\u{FFFD}x'] }]);
  });
});

const join = async (parts: AsyncIterable<string>) => textOf(Readable.from(parts));

test('what an export writes is read back unchanged, as CSV and as JSON, whatever the texts hold', async () => {
  const anything = fc.string({ unit: 'binary' }).map(storable);
  const pathless = fc.string({ minLength: 1 });
  const ticket = fc.record({
    title: anything,
    description: anything,
    details: fc.option(fc.dictionary(pathless, anything)),
    comments: fc.array(fc.record({ content: anything })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(ticket, { minLength: 1 }), async (tickets) => {
      const given = tickets as unknown as ExportedTicket[];
      const all = async function* () {
        yield* given;
      };
      const { records: rows } = await csv(await join(asCsv(all())), ',');
      const { records: elements } = await json(await join(asJson(all())));
      for (const [index, { title, description, details, comments }] of tickets.entries()) {
        const cells = (name: string) => rows[index]?.columns.get(name)?.[0];
        const held = (name: string) => elements[index]?.columns.get(name)?.[0];
        for (const [name, value] of Object.entries({ title, description })) {
          expect([cells(name) ?? '', held(name) ?? '']).toEqual([value, value]);
        }
        const fromCsv = { details: cells('details') ?? 'null', comments: cells('comments') ?? '[]' };
        expect({ details: JSON.parse(fromCsv.details), comments: JSON.parse(fromCsv.comments) }).toEqual({
          details,
          comments,
        });
        expect(JSON.parse(elements[index]?.structured.get('details') ?? 'null')).toEqual(details);
      }
    }),
  );
});

describe('instants', () => {
  test.each([
    ['2021-09-30T17:20:33.123456Z', 'UTC', '2021-09-30T17:20:33.123Z'],
    ['2021-09-30 17:20:33+0230', 'UTC', '2021-09-30T14:50:33.000Z'],
    ['2021-09-30 17:20:33 -07', 'UTC', '2021-10-01T00:20:33.000Z'],
    ['2021-09-30 17:20', 'Europe/Stockholm', '2021-09-30T15:20:00.000Z'],
    ['2021-09-30', 'UTC', '2021-09-30T00:00:00.000Z'],
    ['30/Sep/21 17:20', 'UTC', '2021-09-30T17:20:00.000Z'],
    ['01/jan/1999 12:05 AM', 'America/New_York', '1999-01-01T05:05:00.000Z'],
    ['Thu, 30 Sep 2021 17:20:00 GMT', 'Europe/Stockholm', '2021-09-30T17:20:00.000Z'],
    ['2021-03-28 03:30', 'Europe/Stockholm', '2021-03-28T01:30:00.000Z'],
    ['2021-03-28 02:30', 'Europe/Stockholm', '2021-03-28T01:30:00.000Z'],
    ['2021-10-31 02:30', 'Europe/Stockholm', '2021-10-31T00:30:00.000Z'],
    ['2021-11-07 01:30', 'America/New_York', '2021-11-07T05:30:00.000Z'],
    ['2021/09/30 17:20', 'UTC', '2021-09-30T17:20:00.000Z'],
    ['0099-09-30 17:20', 'UTC', '0099-09-30T17:20:00.000Z'],
    ['Thu Sep 30 2021 17:20:00 GMT+0200 (Central European Summer Time)', 'UTC', '2021-09-30T15:20:00.000Z'],
  ])('%s in %s is %s', (text, zone, instant) => {
    expect(parseInstant(text, { timeZone: zone, formats: [] })?.toISOString()).toBe(instant);
  });

  test.each([
    ['31/Feb/21 10:00'],
    ['2021-13-01'],
    ['2021-02-29 10:00'],
    ['10:00'],
    ['1617181920'],
    ['30/Foo/21 10:00'],
    ['2021-01-01 24:00'],
    ['2021-01-01 10:60'],
    ['30/Sep/21 13:20 PM'],
    ['22/08/2025 11:49'],
    ['05-09-2025 14:10'],
    ['45891.4924'],
    ['1755863340000'],
  ])('%s is none', (text) => {
    expect(parseInstant(text, { timeZone: 'UTC', formats: [] })).toBeNull();
  });
});

const instantOf = (format: string, text: string) =>
  parseInstant(text, { timeZone: 'Europe/Stockholm', formats: [parseDateFormat(format)] })?.toISOString();

describe('date formats', () => {
  test.each([
    ['DD/MM/YYYY', '22/08/2025 11:49', '2025-08-22T11:49:00.000Z'],
    ['DD/MM/YYYY', '5/9/2025', '2025-09-05T00:00:00.000Z'],
    ['MM/DD/YYYY', '05/09/2025 2:10:07 PM', '2025-05-09T14:10:07.000Z'],
    ['DD-MM-YYYY', '05-09-2025 14:10', '2025-09-05T14:10:00.000Z'],
    ['MM-DD-YYYY HH:mm', '05-09-2025 14:10', '2025-05-09T14:10:00.000Z'],
    ['DD.MM.YY', '05.09.25 14:10', '2025-09-05T14:10:00.000Z'],
    ['D MMM YYYY', '5 Sep 2025', '2025-09-05T00:00:00.000Z'],
    ['excel', '45891.492361', '2025-08-22T11:49:00.000Z'],
    ['excel', '45891,492361', '2025-08-22T11:49:00.000Z'],
    ['excel-1904', '44429.492361', '2025-08-22T11:49:00.000Z'],
    ['epoch', '1755863340', '2025-08-22T11:49:00.000Z'],
    ['epoch', '1755863340.5', '2025-08-22T11:49:00.500Z'],
    ['epoch-ms', '1755863340000', '2025-08-22T11:49:00.000Z'],
    ['DD/MM/YYYY', '2025-08-22T11:49:00Z', '2025-08-22T11:49:00.000Z'],
  ])('%s reads %s as %s', (format, text, instant) => {
    const rules = { timeZone: 'UTC', formats: [parseDateFormat(format)] };
    expect(parseInstant(text, rules)?.toISOString()).toBe(instant);
  });

  test('Excel tells local time, an epoch UTC', () => {
    expect(instantOf('excel', '45891.5')).toBe('2025-08-22T10:00:00.000Z');
    expect(instantOf('epoch', '1755863340')).toBe('2025-08-22T11:49:00.000Z');
  });

  test.each([['DD/MM'], ['DD/MM/DD/YYYY'], ['yesterday'], ['']])('%j is none', (format) => {
    expect(() => parseDateFormat(format)).toThrow(/--date-format/);
  });

  test.each([
    ['22/08/2025 11:49', ['DD/MM/YYYY']],
    ['05-09-2025 14:10', ['DD-MM-YYYY', 'MM-DD-YYYY']],
    ['12/31/25', ['MM/DD/YY']],
    ['45891.49', ['excel']],
    ['1755863340', ['epoch']],
    ['1755863340000', ['epoch-ms']],
    ['tomorrow', []],
  ])('%s may be %j', (text, formats) => {
    expect(possibleFormats(text)).toEqual(formats);
  });
});

describe('words', () => {
  const { status, priority, type } = dictionaries();
  test.each([
    ['incoming', 'OPEN'],
    ['Open', 'OPEN'],
    ['select_dev', 'SELECTED_FOR_DEV'],
    ['Selected for Development', 'SELECTED_FOR_DEV'],
    ['in progress', 'IN_PROGRESS'],
    ['IN_PROGRESS', 'IN_PROGRESS'],
    ['in_progess', 'IN_PROGRESS'],
    ['on hold', 'ON_HOLD'],
    ['Resolved', 'DONE'],
    ['done', 'DONE'],
    ['CLOSE', 'CLOSED'],
    ['closed', 'CLOSED'],
    ["Won't Fix", 'CLOSED'],
  ])('the status %s is %s', (word, value) => {
    expect(status.get(wordKey(word))).toBe(value);
  });

  test.each([
    ['High', 'HIGH'],
    ['EMERGENCY', 'EMERGENCY'],
    ['Blocker', 'EMERGENCY'],
    ['Critical', 'HIGH'],
    ['Major', 'MEDIUM'],
    ['Minor', 'LOW'],
    ['Trivial', 'LOW'],
    ['P1', 'EMERGENCY'],
    ['P5', 'LOW'],
  ])('the priority %s is %s', (word, value) => {
    expect(priority.get(wordKey(word))).toBe(value);
  });

  test('the type New Feature is FEATURE, and Sub-task ENHANCEMENT', () => {
    expect([type.get(wordKey('New Feature')), type.get(wordKey('Sub-task'))]).toEqual(['FEATURE', 'ENHANCEMENT']);
  });

  test('major is above the middle in Bugzilla, whose middle is normal', () => {
    const own = dictionaries(PRESETS.get('bugzilla')?.words ?? {});
    expect([own.priority.get('major'), own.priority.get('normal')]).toEqual(['HIGH', 'MEDIUM']);
  });

  test.each([
    [['bug', 'good first issue'], { type: 'BUG', priority: undefined }],
    [['kind/feature', 'priority: high'], { type: 'FEATURE', priority: 'HIGH' }],
    [['Type: Enhancement', 'low priority'], { type: 'ENHANCEMENT', priority: 'LOW' }],
    [['P1', 'docs'], { type: undefined, priority: 'EMERGENCY' }],
  ])('the labels %j say %j', (labels, said) => {
    expect(readLabels(labels, { status, priority, type })).toEqual(said);
  });
});
