import { type DraftRules, RowError } from './draft-rules.js';
import { isObject, parseJson } from './json-value.js';
import { type Row } from './row.js';
import { type WatchDraft } from './ticket-draft.js';

const STATES: readonly unknown[] = ['WATCHING', 'IGNORED'] satisfies WatchDraft['state'][];

function isState(value: unknown): value is WatchDraft['state'] {
  return STATES.includes(value);
}

/**
 * Who watches or ignores a row's ticket: a JSON list as Docket writes it, or names, who watch it.
 * @throws RowError for another state, and for an instant that cannot be read
 */
export function readWatching(row: Row, rules: DraftRules, note: (what: string) => void): WatchDraft[] {
  return row.columnsOf('watching').flatMap((column) => {
    const texts = row.record.columns.get(column) ?? [];
    const list = row.json(column) ?? texts.map((text) => listIn(text, note)).find((found) => found !== undefined);
    row.takeAll(column, 'watching');
    if (Array.isArray(list)) return list.map((one) => fromJson(one, rules));
    return texts.filter((text) => text.trim() !== '').map((text) => fromJson(text, rules));
  });
}

function listIn(text: string, note: (what: string) => void): unknown {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    return parseJson(text, note);
  } catch {
    return undefined;
  }
}

function fromJson(one: unknown, rules: DraftRules): WatchDraft {
  if (typeof one === 'string') return { name: one.trim(), state: 'WATCHING', createdAt: null };
  if (!isObject(one) || typeof one['user'] !== 'string') throw new RowError('watching: an element names no user.');
  const { user, state = 'WATCHING', createdAt = null } = one;
  if (!isState(state)) throw new RowError(`watching: ${JSON.stringify(state)} is neither WATCHING nor IGNORED.`);
  return {
    name: user,
    state,
    createdAt: typeof createdAt === 'string' ? rules.instant(createdAt, 'watching') : null,
  };
}
