import { CommandError } from '../cli/command.js';
import { type InputFile } from './input-file.js';
import { isObject, nodeOf, parseJson, withoutConnections } from './json-value.js';
import { jsonParts } from './json-walker.js';
import { type RowFault, type SourceFile, type SourceRecord } from './source-record.js';

/** Names of the lists that exports have, the likeliest first; GraphQL's `nodes` and `edges` go by the name before them. */
const LIST_NAMES = ['tickets', 'issues', 'bugs', 'items', 'data', 'cards', 'results', 'records', 'values'];
const ANY_CONNECTION = LIST_NAMES.length;

/** Maximum number of ignored names in the message. */
const SHOWN_NAMES = 20;

/** A list of the file, or `null` for the values at the top themselves (one object a line). */
type Place = string | null;

interface Outline {
  /** By the path of each list: how many elements it has, and their columns. */
  readonly lists: ReadonlyMap<string, { count: number; readonly columns: ReadonlySet<string> }>;
  readonly tops: number;
  /** Members beside the lists. */
  readonly beside: ReadonlySet<string>;
}

/**
 * Reads a JSON list of objects, an object that holds one, or one object a line. What is nested stands under a path with
 * dots: `author.login`; a list of objects gives a list under each of their paths: `labels.name`.
 * @param verbatim members of an element whose values stay as they are, also where they look like GraphQL's connections
 * @throws CommandError when the file is not that; elements that are no objects are faults
 */
export async function readJson(file: InputFile, verbatim: readonly string[] = []): Promise<SourceFile> {
  const outline = await outlineOf(file, verbatim);
  if (outline.tops === 0) throw new CommandError('The file is empty.');
  const place = chooseList(outline);
  const columns =
    place === null ? await columnsOfTops(file, verbatim) : (outline.lists.get(place)?.columns ?? new Set());
  const left = place === null ? [] : leftOut(outline, place);
  return {
    columns: [...columns],
    leftOut: left,
    async *rows() {
      for await (const { kind, path, line, text } of jsonParts(file.text(), place === null)) {
        if (kind === 'element' && path === (place ?? '')) yield readElement(text, line, verbatim);
      }
    },
  };
}

async function outlineOf(file: InputFile, verbatim: readonly string[]): Promise<Outline> {
  const lists = new Map<string, { count: number; columns: Set<string> }>();
  const beside = new Set<string>();
  let tops = 0;
  for await (const { kind, path, line, text } of jsonParts(file.text())) {
    if (kind === 'top') {
      tops += 1;
      const top = membersOf(parsed(text, line));
      for (const name of top.members) beside.add(name);
      for (const list of top.lists) if (!lists.has(list)) lists.set(list, { count: 0, columns: new Set() });
      continue;
    }
    const list = lists.get(path) ?? { count: 0, columns: new Set() };
    lists.set(path, list);
    list.count += 1;
    addColumns(list.columns, readElement(text, line, verbatim));
  }
  return { lists, tops, beside };
}

/** Paths of a value's lists, which stand empty here, and of what is outside of them. */
function membersOf(value: unknown, path = ''): { lists: string[]; members: string[] } {
  if (Array.isArray(value)) return { lists: [path], members: [] };
  if (!isObject(value)) return { lists: [], members: [path] };
  const inner = Object.entries(value).map(([key, held]) => membersOf(held, path === '' ? key : `${path}.${key}`));
  return { lists: inner.flatMap(({ lists }) => lists), members: inner.flatMap(({ members }) => members) };
}

async function columnsOfTops(file: InputFile, verbatim: readonly string[]): Promise<ReadonlySet<string>> {
  const columns = new Set<string>();
  for await (const { line, text } of jsonParts(file.text(), true)) {
    addColumns(columns, readElement(text, line, verbatim));
  }
  return columns;
}

function addColumns(columns: Set<string>, row: SourceRecord | RowFault): void {
  if (!('columns' in row)) return;
  for (const name of row.columns.keys()) columns.add(name);
  for (const name of row.structured.keys()) columns.add(name);
}

function chooseList({ lists, tops }: Outline): Place {
  const ranked = [...lists]
    .flatMap(([path, { count }]) => {
      const rank = rankOf(path);
      return rank === null ? [] : [{ path, count, rank }];
    })
    .toSorted((a, b) => a.rank - b.rank || b.count - a.count);
  const [best] = ranked;
  // Several values at the top are tickets themselves, unless they are answers that hold lists of tickets.
  if (tops > 1 && (best === undefined || best.count < tops || best.rank === ANY_CONNECTION)) return null;
  if (best === undefined) {
    throw new CommandError(`The JSON is neither a list nor an object with a list named ${LIST_NAMES.join(', ')}.`);
  }
  return best.path;
}

function rankOf(path: string): number | null {
  if (path === '') return -1;
  const names = path.split('.');
  const last = names.at(-1) ?? '';
  const isConnection = last === 'nodes' || last === 'edges';
  const rank = LIST_NAMES.indexOf((isConnection ? names.at(-2) : last)?.toLowerCase() ?? '');
  return rank === -1 ? (isConnection ? ANY_CONNECTION : null) : rank;
}

function leftOut({ lists, beside }: Outline, place: string): string[] {
  const others = [...lists]
    .filter(([path]) => path !== place)
    .map(([path, { count }]) => `${path} (${count === 1 ? '1 element' : `${count.toLocaleString('en')} elements`})`);
  const names = [...others, ...beside];
  if (names.length === 0) return [];
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
  return [`beside the list of tickets: ${names.slice(0, SHOWN_NAMES).join(', ')}${more}`];
}

function parsed(text: string, line: number, note: (what: string) => void = () => {}): unknown {
  try {
    return parseJson(text, note);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw new CommandError(`Line ${line}: this is not JSON: ${reason}. Nothing was imported.`, { cause });
  }
}

function readElement(text: string, line: number, verbatim: readonly string[]): SourceRecord | RowFault {
  const notes = new Set<string>();
  const note = (what: string) => void notes.add(what);
  const read = nodeOf(parsed(text, line, note));
  if (!isObject(read)) return { line, message: 'This element of the list is not an object.' };
  const element = Object.fromEntries(
    Object.entries(read).map(([key, held]) => [
      key,
      verbatim.includes(key) ? held : withoutConnections(held, note, key),
    ]),
  );
  const record = { columns: new Map<string, string[]>(), structured: new Map<string, string>() };
  for (const [key, value] of Object.entries(element)) flatten(record, key, value);
  return { line, ...record, values: new Map(Object.entries(element)), notes: [...notes] };
}

function flatten(
  record: { columns: Map<string, string[]>; structured: Map<string, string> },
  path: string,
  value: unknown,
  inList = false,
): void {
  if (value === null || value === undefined || value === '') {
    if (!record.columns.has(path)) record.columns.set(path, []);
    return;
  }
  if (typeof value !== 'object') {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const earlier = record.columns.get(path);
    if (earlier) earlier.push(text);
    else record.columns.set(path, [text]);
    return;
  }
  if (!inList) record.structured.set(path, JSON.stringify(value));
  if (Array.isArray(value)) {
    for (const element of value) flatten(record, path, element, true);
  } else {
    for (const [key, held] of Object.entries(value)) flatten(record, `${path}.${key}`, held, inList);
  }
}
