import { InexactNumber, reviveExactly, stringifyExactJson } from '../../json/exact-json.js';
import { CommandError } from '../command.js';
import { LineCounter, type RowFault, type SourceFile, type SourceRecord, storable } from './source-record.js';

/** Under one of these names an export may wrap its list. */
const WRAPPERS = ['tickets', 'issues', 'bugs', 'items', 'data'];

/**
 * Reads a JSON list of objects, or an object that holds one. What is nested stands under a path with dots:
 * `author.login`; a list of objects gives a list under each of their paths: `labels.name`.
 * @throws CommandError when the file is not that; elements that are no objects are faults
 */
export function readJson(text: string): SourceFile {
  if (text.trim() === '') throw new CommandError('The file is empty.');
  const list = listIn(parse(text));
  const lines = linesOfElements(text, list.wrapper);
  const columns = new Set<string>();
  const records: SourceRecord[] = [];
  const faults: RowFault[] = [];
  for (const [index, element] of list.elements.entries()) {
    const line = lines[index] ?? 1;
    if (!isObject(element)) {
      faults.push({ line, message: 'This element of the list is not an object.' });
      continue;
    }
    const record = { line, columns: new Map<string, string[]>(), structured: new Map<string, string>() };
    for (const [key, value] of Object.entries(element)) flatten(record, key, value);
    for (const name of record.columns.keys()) columns.add(name);
    for (const name of record.structured.keys()) columns.add(name);
    records.push(record);
  }
  return { columns: [...columns], records, faults };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value, context) => {
      if (typeof value === 'string') return storable(value);
      if (!isObject(value) || Object.keys(value).every((key) => storable(key) === key)) {
        return reviveExactly(value, context);
      }
      return Object.fromEntries(Object.entries(value).map(([key, held]) => [storable(key), held]));
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw new CommandError(`The file is not JSON: ${reason}. Nothing was imported.`, { cause });
  }
}

function listIn(value: unknown): { elements: unknown[]; wrapper: string | null } {
  if (Array.isArray(value)) return { elements: value, wrapper: null };
  if (isObject(value)) {
    for (const wrapper of WRAPPERS) {
      const elements = value[wrapper];
      if (Array.isArray(elements)) return { elements, wrapper };
    }
  }
  throw new CommandError(`The JSON is neither a list nor an object with a list named ${WRAPPERS.join(', ')}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function flatten(
  record: { columns: Map<string, string[]>; structured: Map<string, string> },
  path: string,
  value: unknown,
  inList = false,
): void {
  if (value === null || value === undefined || value === '') return;
  if (typeof value !== 'object' || value instanceof InexactNumber) {
    const text = typeof value === 'string' ? value : stringifyExactJson(value);
    const earlier = record.columns.get(path);
    if (earlier) earlier.push(text);
    else record.columns.set(path, [text]);
    return;
  }
  if (!inList) record.structured.set(path, stringifyExactJson(value));
  if (Array.isArray(value)) {
    for (const element of value) flatten(record, path, element, true);
  } else {
    for (const [key, held] of Object.entries(value)) flatten(record, `${path}.${key}`, held, inList);
  }
}

/** The line in which each element of the list begins. The text is valid JSON: only strings and brackets matter. */
function linesOfElements(text: string, wrapper: string | null): number[] {
  const lines = new LineCounter(text);
  const begins: number[] = [];
  const listDepth = wrapper === null ? 1 : 2;
  let depth = 0;
  let inList = false;
  let expecting = false;
  let lastKey = '';
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]|[^\s"[\]{},:]+/g)) {
    if (inList && depth === listDepth && expecting && token !== ']') {
      begins.push(lines.lineAt(index));
      expecting = false;
    }
    if (token === '[' || token === '{') {
      depth += 1;
      if (token === '[' && depth === listDepth && (wrapper === null || lastKey === JSON.stringify(wrapper))) {
        inList = true;
        expecting = true;
      }
    } else if (token === ']' || token === '}') {
      if (inList && depth === listDepth) return begins;
      depth -= 1;
    } else if (token === ',') {
      if (inList && depth === listDepth) expecting = true;
    } else if (depth === 1) {
      lastKey = token;
    }
  }
  return begins;
}
