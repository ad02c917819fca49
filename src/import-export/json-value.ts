import { isExactNumber } from '../common/exact-json.js';
import { REPLACED, storable } from './source-record.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads JSON so that nothing is lost: numbers that JavaScript would round stay as their text, and what PostgreSQL cannot
 * hold is replaced.
 * @param note is told of either
 * @throws SyntaxError
 */
export function parseJson(text: string, note: (what: string) => void): unknown {
  return JSON.parse(text, function revive(_key, value: unknown, context?: { source?: string }) {
    if (typeof value === 'number') return exactNumber(value, context?.source ?? String(value), note);
    if (typeof value === 'string') return replaced(value, note);
    if (!isObject(value) || Object.keys(value).every((key) => storable(key) === key)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [replaced(key, note), held]));
  });
}

function replaced(text: string, note: (what: string) => void): string {
  const kept = storable(text);
  if (kept !== text) note(REPLACED);
  return kept;
}

function exactNumber(value: number, source: string, note: (what: string) => void): number | string {
  if (isExactNumber(source)) return value;
  note('a number with more digits than JavaScript holds was kept as text');
  return source;
}

/**
 * GraphQL's connections as plain lists: `{ nodes: […] }` and `{ edges: [{ node: … }] }`, wherever they are.
 * @param note is told when the file holds fewer elements than there were
 */
export function withoutConnections(value: unknown, note: (what: string) => void, name = ''): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => withoutConnections(element, note, name));
  if (!isObject(value)) return value;
  const list = connectionList(value);
  if (list === null) {
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, withoutConnections(held, note, key)]));
  }
  const { totalCount, pageInfo } = value;
  const more = isObject(pageInfo) && pageInfo['hasNextPage'] === true;
  if (more || (typeof totalCount === 'number' && totalCount > list.length)) {
    note(`${name}: the file holds only the first of them (pageInfo or totalCount says that there are more)`);
  }
  return list.map((element: unknown) => withoutConnections(element, note, name));
}

/** Members that a connection has beside its list; with any other it stays what it is. */
const CONNECTION_MEMBERS = new Set(['nodes', 'edges', 'pageInfo', 'totalCount', '__typename']);

function connectionList(value: JsonObject): readonly unknown[] | null {
  if (Object.keys(value).some((key) => !CONNECTION_MEMBERS.has(key))) return null;
  const { nodes, edges } = value;
  if (!Array.isArray(edges)) return Array.isArray(nodes) ? nodes : null;
  // The edges of the same elements may say more.
  if (Array.isArray(nodes) && nodes.length !== edges.length) return null;
  return edges.map((edge: unknown) => nodeOf(edge));
}

/** What says nothing of the element. */
const EDGE_MEMBERS = new Set(['node', 'cursor', '__typename']);

/** What an edge of a connection leads to; what the edge itself says, such as a role, is its member `edge`. */
export function nodeOf(value: unknown): unknown {
  if (!isObject(value) || !isObject(value['node'])) return value;
  const { node } = value;
  const own = Object.entries(value).filter(([key]) => !EDGE_MEMBERS.has(key));
  if (own.length === 0) return node;
  return Object.hasOwn(node, 'edge') ? value : { ...node, edge: Object.fromEntries(own) };
}
