import { RowError } from './draft-rules.js';
import { parseJson } from './json-value.js';
import { type Row } from './row.js';

/** What mentions are, for those whose file comes from another program. */
const EXPECTED =
  'Expected a JSON list such as ["mei", "tomas"]; without such a column, mentions are found in the texts.';

/**
 * Usernames of those whom a row's title and description mention: a JSON list, as Docket writes it. Null without a list:
 * they are to be found in the texts.
 * @throws RowError for what is no list of usernames
 */
export function readMentions(row: Row, note: (what: string) => void): string[] | null {
  for (const column of row.columnsOf('mentions')) {
    const [text] = row.record.columns.get(column) ?? [];
    const list = row.json(column) ?? (text === undefined || text.trim() === '' ? undefined : listIn(text, note));
    if (list === undefined) continue;
    row.takeAll(column, 'mentions');
    return mentionsOf(list);
  }
  return null;
}

/** @throws RowError for what is no list of usernames */
export function mentionsOf(list: unknown): string[] {
  if (!Array.isArray(list)) throw new RowError(`mentions: it is no list of usernames. ${EXPECTED}`);
  return list.map((name: unknown) => {
    if (typeof name !== 'string') throw new RowError(`mentions: an element is no username. ${EXPECTED}`);
    return name;
  });
}

function listIn(text: string, note: (what: string) => void): unknown {
  try {
    return parseJson(text, note);
  } catch {
    return null;
  }
}
