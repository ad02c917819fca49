import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readCsv } from '../../src/cli/tickets/csv-source.js';
import { asCsv, asJson } from '../../src/cli/tickets/export-format.js';
import { type ExportedTicket } from '../../src/cli/tickets/exported-ticket.js';
import { parseInstant } from '../../src/cli/tickets/instant.js';
import { readJson } from '../../src/cli/tickets/json-source.js';
import { readLabels } from '../../src/cli/tickets/labels.js';
import { PRESETS } from '../../src/cli/tickets/presets.js';
import { type SourceFile, storable } from '../../src/cli/tickets/source-record.js';
import { dictionaries, wordKey } from '../../src/cli/tickets/vocabulary.js';

const rowsOf = ({ records }: SourceFile) =>
  records.map(({ line, columns }) => ({ line, ...Object.fromEntries(columns) }));

describe('reading CSV', () => {
  test('gives the line in which each row begins, whatever the line ends and however long the rows', () => {
    expect(rowsOf(readCsv('\n\na,b\r\n1,"x\r\nyé"\r\n\r\n3,4\r\n5,"z\nw"\n6,7\n'))).toEqual([
      { line: 4, a: ['1'], b: ['x\r\nyé'] },
      { line: 7, a: ['3'], b: ['4'] },
      { line: 8, a: ['5'], b: ['z\nw'] },
      { line: 10, a: ['6'], b: ['7'] },
    ]);
  });

  test('finds semicolons and tabs by the first line, and gathers columns that repeat', () => {
    expect(rowsOf(readCsv('a;"b,c,d";b\n1;2;3\n'))).toEqual([{ line: 2, a: ['1'], 'b,c,d': ['2'], b: ['3'] }]);
    expect(rowsOf(readCsv('a\tb\tb\n1,5\t2\t3\n'))).toEqual([{ line: 2, a: ['1,5'], b: ['2', '3'] }]);
  });

  test('reports rows with too few or too many cells, and keeps the others', () => {
    const { records, faults } = readCsv('a,b\n1\n1,2\n1,2,3\n');
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
  ])('refuses a file with %s', (_case, text, message) => {
    expect(() => readCsv(text)).toThrow(message);
  });

  test('replaces what PostgreSQL cannot hold', () => {
    expect(rowsOf(readCsv('a\nx\0y\n'))).toEqual([{ line: 2, a: ['x\u{FFFD}y'] }]);
  });
});

describe('reading JSON', () => {
  test('gives the line of each object, and paths for what is nested', () => {
    const text =
      '{"bugs": [{"id": 0}],\n"issues":\n[\n{"a": 1, "labels": [{"name": "x"}, {"name": "y,]"}]},\n\n {"a": {"b": "[{\\""}}, 5,\n{"a": true}]}';
    const file = readJson(text);
    expect(rowsOf(file)).toEqual([
      { line: 4, a: ['1'], 'labels.name': ['x', 'y,]'] },
      { line: 6, 'a.b': ['[{"'] },
      { line: 7, a: ['true'] },
    ]);
    expect(file.faults).toEqual([{ line: 6, message: 'This element of the list is not an object.' }]);
  });

  test.each([['{"a":'], ['7'], ['{"a": []}'], [' ']])('refuses %s', (text) => {
    expect(() => readJson(text)).toThrow(/not JSON|neither a list|empty/);
  });

  test('replaces what PostgreSQL cannot hold, in names too', () => {
    expect(rowsOf(readJson(String.raw`[{"a\u0000": "\ud800x"}]`))).toEqual([{ line: 1, 'a\u{FFFD}': ['\u{FFFD}x'] }]);
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
      const csv = readCsv(await join(asCsv(all())), ',').records;
      const json = readJson(await join(asJson(all()))).records;
      for (const [index, { title, description, details, comments }] of tickets.entries()) {
        const cells = (name: string) => csv[index]?.columns.get(name)?.[0];
        const held = (name: string) => json[index]?.columns.get(name)?.[0];
        for (const [name, value] of Object.entries({ title, description })) {
          expect([cells(name) ?? '', held(name) ?? '']).toEqual([value, value]);
        }
        const fromCsv = { details: cells('details') ?? 'null', comments: cells('comments') ?? '[]' };
        expect({ details: JSON.parse(fromCsv.details), comments: JSON.parse(fromCsv.comments) }).toEqual({
          details,
          comments,
        });
        expect(JSON.parse(json[index]?.structured.get('details') ?? 'null')).toEqual(details);
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
  ])('%s in %s is %s', (text, zone, instant) => {
    expect(parseInstant(text, zone)?.toISOString()).toBe(instant);
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
  ])('%s is none', (text) => {
    expect(parseInstant(text, 'UTC')).toBeNull();
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
